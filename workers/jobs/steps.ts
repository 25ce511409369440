// Steps: a Workflow is a list of named steps, which the platform checkpoints and retries and which appear in the run
// log. Only this file uses the platform's step. Other code takes `Steps`, which tests can make fail.

import type { WorkflowStep, WorkflowStepConfig } from "cloudflare:workers";
import { reasonOf, withoutValues } from "../domain/requests/describe-error";
import type { RunReport, RunStep } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { noteStep } from "../storage/runs/runs";
import { giveWay } from "./turns";

export interface Steps {
  /**
   * Runs `work` once and stores its result. When the Workflow resumes after a crash, it uses the stored result. An
   * interrupted `work` runs again from its beginning, so it must be idempotent. Names are unique in a Workflow, results
   * at most 1 MiB. `note` adds a text to the step's entry in the run log. If `siteId` is given, only readers of that
   * property see the entry.
   */
  do<T>(name: string, work: (note: (text: string) => void) => Promise<T>, siteId?: string): Promise<T>;
  /** Waits for an event from another Workflow. @returns false on time-out. */
  waitFor(name: string, type: string, timeout: "5 minutes" | "30 minutes"): Promise<boolean>;
}

export type Task = (env: Cloudflare.Env, steps: Steps, params: TaskParams, runId: string) => Promise<RunReport>;

/** Four attempts in about two minutes. If all fail, the owner is notified and the next run tries again. */
const CONFIG = {
  retries: { limit: 3, delay: "10 seconds", backoff: "exponential" },
  timeout: "10 minutes",
} as const satisfies WorkflowStepConfig;

/** The stored result of a step. */
interface Kept {
  result: string;
}

export function recordedSteps(step: WorkflowStep, db: D1Database, runId: string): Steps {
  let place = 0;
  return {
    async do<T>(name: string, work: (note: (text: string) => void) => Promise<T>, siteId?: string): Promise<T> {
      const at = place++;
      await giveWay();
      const kept = await step.do(name, CONFIG, async ({ attempt }): Promise<Kept> => {
        const row: RunStep = {
          place: at,
          status: "running",
          started_at: Date.now(),
          ended_at: null,
          attempts: attempt,
          note: null,
          site_id: siteId ?? null,
        };
        const end = (status: "done" | "failed", note: string | null) =>
          noteStep(db, runId, name, { ...row, status, note, ended_at: Date.now() });
        let noted: string | null = null;
        try {
          const result = await work((text) => {
            noted = text;
          });
          await end("done", noted);
          // Stored as text: the platform rejects undefined, and its types require a serializable result.
          return { result: JSON.stringify(result ?? null) };
        } catch (error) {
          await end("failed", reasonOf(error).slice(0, 300));
          // The platform keeps it for weeks.
          throw withoutValues(error);
        }
      });
      return JSON.parse(kept.result) as T;
    },
    async waitFor(name, type, timeout) {
      place += 1;
      // Only the time-out throws here.
      return step.waitForEvent(name, { type, timeout }).then(
        () => true,
        () => false,
      );
    },
  };
}

/** Creates an instance unless an earlier attempt has. */
export async function createOnce<P>(workflow: Workflow<P>, options: WorkflowInstanceCreateOptions<P>): Promise<void> {
  try {
    await workflow.create(options);
  } catch (error) {
    // The platform refuses a used id. If the instance does not exist, there was another reason: throw it.
    await workflow.get(options.id!).catch(() => {
      throw error;
    });
  }
}
