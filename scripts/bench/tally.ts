// The data that the counting Worker and the bench exchange.
import type { Facts } from "../../workers/domain/events/catalog.ts";
import type { Event } from "../../workers/domain/events/event.ts";

export interface Tally {
  worker_requests: number;
  hub_requests: number;
  analyst_requests: number;
  hub_rows_written: number;
  hub_rows_read: number;
  queue_operations: number;
  d1_rows_written: number;
  d1_rows_read: number;
  r2_class_a: number;
  r2_class_b: number;
  workflow_steps: number;
  /** The rest is not billed, but explains the bill. */
  events: number;
  journal_rows: number;
  checkpoint_rows: number;
  alarms_set: number;
  messages: number;
  message_bytes: number;
  deliveries: number;
}

/** The counters after a delivery of the queue. `at` is ms. */
export interface Mark {
  at: number;
  tally: Tally;
}

/** Rows of D1 that a run of the cron used. */
export type CronCost = Pick<Tally, "d1_rows_written" | "d1_rows_read">;

/** Input and usage of a run or a compaction. */
export interface PipelinePart {
  ms: number;
  tally: Tally;
}

/** Rollups for JSON: maps become lists of entries. */
export interface Filling {
  site_id: string;
  hours: [number, Facts][];
  days: [string, [string, [string, Facts][]][]][];
}

/** Somebody's event, for the domain or, by RPC, for a hub. */
export interface Occurrence {
  address: string;
  agent: string;
  event: Event;
}

/** A day of the lake, as the bench hands it over; its events are Parquet. */
export interface FilledDay {
  site_id: string;
  date: string;
  rows: number;
}

/** What the day's tables took, and their bytes. */
export interface DayFilled {
  ms: number;
  bytes: number;
  tally: Tally;
}
