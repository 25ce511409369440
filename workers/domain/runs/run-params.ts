// What Workflows are started with. Zod-free.
import type { TaskKind } from "./tasks";

/** The watermark pipeline. */
export interface RunParams {
  trigger: "cron" | "owner";
  /** ms since 1970: when it was due. */
  due: number;
}

/** The child: the addresses of one run. */
export interface EnrichmentParams {
  /** Instance of the pipeline that waits for it; null where nobody does. */
  parent: string | null;
  /** Type of the event that tells the parent: a run has several rounds, and an event may come twice. */
  event: string;
  units: EnrichmentUnit[];
}

/** The addresses of one property. */
export interface EnrichmentUnit {
  site_id: string;
  /** Range of raw objects that they come from, both included. */
  first_id: number;
  last_id: number;
  /** The IP list in the lake; null where the property keeps no addresses. */
  ip_list: string | null;
  /** Where the result goes. */
  target: string;
}

/** A task of maintenance. */
export interface TaskParams {
  kind: TaskKind;
  /** Null: of all properties. */
  site_id: string | null;
  due: number;
  /** `rebuild` and `check`: local dates, both included. */
  from?: string;
  to?: string;
  /** `erasure`. */
  user_id?: string;
  /** `replay`: ids of dead letters; absent: all of the property. */
  ids?: string[];
  /** `reports`: which. */
  period?: "week" | "month";
  /** `compaction`: whole days too, not only what is busy. */
  daily?: boolean;
}
