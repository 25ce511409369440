// The tasks of maintenance by name. Each is a list of steps over one property or all; a line here makes it a Workflow's.
import { alerts } from "./alerts/alerts";
import { Problem } from "./domain/requests/problem";
import type { RunReport } from "./domain/runs/run";
import type { TaskParams } from "./domain/runs/run-params";
import { createOnce, type Steps } from "./jobs/steps";
import { writeReports } from "./mail/reports";
import { compact } from "./maintenance/compact";
import { erase } from "./maintenance/erase";
import { check, rebuild } from "./maintenance/rebuild-tasks";
import { replay } from "./maintenance/replay";
import { retain } from "./maintenance/retain";
import { notifyOfFailure, notifyOfReport } from "./pipeline/notify";
import { beginRun, endRun, forgetRun, type NewRun, runningTasks } from "./storage/runs/runs";

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
 * Starts a task as a Workflow. Its id makes it start once: with the id of one that is there it does nothing.
 * @returns false when it was begun before.
 * @throws when it could not be started; then it has not begun, and whoever comes next with its id tries again.
 */
export async function startTask(
  env: Pick<Cloudflare.Env, "DB" | "MAINTENANCE">,
  run: Omit<NewRun, "kind" | "site_id">,
  params: TaskParams,
): Promise<boolean> {
  const begun = await beginRun(env.DB, { ...run, kind: params.kind, site_id: params.site_id }, Date.now());
  try {
    await createOnce(env.MAINTENANCE, { id: run.id, params });
  } catch (error) {
    await forgetRun(env.DB, run.id);
    throw error;
  }
  return begun;
}

/** Of a kind and property at once: each is a Workflow, and an erasure waits for half an hour. */
const MOST_RUNNING = 10;

/** Starts what an owner asks for. @returns the run's id. @throws Problem too_many while too many of its kind go on. */
export async function startForOwner(
  env: Pick<Cloudflare.Env, "DB" | "MAINTENANCE">,
  params: Omit<TaskParams, "due" | "site_id"> & { site_id: string },
): Promise<string> {
  if ((await runningTasks(env.DB, params.kind, params.site_id)) >= MOST_RUNNING)
    throw new Problem("too_many", `property has ${MOST_RUNNING} runs of ${params.kind} going on; wait for one to end`);
  const id = `${params.kind}-${crypto.randomUUID()}`;
  await startTask(env, { id, trigger: "owner" }, { ...params, due: Date.now() });
  return id;
}
