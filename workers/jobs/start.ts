// Starts tasks of maintenance as Workflows. What a task does is known to workers/tasks.ts alone.
import { Problem } from "../domain/requests/problem";
import type { TaskParams } from "../domain/runs/run-params";
import { beginRun, forgetRun, type NewRun, runningTasks } from "../storage/runs/runs";
import { createOnce } from "./steps";

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
    throw new Problem(
      "too_many",
      `property already has ${MOST_RUNNING} ${params.kind} runs in progress; wait for one to end`,
    );
  const id = `${params.kind}-${crypto.randomUUID()}`;
  await startTask(env, { id, trigger: "owner" }, { ...params, due: Date.now() });
  return id;
}
