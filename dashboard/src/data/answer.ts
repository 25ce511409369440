// A reactive answer: asks again when its question changes, keeps the old answer on the screen meanwhile.
import { type Accessor, createEffect, createSignal, on, onCleanup } from "solid-js";
import { request } from "./api";
import type { Answer, Question } from "./question";

/**
 * `loading`: nothing to show yet. `stale`: what is shown answers an older question. `ready`: it is the answer.
 * `error`: the last attempt failed; what came before it may still be shown.
 */
export type State = "loading" | "ready" | "stale" | "error";

export interface Loaded<T> {
  value: Accessor<T | undefined>;
  state: Accessor<State>;
  error: Accessor<unknown>;
  retry: () => void;
}

/**
 * @param key what to load; a new key makes the shown value stale, null loads nothing.
 * @param tick a change of it loads the same key again, in silence.
 */
export function createLoaded<K, T>(
  key: Accessor<K | null>,
  load: (key: K, signal: AbortSignal) => Promise<T>,
  tick: Accessor<unknown> = () => undefined,
): Loaded<T> {
  const [value, setValue] = createSignal<T>();
  const [state, setState] = createSignal<State>("loading");
  const [error, setError] = createSignal<unknown>();
  const [attempt, setAttempt] = createSignal(0);
  let shown: string | undefined;

  createEffect(
    on([key, tick, attempt], ([wanted]) => {
      if (wanted === null) return;
      const name = JSON.stringify(wanted);
      const abort = new AbortController();
      onCleanup(() => abort.abort());
      if (name !== shown) setState(value() === undefined ? "loading" : "stale");
      load(wanted, abort.signal).then(
        (loaded) => {
          if (abort.signal.aborted) return;
          shown = name;
          setValue(() => loaded);
          setError(undefined);
          setState("ready");
        },
        (cause: unknown) => {
          if (abort.signal.aborted) return;
          setError(cause);
          setState("error");
        },
      );
    }),
  );
  return { value, state, error, retry: () => setAttempt((count) => count + 1) };
}

const FRESH = 5_000;
const answers = new Map<string, { at: number; answer: Promise<Answer> }>();

/** The same question asked by two panels within a few seconds goes out once. */
function ask(question: Question): Promise<Answer> {
  const key = JSON.stringify(question);
  const known = answers.get(key);
  const now = Date.now();
  if (known && now - known.at < FRESH) return known.answer;
  const answer = request<Answer>("/api/v2/query", { method: "POST", body: question });
  answers.set(key, { at: now, answer });
  answer.catch(() => answers.delete(key));
  if (answers.size > 100) for (const [old, { at }] of answers) if (now - at > FRESH) answers.delete(old);
  return answer;
}

/** @param tick see {@link createLoaded}. */
export const createAnswer = (question: Accessor<Question | null>, tick?: Accessor<unknown>): Loaded<Answer> =>
  createLoaded(question, ask, tick);
