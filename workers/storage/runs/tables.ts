// The D1 tables of runs of the pipeline and tasks of maintenance. WITHOUT ROWID is added to the migrations by hand.
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { RunReport, RunStatus, RunStep, RunTrigger } from "../../domain/runs/run";
import type { RunKind } from "../../domain/runs/tasks";

/** The position of each dataset of a property: the last processed `lake_files.id` (of the raw zone). */
export const watermarks = sqliteTable(
  "watermarks",
  {
    site_id: text().notNull(),
    dataset: text().notNull(),
    /** Moved only by compare-and-set: a statement that finds another position writes NULL here, which fails its batch. */
    position: integer().notNull(),
    moved_at: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.dataset] })],
);

/** The log of a Workflow: a run of the pipeline over all properties, or a task of maintenance. `id` is the instance's. */
export const pipelineRuns = sqliteTable(
  "pipeline_runs",
  {
    id: text().primaryKey(),
    kind: text().$type<RunKind>().notNull(),
    /** Null for runs over all properties. */
    site_id: text(),
    trigger: text().$type<RunTrigger>().notNull(),
    status: text().$type<RunStatus>().notNull(),
    started_at: integer().notNull(),
    ended_at: integer(),
    files: integer().notNull().default(0),
    rows: integer().notNull().default(0),
    steps: text({ mode: "json" }).$type<Record<string, RunStep>>().notNull().default({}),
    report: text({ mode: "json" }).$type<RunReport>(),
    error: text(),
  },
  (t) => [
    index("pipeline_runs_by_start").on(t.started_at),
    // The lock: one run of the pipeline at a time.
    uniqueIndex("pipeline_runs_going").on(t.kind).where(sql`status = 'running' AND kind = 'run'`),
  ],
);

/** The result of a run for one property, written in the batch that moves the property's watermark. */
export const pipelineRunProperties = sqliteTable(
  "pipeline_run_properties",
  {
    site_id: text().notNull(),
    run_id: text().notNull(),
    started_at: integer().notNull(),
    ended_at: integer().notNull(),
    files: integer().notNull(),
    rows: integer().notNull(),
    report: text({ mode: "json" }).$type<RunReport>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.site_id, t.run_id] })],
);
