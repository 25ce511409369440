// A reactive answer. It has the question that it answers, loads again when the question changes, and shows the old
// answer with its old question in the meantime.
import { type Accessor, batch, createEffect, createMemo, createSignal, on, onCleanup, untrack } from "solid-js";
import { ApiError, request, toSentence } from "./api";
import type { Answer, Answers, Question } from "./question";

/**
 * `idle`: no question, nothing shown. `loading`: nothing to show yet. `ready`: the answer to the current question.
 * `stale`: an older answer, shown until the current one arrives. `error`: the last attempt failed; a value is shown
 * only if it answers the same question and just could not be refreshed.
 */
export type State = "idle" | "loading" | "ready" | "stale" | "error";

export interface Loaded<T> {
  value: Accessor<T | undefined>;
  state: Accessor<State>;
  error: Accessor<unknown>;
  retry: () => void;
}

/** An answer together with its question. */
export interface Shown<T, K> {
  key: K;
  value: T;
}

export interface LoadedFor<T, K> extends Loaded<T> {
  /** Build labels from this key, never from the URL: the URL changes before the figures, this key with them. */
  shown: Accessor<Shown<T, K> | undefined>;
}

/** True while the shown figures may be outdated. They are dimmed then. */
export const isOld = ({ state, value }: Loaded<unknown>): boolean =>
  state() === "stale" || (state() === "error" && value() !== undefined);

/** True while an answer is loading and there is none, or only an old one. */
export const isBusy = ({ state }: Loaded<unknown>): boolean => state() === "loading" || state() === "stale";

/** The value, if it answers exactly this key. Values from another answer may only be shown next to it. */
export function valueFor<T, K>(loaded: LoadedFor<T, K>, key: K | null): T | undefined {
  const shown = loaded.shown();
  return shown && key !== null && JSON.stringify(shown.key) === JSON.stringify(key) ? shown.value : undefined;
}

/** Retries answers that show no error themselves as soon as another answer succeeds. */
export function createRetry(quiet: Loaded<unknown>, other: Loaded<unknown>): void {
  createEffect(
    on(
      other.value,
      (value) => {
        if (value !== undefined && quiet.state() === "error") quiet.retry();
      },
      { defer: true },
    ),
  );
}

/**
 * @param key what to load. A new key makes the shown value stale; null loads and shows nothing.
 * @param tick when it changes, the same key loads again silently.
 * @param identify the part of the key that the value depends on. Keys with the same part share one value.
 */
export function createLoaded<K, T>(
  key: Accessor<K | null>,
  load: (key: K, signal: AbortSignal) => Promise<T>,
  tick: Accessor<unknown> = () => undefined,
  identify: (key: K) => unknown = (whole) => whole,
): LoadedFor<T, K> {
  const wanted = createMemo(() => {
    const now = key();
    return now === null ? null : { key: now, name: JSON.stringify(identify(now)) };
  });
  const name = createMemo(() => wanted()?.name ?? null);
  const turn = createMemo(tick);
  const [attempt, setAttempt] = createSignal(0);
  const [held, setHeld] = createSignal<Shown<T, K> & { name: string }>();
  const [failure, setFailure] = createSignal<{ name: string; cause: unknown; isRetried: boolean }>();

  createEffect(
    on([name, turn, attempt], ([asked], before) => {
      const now = untrack(wanted);
      if (before && before[0] !== asked) setFailure(undefined);
      if (now === null) {
        setHeld(undefined);
        return;
      }
      const abort = new AbortController();
      onCleanup(() => abort.abort());
      load(now.key, abort.signal).then(
        (value) => {
          if (abort.signal.aborted) return;
          batch(() => {
            setHeld({ ...now, value });
            setFailure(undefined);
          });
        },
        (cause: unknown) => {
          if (abort.signal.aborted) return;
          batch(() => {
            setFailure({ name: now.name, cause, isRetried: false });
            // After a failure of this question, do not keep showing the answer to another.
            setHeld((one) => (one?.name === now.name ? one : undefined));
          });
        },
      );
    }),
  );

  const state = createMemo((): State => {
    const [asked, one, failed] = [name(), held(), failure()];
    if (asked === null) return "idle";
    if (failed?.name === asked && !failed.isRetried) return "error";
    if (!one) return "loading";
    return one.name === asked && failed?.name !== asked ? "ready" : "stale";
  });
  const shown = createMemo((before: Shown<T, K> | undefined): Shown<T, K> | undefined => {
    const [now, one] = [wanted(), held()];
    if (!now || !one) return undefined;
    if (one.name === now.name) return { key: now.key, value: one.value };
    // The last key that the value answered, which may be newer than the key it was loaded for.
    return before?.value === one.value ? before : { key: one.key, value: one.value };
  });
  const value = createMemo(() => shown()?.value);
  const error = createMemo(() => (state() === "error" ? failure()?.cause : undefined));
  const retry = (): void =>
    batch(() => {
      setFailure((failed) => failed && { ...failed, isRetried: true });
      setAttempt((count) => count + 1);
    });
  return { value, shown, state, error, retry };
}

