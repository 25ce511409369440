// An object of the lake as the list of the lake has it. Times are ms, dates local.
import type { LakeZone } from "./zones";

/** What is listed of an object that has been written. */
export interface NewObject {
  zone: LakeZone;
  key: string;
  rows: number;
  bytes: number;
  min_time: number;
  max_time: number;
  min_date: string;
  max_date: string;
  /** Of `events`: how often it was merged (compaction.ts). Raw objects are level 0, as what says nothing. */
  level?: number;
  /** Of `events`: the only event type in it. */
  event_type?: string | null;
  /** Of what the pipeline wrote: the ids of the raw objects that it was made from, both included. */
  first_id?: number | null;
  last_id?: number | null;
}

/** A row of `lake_files`. */
export interface LakeFile extends Required<NewObject> {
  id: number;
  site_id: string;
  created_at: number;
}
