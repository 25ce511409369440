// Calls a remote provider for one address: within the day's budget, through the circuit breaker, with retries.
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
  /** The deadline passed before the call. */
  | { status: "left" };

/** Calls reserved in D1 at a time. A crash wastes at most this many. */
const RESERVED = 20;
const AWAY = "provider is away";

/** The calls that may still be made. They are reserved in D1 before they are made. */
function allowance(db: D1Database, { name, budget }: RemoteProvider, { now }: Patience) {
  let left = 0;
  let day = "";
  /** The day's budget is used up. */
  let spent = false;
  let reserving: Promise<void> | null = null;
  const reserve = async () => {
    const granted = await reserveCalls(db, name, day, RESERVED, budget);
    left += granted;
    spent = granted === 0;
  };
  return {
    /** @returns the UTC day that the call counts for; null when the budget of the day is used up. */
    async take(): Promise<string | null> {
      const today = dayOf(now());
      // Calls reserved yesterday do not count for today.
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
  /** Returns unused calls to the budget. Call it at the end, unless a call threw. */
  end(): Promise<void>;
  calls(): number;
  /** The reason to stop calling; null while calls continue. */
  over(): string | null;
}

/** @param deadline ms since 1970; nothing new starts after it. */
export function startAsking(
  db: D1Database,
  provider: RemoteProvider,
  patience: Patience,
  over: string | null,
  deadline: number,
): Asking {
  const budget = allowance(db, provider, patience);
  let breaker: Breaker = { ...closedBreaker(), over };
  /** The provider asked for no calls until then. */
  let quietUntil = 0;
  let calls = 0;

  /** @returns null when a call may be made. */
  async function pass(isFirst: boolean): Promise<Asked | null> {
    for (;;) {
      if (breaker.over !== null) return { status: "skipped", reason: breaker.over };
      // The test call after a pause uses an address that has not failed before: the address itself may be the cause.
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
      // Wait until the deadline at most. The next step takes the rest.
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
      // Repeated failures of one address count once as a failure of the provider.
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
