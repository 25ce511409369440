// Runs as data: reports, and the replies to the dashboard and API clients. Zod-free.

import type { Dataset, LakeZone } from "../lake/zones";
import type { Capacity } from "../visits/capacity";
import type { RowBudget } from "./row-budget";
import type { RunKind } from "./tasks";

export type RunTrigger = "cron" | "owner";
export type RunStatus = "running" | "done" | "failed";

/** Times are ms since 1970. */
export interface RunStep {
  /** Position among the steps of its run, from 0. */
  place: number;
  status: "running" | "done" | "failed";
  started_at: number;
  ended_at: number | null;
  /** The number of attempts. */
  attempts: number;
  /** The step's work in a few words: "12 objects, 3,400 rows". */
  note: string | null;
  /**
   * The property of the step, whose readers alone see it. Null for a step of many; absent in runs from before the
   * field.
   */
  site_id?: string | null;
}

/**
 * The results of a run, as names with numbers or short texts: `{"techstack_rows": 120, "addresses": 80}`. Flat, for a
 * table.
 */
export type RunReport = Record<string, number | string | null>;

// ————— Shapes of the API: GET /api/v1/properties/{site_id}/pipeline and below. Times are ISO 8601 (UTC).

export interface RunView {
  id: string;
  kind: RunKind;
  trigger: RunTrigger;
  status: RunStatus;
  started_at: string;
  ended_at: string | null;
  /** For this property: processed raw objects and rows. */
  files: number;
  rows: number;
  report: RunReport | null;
  error: string | null;
}

/** GET …/pipeline/runs/{id} */
export interface RunDetails extends RunView {
  steps: (Omit<RunStep, "started_at" | "ended_at" | "place" | "site_id"> & {
    name: string;
    started_at: string;
    ended_at: string | null;
  })[];
}

/** GET …/pipeline */
export interface PipelineView {
  /** Minutes between runs. */
  interval_minutes: number;
  datasets: {
    dataset: Dataset;
    /** The last processed lake_files.id; 0 before the first. */
    position: number;
    moved_at: string | null;
    /** Raw objects and rows after the watermark, and the waiting time of the oldest. */
    waiting_files: number;
    waiting_rows: number;
    lag_seconds: number;
  }[];
  zones: { zone: LakeZone; files: number; rows: number; bytes: number }[];
  dead_letters: number;
  /** The load of the property's shards. */
  capacity: Capacity;
  /** Rows of day counts that the property has written today, and what was shed. */
  row_budget: RowBudget;
  /** The current run of the pipeline over all properties. */
  running: string | null;
  /** The newest first, at most 50. */
  runs: RunView[];
}

/** GET …/pipeline/dead-letters */
export interface DeadLetterView {
  id: string;
  reason: string;
  first_failed_at: string;
  failed_at: string;
  count: number;
  events: number | null;
}
export interface DeadLettersView {
  dead_letters: DeadLetterView[];
  total: number;
}

/** POST …/pipeline/rebuild `{from, to, check?}` → 202 `{run_id}`; the run's report has these. */
export interface RebuildReport {
  from: string;
  to: string;
  differences: number;
  /** At most 100. */
  examples: { where: string; fact: string; lake: number; rollup: number }[];
}
