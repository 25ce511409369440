// The log of runs in D1: current and past Workflows.
import { and, desc, eq, lt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { RunReport, RunStep, RunTrigger } from "../../domain/runs/run";
import type { RunKind } from "../../domain/runs/tasks";
import { pipelineRunProperties, pipelineRuns } from "./tables";

export type RunRow = typeof pipelineRuns.$inferSelect;

export interface NewRun {
  id: string;
  kind: RunKind;
  site_id: string | null;
  trigger: RunTrigger;
}

/** Logs the start of a run. @returns false if it started before, or if another run of the pipeline is in progress. */
export async function beginRun(db: D1Database, run: NewRun, now: number): Promise<boolean> {
  const begun = await drizzle(db)
    .insert(pipelineRuns)
    .values({ ...run, status: "running", started_at: now })
    .onConflictDoNothing()
    .returning({ id: pipelineRuns.id });
  return begun.length > 0;
}

/** The current run of the pipeline according to the log. */
export async function runningRun(db: D1Database): Promise<RunRow | null> {
  const [row] = await drizzle(db)
    .select()
    .from(pipelineRuns)
    .where(and(eq(pipelineRuns.status, "running"), eq(pipelineRuns.kind, "run")));
  return row ?? null;
}

export async function loadRun(db: D1Database, id: string): Promise<RunRow | null> {
  const [row] = await drizzle(db).select().from(pipelineRuns).where(eq(pipelineRuns.id, id));
  return row ?? null;
}

/** Removes the start of a run that could not be started. A run that has reached a step stays. */
export async function forgetRun(db: D1Database, id: string): Promise<void> {
  await drizzle(db)
    .delete(pipelineRuns)
    .where(and(eq(pipelineRuns.id, id), sql`${pipelineRuns.steps} = '{}'`));
}

/** Logs a step at its end. Logging it again replaces the entry. */
export async function noteStep(db: D1Database, id: string, name: string, step: RunStep): Promise<void> {
  await drizzle(db)
    .update(pipelineRuns)
    .set({ steps: sql`json_set(${pipelineRuns.steps}, ${`$."${name}"`}, json(${JSON.stringify(step)}))` })
    .where(eq(pipelineRuns.id, id));
}

export interface RunEnd {
  status: "done" | "failed";
  ended_at: number;
  files?: number;
  rows?: number;
  report?: RunReport | null;
  error?: string | null;
}

export async function endRun(db: D1Database, id: string, end: RunEnd): Promise<void> {
  await drizzle(db).update(pipelineRuns).set(end).where(eq(pipelineRuns.id, id));
}

/** Ends a run that cannot end itself. A run that has ended in the meantime does not change. */
export async function giveUpRun(db: D1Database, id: string, error: string, now: number): Promise<void> {
  await drizzle(db)
    .update(pipelineRuns)
    .set({ status: "failed", ended_at: now, error })
    .where(and(eq(pipelineRuns.id, id), eq(pipelineRuns.status, "running")));
}

/** The result of a run for one property. */
export interface UnitNote {
  site_id: string;
  files: number;
  rows: number;
  report: RunReport;
}

/** For the batch that loads a unit: the result of the run for its property. Later rounds of the run add to it. */
export const noteUnit = (db: D1Database, runId: string, unit: UnitNote, now: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT INTO pipeline_run_properties (site_id, run_id, started_at, ended_at, files, rows, report)
       VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6)
       ON CONFLICT (site_id, run_id) DO UPDATE SET ended_at = excluded.ended_at, files = files + excluded.files,
         rows = rows + excluded.rows, report = (SELECT json_group_object(key, sum) FROM (
           SELECT key, sum(value) AS sum FROM (
             SELECT key, value FROM json_each(pipeline_run_properties.report)
             UNION ALL SELECT key, value FROM json_each(excluded.report)) GROUP BY key))`,
    )
    .bind(unit.site_id, runId, now, unit.files, unit.rows, JSON.stringify(unit.report));

/** Logs the error that prevented a property from being processed in a run. */
export async function noteFailure(
  db: D1Database,
  runId: string,
  siteId: string,
  error: string,
  now: number,
): Promise<void> {
  await db
    .prepare(
      `INSERT INTO pipeline_run_properties (site_id, run_id, started_at, ended_at, files, rows, report)
       VALUES (?1, ?2, ?3, ?3, 0, 0, json_object('error', ?4))
       ON CONFLICT (site_id, run_id) DO UPDATE SET report = json_set(report, '$.error', ?4)`,
    )
    .bind(siteId, runId, now, error)
    .run();
}

/** Runs with results for a property, and its tasks, newest first. `files` and `rows` are of the property. */
export async function recentRuns(db: D1Database, siteId: string, limit: number): Promise<RunRow[]> {
  const ofRuns = db
    .prepare(
      `SELECT r.id, r.kind, r.site_id, r.trigger, r.status, r.started_at, r.ended_at, p.files, p.rows, r.steps, p.report, r.error
       FROM pipeline_run_properties p JOIN pipeline_runs r ON r.id = p.run_id
       WHERE p.site_id = ? ORDER BY p.started_at DESC LIMIT ?`,
    )
    .bind(siteId, limit);
  const [runs, tasks] = await Promise.all([
    ofRuns.all<RunRow & { steps: string; report: string }>(),
    drizzle(db)
      .select()
      .from(pipelineRuns)
      .where(eq(pipelineRuns.site_id, siteId))
      .orderBy(desc(pipelineRuns.started_at))
      .limit(limit),
  ]);
  const parsed = runs.results.map((row) => ({
    ...row,
    steps: JSON.parse(row.steps) as RunRow["steps"],
    report: JSON.parse(row.report) as RunReport,
  }));
  // A task of the property that logged its results is in both.
  const noted = new Set(parsed.map(({ id }) => id));
  return [...parsed, ...tasks.filter(({ id }) => !noted.has(id))]
    .sort((a, b) => b.started_at - a.started_at)
    .slice(0, limit);
}

/** Deletes runs that started before a time, and their results for properties. */
export async function forgetRuns(db: D1Database, before: number): Promise<void> {
  const orm = drizzle(db);
  await orm.batch([
    orm.delete(pipelineRunProperties).where(lt(pipelineRunProperties.started_at, before)),
    orm.delete(pipelineRuns).where(lt(pipelineRuns.started_at, before)),
  ]);
}

/** The runs still to be started: not logged yet, or logged without any step, as a crash leaves them. */
export async function unstartedAmong(db: D1Database, ids: readonly string[]): Promise<Set<string>> {
  const { results } = await db
    .prepare(
      `SELECT id FROM pipeline_runs WHERE id IN (SELECT value FROM json_each(?))
       AND NOT (status = 'running' AND steps = '{}')`,
    )
    .bind(JSON.stringify(ids))
    .all<{ id: string }>();
  const known = new Set(results.map(({ id }) => id));
  return new Set(ids.filter((id) => !known.has(id)));
}

/** The result of a run for a property; null if it did nothing for it. */
export async function loadUnitNote(db: D1Database, runId: string, siteId: string): Promise<UnitNote | null> {
  const [row] = await drizzle(db)
    .select()
    .from(pipelineRunProperties)
    .where(and(eq(pipelineRunProperties.run_id, runId), eq(pipelineRunProperties.site_id, siteId)));
  return row ? { site_id: siteId, files: row.files, rows: row.rows, report: row.report } : null;
}

/** The number of current tasks of a kind for a property. */
export async function runningTasks(db: D1Database, kind: RunKind, siteId: string): Promise<number> {
  const row = await db
    .prepare("SELECT count(*) AS n FROM pipeline_runs WHERE status = 'running' AND kind = ? AND site_id = ?")
    .bind(kind, siteId)
    .first<{ n: number }>();
  return row?.n ?? 0;
}