/** The context of a question: "day" and "all" mean another range on another day. */
export interface Asked {
  /** Date on the property's calendar. */
  today: string;
}

/** The most queries of a batch. */
const MOST_QUERIES = 20;

interface Waiting {
  question: Question;
  resolve: (answer: Answer) => void;
  reject: (cause: unknown) => void;
}

/** Questions of this moment, which leave together: a screen is one request, and one scan. */
let waiting: Waiting[] = [];

function askTogether(question: Question): Promise<Answer> {
  if (waiting.length === 0) queueMicrotask(sendWaiting);
  return new Promise((resolve, reject) => waiting.push({ question, resolve, reject }));
}

function sendWaiting(): void {
  const bySite = Map.groupBy(waiting, ({ question }) => question.site_id);
  waiting = [];
  for (const all of bySite.values())
    for (let at = 0; at < all.length; at += MOST_QUERIES) void sendBatch(all.slice(at, at + MOST_QUERIES));
}

async function sendBatch(asked: readonly Waiting[]): Promise<void> {
  const { site_id, date_range } = asked[0]!.question;
  const range = JSON.stringify(date_range);
  const queries = asked.map(({ question: { site_id: _, date_range: own, ...query } }) =>
    JSON.stringify(own) === range ? query : { ...query, date_range: own },
  );
  try {
    const body = { site_id, date_range, queries };
    const { results } = await request<{ results: Answer[] }>("/api/v2/batch", { method: "POST", body });
    asked.forEach(({ resolve }, index) => {
      resolve(results[index]!);
    });
  } catch (cause) {
    // One wrong question must not take the others with it.
    const isOneWrong = cause instanceof ApiError && cause.code === "invalid" && asked.length > 1;
    if (isOneWrong) await Promise.all(asked.map((one) => sendBatch([one])));
    else for (const { reject } of asked) reject(withoutPlace(cause));
  }
}

/** The message of a batch names the query by its number, which nobody sees. */
const withoutPlace = (cause: unknown): unknown =>
  cause instanceof ApiError
    ? new ApiError(cause.code, cause.status, toSentence(cause.message.replace(/^queries\[\d+\]: /i, "")), cause.faults)
    : cause;

const FRESH = 5_000;
const answers = new Map<string, { at: number; answer: Promise<Answer> }>();

/** Call it when something that questions name has changed: the same question then has another answer. */
export const forgetAnswers = (): void => answers.clear();

/** If two panels ask the same question within a few seconds, one request is sent. */
function ask(question: Question, { today }: Asked): Promise<Answer> {
  const key = JSON.stringify([today, question]);
  const known = answers.get(key);
  const now = Date.now();
  if (known && now - known.at < FRESH) return known.answer;
  const answer = askTogether(question);
  answers.set(key, { at: now, answer });
  answer.catch(() => answers.delete(key));
  if (answers.size > 100) for (const [old, { at }] of answers) if (now - at > FRESH) answers.delete(old);
  return answer;
}

/**
 * The answer to one question.
 * @param key the input of the question and of the labels of its answer.
 * @param tick see {@link createLoaded}.
 */
export const createAnswer = <K extends Asked>(
  key: Accessor<K | null>,
  toQuestion: (key: K) => Question,
  tick?: Accessor<unknown>,
): LoadedFor<Answer, K> =>
  createLoaded(
    key,
    (now) => ask(toQuestion(now), now),
    tick,
    (now) => [now.today, toQuestion(now)],
  );

/** The answers to several questions as one, so that figures shown side by side arrive together or not at all. */
export const createAnswers = <K extends Asked, Q extends Record<keyof Q, Question | null>>(
  key: Accessor<K>,
  toQuestions: (key: K) => Q,
  tick?: Accessor<unknown>,
): LoadedFor<Answers<Q>, K> =>
  createLoaded(
    key,
    async (now) => {
      const asked = Object.entries<Question | null>(toQuestions(now));
      const told = await Promise.all(asked.map(([, question]) => question && ask(question, now)));
      return Object.fromEntries(asked.map(([name], index) => [name, told[index]])) as Answers<Q>;
    },
    tick,
    (now) => [now.today, toQuestions(now)],
  );
