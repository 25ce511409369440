// An object of the lake as listed in D1. Times are ms, dates local.
import type { LakeZone } from "./zones";

/** The entry of a written object. */
export interface NewObject {
  zone: LakeZone;
  key: string;
  rows: number;
  bytes: number;
  min_time: number;
  max_time: number;
  min_date: string;
  max_date: string;
  /** For `events`: the number of merges (compaction.ts). Raw objects have level 0, the default. */
  level?: number;
  /** For `events`: the only event type in it. */
  event_type?: string | null;
  /** For outputs of the pipeline: the range of raw object ids it was made from, both included. */
  first_id?: number | null;
  last_id?: number | null;
}

/** A row of `lake_files`. */
export interface LakeFile extends Required<NewObject> {
  id: number;
  site_id: string;
  created_at: number;
}
