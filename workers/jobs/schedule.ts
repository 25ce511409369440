// Starts the run of the pipeline and the maintenance tasks that the cron triggers. Their ids contain the due time, so a
// cron that fires twice or late neither starts a task twice nor skips one.
import { reasonOf } from "../domain/requests/describe-error";
import type { RunTrigger } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { CRON_MINUTES, RUNS, type Slot, TASK_KINDS, type TaskKind } from "../domain/runs/tasks";
import { beginRun, giveUpRun, type RunRow, runningRun, unstartedAmong } from "../storage/runs/runs";
import { waitingProperties } from "../storage/runs/watermarks";
import { startTask } from "./start";

export type ScheduleEnv = Pick<Cloudflare.Env, "DB" | "PIPELINE" | "MAINTENANCE" | "PIPELINE_MINUTES">;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const PERIOD = { hour: HOUR, day: DAY } as const;

/** `compaction-2026-11-24T23` or `check-2026-11-24`. */
const idOf = (kind: TaskKind, { name = kind, every }: Slot, start: number): string =>
  `${name}-${new Date(start).toISOString().slice(0, every === "day" ? 10 : 13)}`;

/** The tasks due at a time, with their ids: those of its hour and those of its day. */
export function tasksDue(now: number): { id: string; params: TaskParams }[] {
  const slots = TASK_KINDS.flatMap((kind) => RUNS[kind].slots.map((slot: Slot) => ({ kind, slot })));
  return slots.flatMap(({ kind, slot }) => {
    const start = now - (now % PERIOD[slot.every]);
    const due = start + slot.after * MINUTE;
    if (now < due) return [];
    const params = { kind, site_id: null, due, ...(slot.daily ? { daily: true } : {}) };
    return [{ id: idOf(kind, slot, start), params }];
  });
}

/** @param now the due time of the cron (`scheduledTime`). @throws AggregateError after all starts were tried. */
export async function startWhatIsDue(env: ScheduleEnv, now: number): Promise<void> {
  const interval = Math.max(CRON_MINUTES, Number(env.PIPELINE_MINUTES) || CRON_MINUTES);
  const isRunDue = Math.floor(now / MINUTE) % interval < CRON_MINUTES;
  const due = tasksDue(now);
  const missing = await unstartedAmong(
    env.DB,
    due.map(({ id }) => id),
  );
  const starts = [
    ...(isRunDue ? [startRun(env, "cron", now)] : []),
    ...due.filter(({ id }) => missing.has(id)).map(({ id, params }) => startTask(env, { id, trigger: "cron" }, params)),
  ];
  const failures = (await Promise.allSettled<unknown>(starts)).flatMap((result) =>
    result.status === "rejected" ? [result.reason as unknown] : [],
  );
  if (failures.length > 0) throw new AggregateError(failures, "pipeline could not start all that is due");
}

export interface Start {
  /** Null when there was nothing to do. */
  run_id: string | null;
  /** True while another run is in progress. */
  isBusy: boolean;
}

/** Starts a run unless another is in progress. The cron starts one only if there is a backlog. */
export async function startRun(env: ScheduleEnv, trigger: RunTrigger, due: number): Promise<Start> {
  const going = await runningRun(env.DB);
  if (going && (await isGoing(env, going))) return { run_id: going.id, isBusy: true };
  if (trigger === "cron" && Object.keys(await waitingProperties(env.DB)).length === 0)
    return { run_id: null, isBusy: false };
  const id = `run-${new Date(due)
    .toISOString()
    .slice(0, trigger === "cron" ? 16 : 23)
    .replace(/[:.]/g, "-")}`;
  if (!(await beginRun(env.DB, { id, kind: "run", site_id: null, trigger }, Date.now())))
    return { run_id: id, isBusy: true };
  await env.PIPELINE.create({ id, params: { trigger, due } });
  return { run_id: id, isBusy: false };
}

/**
 * Whether a run that the log lists as running is in progress. Repairs a run that ended without logging it, or that was
 * never created.
 */
async function isGoing({ DB, PIPELINE }: ScheduleEnv, { id, trigger, started_at }: RunRow): Promise<boolean> {
  const instance = await PIPELINE.get(id).catch(() => null);
  if (!instance) {
    // A crash interrupted the start between its log entry and its creation.
    await PIPELINE.create({ id, params: { trigger, due: started_at } });
    return true;
  }
  const { status, error } = await instance.status();
  if (status !== "complete" && status !== "errored" && status !== "terminated") return true;
  const reason = error ? reasonOf(error.message) : `Workflow is ${status}`;
  await giveUpRun(DB, id, reason.slice(0, 1000), Date.now());
  return false;
}
