// The parameters of Workflows. Zod-free.
import type { TaskKind } from "./tasks";

/** The watermark pipeline. */
export interface RunParams {
  trigger: "cron" | "owner";
  /** Due time, ms since 1970. */
  due: number;
}

/** The child: looks up the addresses of one run. */
export interface EnrichmentParams {
  /** The pipeline instance that waits for it; null without one. */
  parent: string | null;
  /**
   * Type of the event that notifies the parent. It is unique per round, because a run has several and an event may
   * arrive twice.
   */
  event: string;
  units: EnrichmentUnit[];
}

/** The addresses of one property. */
export interface EnrichmentUnit {
  site_id: string;
  /** Range of the raw objects, both included. */
  first_id: number;
  last_id: number;
  /** The IP list in the lake; null if the property stores no addresses. */
  ip_list: string | null;
  /** The key of the result. */
  target: string;
}

/** A task of maintenance. */
export interface TaskParams {
  kind: TaskKind;
  /** Null for all properties. */
  site_id: string | null;
  due: number;
  /** `rebuild` and `check`: local dates, both included. */
  from?: string;
  to?: string;
  /** `erasure` of the version before; else the user is in its notes (storage/lake/erasure-notes.ts). */
  user_id?: string;
  /** `replay`: ids of dead letters; absent: all of the property. */
  ids?: string[];
  /** `reports`: the period. */
  period?: "week" | "month";
  /** `compaction`: includes whole days, not only busy properties. */
  daily?: boolean;
}
