// Steps: what a Workflow does is a list of named steps, each checkpointed and retried by the platform, and noted in the
// run log. Only this file knows the platform's step; whoever does the work takes `Steps`, which tests can break.
import type { WorkflowStep, WorkflowStepConfig } from "cloudflare:workers";
import type { RunReport, RunStep } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { noteStep } from "../storage/runs/runs";

export interface Steps {
  /**
   * Does something once: its result is kept, and when the Workflow is run again after a crash it is not done again. It may
   * be cut off anywhere and begun anew, so it must be idempotent. Names are unique in a Workflow, results at most 1 MiB.
   * `note` says for the run log what was handled. `siteId` is the property that the step is about, if it is one: nobody
   * else sees it in the run log.
   */
  do<T>(name: string, work: (note: (text: string) => void) => Promise<T>, siteId?: string): Promise<T>;
  /** Waits for an event that another Workflow sends. @returns false when it did not come in time. */
  waitFor(name: string, type: string, timeout: "5 minutes" | "30 minutes"): Promise<boolean>;
}

export type Task = (env: Cloudflare.Env, steps: Steps, params: TaskParams, runId: string) => Promise<RunReport>;

/** Four tries in about two minutes; what still fails then is told to the owner, and the next run tries again. */
const CONFIG = {
  retries: { limit: 3, delay: "10 seconds", backoff: "exponential" },
  timeout: "10 minutes",
} as const satisfies WorkflowStepConfig;

/** What is kept of a step. */
interface Kept {
  result: string;
}

export function recordedSteps(step: WorkflowStep, db: D1Database, runId: string): Steps {
  let place = 0;
  return {
    async do<T>(name: string, work: (note: (text: string) => void) => Promise<T>, siteId?: string): Promise<T> {
      const at = place++;
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
          // Kept as text: the platform takes no undefined, and types of results need not be serializable by its rules.
          return { result: JSON.stringify(result ?? null) };
        } catch (error) {
          await end("failed", String(error).slice(0, 300));
          throw error;
        }
      });
      return JSON.parse(kept.result) as T;
    },
    async waitFor(name, type, timeout) {
      place += 1;
      // Only its time-out is thrown here.
      return step.waitForEvent(name, { type, timeout }).then(
        () => true,
        () => false,
      );
    },
  };
}

/** Creates an instance, unless an earlier try has. */
export async function createOnce<P>(workflow: Workflow<P>, options: WorkflowInstanceCreateOptions<P>): Promise<void> {
  try {
    await workflow.create(options);
  } catch (error) {
    // A used id is refused; any other reason is told.
    await workflow.get(options.id!).catch(() => {
      throw error;
    });
  }
}
