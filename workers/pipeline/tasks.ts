// The tasks of maintenance by name. Each is a list of steps over one property or all; a line here makes it a Workflow's.
import type { RunReport } from "../domain/pipeline";
import type { TaskParams } from "../domain/run-params";
import { beginRun, endRun, type NewRun } from "../storage/runs";
import { alerts } from "./alerts";
import { compact } from "./compact";
import { erase } from "./erase";
import { notifyOfFailure, notifyOfReport } from "./notify";
import { check, rebuild } from "./rebuild-tasks";
import { replay } from "./replay";
import { writeReports } from "./reports";
import { retain } from "./retain";
import type { Steps } from "./steps";

export type Task = (env: Cloudflare.Env, steps: Steps, params: TaskParams, runId: string) => Promise<RunReport>;

const TASKS: Partial<Record<TaskParams["kind"], Task>> = {
  rebuild,
  check,
  replay,
  compaction: compact,
  retention: retain,
  erasure: erase,
  reports: writeReports,
  alerts,
};

/** Carries a task out and notes how it ended. @throws what the task throws. */
export async function runTask(env: Cloudflare.Env, steps: Steps, params: TaskParams, runId: string): Promise<void> {
  const task = TASKS[params.kind];
  if (!task) throw new Error(`task ${params.kind} does not exist`);
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
    const told = String(error).slice(0, 1000);
    // What failed is what is thrown: that it could not be noted or told either is no news.
    await Promise.allSettled([
      endRun(env.DB, runId, { status: "failed", ended_at: Date.now(), error: told }),
      notifyOfFailure(env, runId, params, told),
    ]);
    throw error;
  }
}

/**
 * Starts a task as a Workflow. Its id makes it start once: with the id of one that was begun it does nothing.
 * @returns false when it was begun before.
 */
export async function startTask(
  env: Pick<Cloudflare.Env, "DB" | "MAINTENANCE">,
  run: Omit<NewRun, "kind" | "site_id">,
  params: TaskParams,
): Promise<boolean> {
  const begun = await beginRun(env.DB, { ...run, kind: params.kind, site_id: params.site_id }, Date.now());
  if (!begun) return false;
  try {
    await env.MAINTENANCE.create({ id: run.id, params });
  } catch (error) {
    await endRun(env.DB, run.id, { status: "failed", ended_at: Date.now(), error: String(error).slice(0, 1000) });
    throw error;
  }
  return true;
}
