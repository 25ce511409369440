// The circuit breaker before a provider: closed while it answers, open for a pause after failures in a row, then
// half-open: one call tries whether it is back. When it stays away the breaker is over, and nobody calls any more.

export interface BreakerPolicy {
  /** Failures in a row that open it. */
  failures: number;
  /** The first pause in ms; each further one is twice as long. */
  pause: number;
  /** How often it may open without an answer in between; then it is over. */
  openings: number;
}

export interface Breaker {
  failures: number;
  openings: number;
  /** ms since 1970; null while closed. */
  open_until: number | null;
  /** A call is under way that tries whether the provider is back. */
  trying: boolean;
  /** Why it is over. */
  over: string | null;
}

export const closedBreaker = (): Breaker => ({ failures: 0, openings: 0, open_until: null, trying: false, over: null });

export type Pass = { kind: "go" } | { kind: "wait"; ms: number } | { kind: "over"; reason: string };

/** How long a call waits for another one that tries, before it asks again. */
const TRYING_MS = 250;

/** May a call be made now? Says `go` to one only while half-open, who then tells how it went. */
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
  // Calls that were under way when it opened have nothing new to say.
  const isNews = breaker.open_until === null ? failures >= policy.failures : breaker.trying;
  if (!isNews) return { ...breaker, failures };
  const openings = breaker.openings + 1;
  const over = openings >= policy.openings ? `provider failed ${failures} times in a row: ${reason}` : null;
  return { failures, openings, open_until: now + policy.pause * 2 ** (openings - 1), trying: false, over };
}

/** No use in calling again. */
export const endBreaker = (breaker: Breaker, reason: string): Breaker =>
  breaker.over === null ? { ...breaker, over: reason } : breaker;
