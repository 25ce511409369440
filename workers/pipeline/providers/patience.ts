// How patiently a provider is asked: time-outs, attempts, pauses. And the clock and the chance that go with it, which
// tests replace.
import type { BackOffPolicy } from "../../domain/networks/back-off";
import type { BreakerPolicy } from "../../domain/networks/breaker";

export interface Patience {
  now(): number;
  /** In [0, 1). */
  chance(): number;
  sleep(ms: number): Promise<void>;
  /** ms that one call may take. */
  timeout: number;
  /** Calls about one address. */
  attempts: number;
  backOff: BackOffPolicy;
  breaker: BreakerPolicy;
  /** The longest that a provider may ask us to wait, in ms; who asks for more is not asked any more. */
  longestWait: number;
  /** Calls at once: a Worker holds six connections. */
  concurrency: number;
  /** Addresses of one step, and ms after which it begins nothing new: a step has ten minutes. */
  portion: number;
  stepTime: number;
  /** ms after which the child asks nobody any more: the run waits for half an hour. */
  totalTime: number;
}

export const PATIENCE: Patience = {
  now: () => Date.now(),
  chance: () => Math.random(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  timeout: 5_000,
  attempts: 4,
  backOff: { base: 500, max: 8_000 },
  breaker: { failures: 10, pause: 15_000, openings: 3 },
  longestWait: 60_000,
  concurrency: 6,
  portion: 500,
  stepTime: 180_000,
  totalTime: 1_200_000,
};
