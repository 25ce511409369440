// Time-outs, attempts and pauses of calls to a provider; and the clock and the random numbers they use, which tests
// replace.
import type { BackOffPolicy } from "../../domain/networks/back-off";
import type { BreakerPolicy } from "../../domain/networks/breaker";

export interface Patience {
  now(): number;
  /** In [0, 1). */
  chance(): number;
  sleep(ms: number): Promise<void>;
  /** Time-out of a call (ms). */
  timeout: number;
  /** Attempts per address. */
  attempts: number;
  backOff: BackOffPolicy;
  breaker: BreakerPolicy;
  /** The longest wait (ms) that a provider may ask for. If it asks for more, the run stops calling it. */
  longestWait: number;
  /** Concurrent calls: a Worker has six connections. */
  concurrency: number;
  /** Addresses per step, and the time (ms) after which a step starts nothing new. A step has ten minutes. */
  portion: number;
  stepTime: number;
  /** Time (ms) after which the child stops calling. The run waits for half an hour. */
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
