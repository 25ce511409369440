// Notify: queues the messages of a run or a task once, and sends them.
import type { RunReport } from "../domain/runs/run";
import type { TaskParams } from "../domain/runs/run-params";
import { queueFailure, queueRunSummary } from "../mail/news";
import { type SendEnv, sendOutbox } from "../mail/send";
import type { WriteEnv } from "../mail/write";
import type { Loaded } from "./load";

export type NotifyEnv = SendEnv & WriteEnv;

/** A property that a run could not process. */
export interface Failure {
  site_id: string;
  error: string;
}

export interface Outcome {
  run_id: string;
  /** Due time, ms since 1970. */
  due: number;
  loaded: readonly Loaded[];
  failures: readonly Failure[];
}

/** Adds up the rounds of a run, because its owner sees one run. */
function byProperty(loaded: readonly Loaded[]): Loaded[] {
  const sums = new Map<string, Loaded>();
  for (const { site_id, files, rows, report } of loaded) {
    const before = sums.get(site_id);
    const summed: RunReport = { ...report };
    for (const [name, value] of Object.entries(before?.report ?? {}))
      summed[name] = Number(value ?? 0) + Number(summed[name] ?? 0);
    sums.set(site_id, {
      site_id,
      files: files + (before?.files ?? 0),
      rows: rows + (before?.rows ?? 0),
      report: summed,
    });
  }
  return [...sums.values()];
}

/** Queues messages about a run by each property's settings, and sends the outbox. Repeating it queues nothing twice. */
export async function notifyOfRun(env: NotifyEnv, outcome: Outcome, note: (text: string) => void): Promise<void> {
  const { run_id, due, loaded, failures } = outcome;
  const now = Date.now();
  const runs = byProperty(loaded).map((work) => ({ ...work, run_id, started_at: due, ended_at: now }));
  let queued = await queueRunSummary(env, runs, now);
  for (const { site_id, error } of failures)
    queued += await queueFailure(env, [site_id], { run_id, kind: "run", started_at: due, failed_at: now, error }, now);
  const { sent, failed } = await sendOutbox(env, now);
  note(`${queued} new, ${sent} sent${failed > 0 ? `, ${failed} failed` : ""}`);
}

/** Notifies the owner of its property, or the owners of all its properties, that a run or task failed as a whole. */
export async function notifyOfFailure(
  env: NotifyEnv,
  run_id: string,
  { kind, site_id, due }: Pick<TaskParams, "site_id" | "due"> & { kind: TaskParams["kind"] | "run" },
  error: string,
): Promise<void> {
  const now = Date.now();
  const failure = { run_id, kind, started_at: due, failed_at: now, error };
  await queueFailure(env, site_id === null ? null : [site_id], failure, now);
}

/** Reports differences found by a scheduled check as a failure, because the counts do not match the lake. */
export async function notifyOfReport(
  env: NotifyEnv,
  run_id: string,
  { kind, site_id, due }: TaskParams,
  report: RunReport,
): Promise<void> {
  const differences = Number(report.differences ?? 0);
  const found = typeof report.site_id === "string" ? report.site_id : null;
  if (kind !== "check" || site_id !== null || found === null || differences === 0) return;
  const days = String(report.from ?? "");
  const error = `${differences} counts of ${days} differ from the record; rebuild that day to put them right`;
  await notifyOfFailure(env, run_id, { kind, site_id: found, due }, error);
}
