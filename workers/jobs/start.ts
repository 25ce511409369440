// Starts maintenance tasks as Workflows. workers/tasks.ts maps each kind of task to its code.
import { Problem } from "../domain/requests/problem";
import type { TaskParams } from "../domain/runs/run-params";
import { beginRun, forgetRun, type NewRun, runningTasks } from "../storage/runs/runs";
import { createOnce } from "./steps";

/**
 * Starts a task as a Workflow. If a Workflow with this id exists, it does nothing.
 * @returns false when the task had been started before.
 * @throws when it could not be started. Then it has not begun, and a later call with the same id tries again.
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

/** Concurrent tasks of one kind and property. Each is a Workflow, and an erasure waits for half an hour. */
const MOST_RUNNING = 10;

/**
 * Starts a task that an owner requests. @param prepare writes what the task finds by the run's id.
 * @returns the run's id. @throws Problem too_many while too many tasks of its
 * kind are in progress.
 */
export async function startForOwner(
  env: Pick<Cloudflare.Env, "DB" | "MAINTENANCE">,
  params: Omit<TaskParams, "due" | "site_id"> & { site_id: string },
  prepare: (runId: string) => Promise<void> = async () => undefined,
): Promise<string> {
  if ((await runningTasks(env.DB, params.kind, params.site_id)) >= MOST_RUNNING)
    throw new Problem(
      "too_many",
      `property already has ${MOST_RUNNING} ${params.kind} runs in progress; wait for one to end`,
    );
  const id = `${params.kind}-${crypto.randomUUID()}`;
  await prepare(id);
  await startTask(env, { id, trigger: "owner" }, { ...params, due: Date.now() });
  return id;
}
