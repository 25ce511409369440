// Asks a remote provider about one address: within the day's budget, through the circuit breaker, again when it fails.
import { backOff } from "../../domain/networks/back-off";
import {
  afterAnswer,
  afterFailure,
  type Breaker,
  closedBreaker,
  endBreaker,
  passFor,
} from "../../domain/networks/breaker";
import type { Found } from "../../domain/networks/enrichment";
import { dayOf, reserveCalls, returnCalls } from "../../storage/networks/answers";
import type { Patience } from "./patience";
import type { Answer, RemoteProvider } from "./provider";

export type Asked =
  | { status: "fetched"; found: Found | null; prefix: string | null }
  | { status: "failed" | "over_budget" | "skipped"; reason: string }
  /** Time was up before it was asked. */
  | { status: "left" };

/** Calls that are counted in D1 at once; what a crash wastes at most. */
const RESERVED = 20;
const AWAY = "provider is away";

/** The calls that may be made, counted before they are. */
function allowance(db: D1Database, { name, budget }: RemoteProvider, { now }: Patience) {
  let left = 0;
  let day = "";
  /** The day has no more. */
  let spent = false;
  let reserving: Promise<void> | null = null;
  const reserve = async () => {
    const granted = await reserveCalls(db, name, day, RESERVED, budget);
    left += granted;
    spent = granted === 0;
  };
  return {
    /** @returns the day whose call may be made; null when that day's calls are used up. */
    async take(): Promise<string | null> {
      const today = dayOf(now());
      // What is left of yesterday's calls is not for today.
      if (today !== day) [day, left, spent] = [today, 0, false];
      while (left === 0 && !spent) {
        reserving ??= reserve().finally(() => {
          reserving = null;
        });
        await reserving;
      }
      if (left === 0) return null;
      left -= 1;
      return day;
    },
    putBack(taken: string): void {
      if (taken === day) left += 1;
    },
    async end(): Promise<void> {
      await returnCalls(db, name, day, left);
      left = 0;
    },
  };
}

export interface Asking {
  ask(ip: string): Promise<Asked>;
  /** Gives back what was not used. To be called at the end, unless asking threw. */
  end(): Promise<void>;
  calls(): number;
  /** Why nobody is asked any more; null while somebody is. */
  over(): string | null;
}

/** @param deadline ms since 1970, after which nothing new is begun. */
export function startAsking(
  db: D1Database,
  provider: RemoteProvider,
  patience: Patience,
  over: string | null,
  deadline: number,
): Asking {
  const budget = allowance(db, provider, patience);
  let breaker: Breaker = { ...closedBreaker(), over };
  /** The provider asked to be left alone until then. */
  let quietUntil = 0;
  let calls = 0;

  /** @returns null when a call may be made. */
  async function pass(isFirst: boolean): Promise<Asked | null> {
    for (;;) {
      if (breaker.over !== null) return { status: "skipped", reason: breaker.over };
      // Whether the provider is back is tried with an address that did not fail before: the address may be the reason.
      if (!isFirst && breaker.open_until !== null) return { status: "skipped", reason: AWAY };
      const now = patience.now();
      if (now >= deadline) return { status: "left" };
      let wait = quietUntil - now;
      if (wait <= 0) {
        const asked = passFor(breaker, now);
        breaker = asked.breaker;
        if (asked.pass.kind === "go") return null;
        if (asked.pass.kind === "wait") wait = asked.pass.ms;
      }
      // At most until the deadline: what is left then is for another step.
      await patience.sleep(Math.min(wait, deadline - now));
    }
  }

  function learn(answer: Answer, isFirst: boolean): void {
    if (answer.kind === "closed") breaker = endBreaker(breaker, answer.reason);
    else if (answer.kind !== "failed") breaker = afterAnswer(breaker);
    else if ((answer.wait ?? 0) > patience.longestWait)
      breaker = endBreaker(breaker, `${answer.reason} and asks to wait ${Math.round(answer.wait! / 1000)} s`);
    else {
      const now = patience.now();
      // An address that fails again and again says no more than once that the provider is away.
      if (isFirst) breaker = afterFailure(breaker, now, answer.reason, patience.breaker);
      quietUntil = Math.max(quietUntil, now + (answer.wait ?? 0));
    }
  }

  async function ask(ip: string): Promise<Asked> {
    let reason = "";
    for (let attempt = 1; attempt <= patience.attempts; attempt++) {
      const isFirst = attempt === 1;
      const taken = await budget.take();
      if (taken === null && breaker.over === null)
        return isFirst
          ? { status: "over_budget", reason: "calls of the day are used up" }
          : { status: "failed", reason: `${reason}; then the calls of the day were used up` };
      const stopped = await pass(isFirst);
      if (stopped) {
        if (taken !== null) budget.putBack(taken);
        return isFirst || stopped.status === "left" ? stopped : { status: "failed", reason };
      }
      calls += 1;
      const answer = await provider.lookUp(ip, AbortSignal.timeout(patience.timeout));
      learn(answer, isFirst);
      if (answer.kind === "found") return { status: "fetched", found: answer.found, prefix: answer.prefix };
      if (answer.kind === "nothing") return { status: "fetched", found: null, prefix: null };
      reason = answer.reason;
      if (answer.kind !== "failed" || breaker.over !== null) break;
      if (attempt < patience.attempts) await patience.sleep(backOff(attempt, patience.chance(), patience.backOff));
    }
    return { status: "failed", reason };
  }

  return { ask, end: budget.end, calls: () => calls, over: () => breaker.over };
}
