// The run log in D1: what Workflows are doing and did.
import { and, desc, eq, lt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { RunKind, RunReport, RunStep, RunTrigger } from "../domain/pipeline";
import { pipelineRuns } from "./pipeline-tables";

export type RunRow = typeof pipelineRuns.$inferSelect;

export interface NewRun {
  id: string;
  kind: RunKind;
  site_id: string | null;
  trigger: RunTrigger;
}

/** Notes that a run begins. @returns false when it has begun before, or when another run of the pipeline is going on. */
export async function beginRun(db: D1Database, run: NewRun, now: number): Promise<boolean> {
  const begun = await drizzle(db)
    .insert(pipelineRuns)
    .values({ ...run, status: "running", started_at: now })
    .onConflictDoNothing()
    .returning({ id: pipelineRuns.id });
  return begun.length > 0;
}

/** The run of the pipeline that is going on, as far as the log knows. */
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

/** Notes a step at its end. Told again, it replaces what was told before. */
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

/** Tasks and runs of a property are told together; the newest first. */
export async function recentTasks(db: D1Database, siteId: string, limit: number): Promise<RunRow[]> {
  return drizzle(db)
    .select()
    .from(pipelineRuns)
    .where(eq(pipelineRuns.site_id, siteId))
    .orderBy(desc(pipelineRuns.started_at))
    .limit(limit);
}

/** Runs that began before a time are forgotten. */
export async function forgetRuns(db: D1Database, before: number): Promise<void> {
  await drizzle(db).delete(pipelineRuns).where(lt(pipelineRuns.started_at, before));
}
