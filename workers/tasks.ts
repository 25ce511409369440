// The tasks of maintenance (domain/runs/tasks.ts), each with its function: a list of steps over one property or all.

import { alerts } from "./alerts/alerts";
import { reasonOf } from "./domain/requests/describe-error";
import type { TaskParams } from "./domain/runs/run-params";
import type { TaskKind } from "./domain/runs/tasks";
import type { Steps, Task } from "./jobs/steps";
import { writeReports } from "./mail/reports";
import { analysis } from "./maintenance/analysis/task";
import { compact } from "./maintenance/compact";
import { erase } from "./maintenance/erasure/erase";
import { check, rebuild } from "./maintenance/rebuild-tasks";
import { replay } from "./maintenance/replay";
import { restamp } from "./maintenance/restamp/task";
import { retain } from "./maintenance/retain";
import { notifyOfFailure, notifyOfReport } from "./pipeline/notify";
import { endRun } from "./storage/runs/runs";

const TASKS = {
  rebuild,
  restamp,
  analysis,
  check,
  replay,
  compaction: compact,
  retention: retain,
  erasure: erase,
  reports: writeReports,
  alerts,
} satisfies Record<TaskKind, Task>;

/** Carries a task out and notes how it ended. @throws what the task throws. */
export async function runTask(env: Cloudflare.Env, steps: Steps, params: TaskParams, runId: string): Promise<void> {
  // A Workflow that waited for a new version may ask for what is there no more.
  if (!Object.hasOwn(TASKS, params.kind)) throw new Error(`task ${params.kind} does not exist`);
  const task: Task = TASKS[params.kind];
  try {
    const report = await task(env, steps, params, runId);
    await steps.do("end", async () => {
      await notifyOfReport(env, runId, params, report);
      const { files, rows } = report;
      await endRun(env.DB, runId, {
        status: "done",
        ended_at: Date.now(),
        report,
        ...(typeof files === "number" && typeof rows === "number" ? { files, rows } : {}),
      });
    });
  } catch (error) {
    const message = reasonOf(error);
    // What failed is what is thrown: that it could not be noted or told either is no news.
    await Promise.allSettled([
      endRun(env.DB, runId, { status: "failed", ended_at: Date.now(), error: message }),
      notifyOfFailure(env, runId, params, message),
    ]);
    throw error;
  }
}
