// Notify: what a run has to tell its owners.
import type { Loaded } from "./load";
import type { Failure, RunEnv } from "./run";

export interface Outcome {
  runId: string;
  /** ms since 1970. */
  due: number;
  loaded: readonly Loaded[];
  failures: readonly Failure[];
}

export async function notify(_env: RunEnv, { loaded, failures }: Outcome, note: (text: string) => void): Promise<void> {
  note(`${loaded.length} loaded, ${failures.length} failed`);
}
