// A circuit breaker in front of a provider. It is closed while the provider answers, open for a pause after consecutive
// failures, and then half-open: one call tests the provider. After too many pauses it is over, and no more calls are made.

export interface BreakerPolicy {
  /** Consecutive failures that open it. */
  failures: number;
  /** The first pause in ms; each further one is twice as long. */
  pause: number;
  /** Times that it may open without an answer in between, before it is over. */
  openings: number;
}

export interface Breaker {
  failures: number;
  openings: number;
  /** ms since 1970; null while closed. */
  open_until: number | null;
  /** A test call is in flight. */
  trying: boolean;
  /** Why it is over. */
  over: string | null;
}

export const closedBreaker = (): Breaker => ({ failures: 0, openings: 0, open_until: null, trying: false, over: null });

export type Pass = { kind: "go" } | { kind: "wait"; ms: number } | { kind: "over"; reason: string };

/** How long a call waits for the test call of another before it asks again. */
const TRYING_MS = 250;

/** Whether a call may be made now. While half-open, one caller gets `go` and must report the result. */
export function passFor(breaker: Breaker, now: number): { pass: Pass; breaker: Breaker } {
  const wait = (ms: number): { pass: Pass; breaker: Breaker } => ({ pass: { kind: "wait", ms }, breaker });
  if (breaker.over !== null) return { pass: { kind: "over", reason: breaker.over }, breaker };
  if (breaker.open_until === null) return { pass: { kind: "go" }, breaker };
  if (now < breaker.open_until) return wait(breaker.open_until - now);
  if (breaker.trying) return wait(TRYING_MS);
  return { pass: { kind: "go" }, breaker: { ...breaker, trying: true } };
}

/** The provider answered. */
export const afterAnswer = (breaker: Breaker): Breaker => (breaker.over === null ? closedBreaker() : breaker);

/** The provider failed. */
export function afterFailure(breaker: Breaker, now: number, reason: string, policy: BreakerPolicy): Breaker {
  if (breaker.over !== null) return breaker;
  const failures = breaker.failures + 1;
  // Calls that were in flight when it opened say nothing new.
  const isNews = breaker.open_until === null ? failures >= policy.failures : breaker.trying;
  if (!isNews) return { ...breaker, failures };
  const openings = breaker.openings + 1;
  const over = openings >= policy.openings ? `provider failed ${failures} times in a row: ${reason}` : null;
  return { failures, openings, open_until: now + policy.pause * 2 ** (openings - 1), trying: false, over };
}

/** Ends the run's calls: retrying is pointless. */
export const endBreaker = (breaker: Breaker, reason: string): Breaker =>
  breaker.over === null ? { ...breaker, over: reason } : breaker;
