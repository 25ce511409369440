// Retention: which data of a property is too old. Dates are local; everything before a date is removed.
import { z } from "zod";
import { addDays } from "../time/zone";
import type { CompactableFile } from "./compaction";

const days = (least: number) => z.int().min(least).max(3650).nullable();

export const retentionInput = z.strictObject({
  /** Days that events stay in the lake; null: forever. */
  events_days: days(1).default(null),
  /** Days that counts stay in D1. */
  rollups_days: days(1).default(null),
  /** Days that full addresses stay in the lake; they are then truncated. */
  addresses_days: days(1).default(30),
});

export type Retention = z.infer<typeof retentionInput>;

/** The first day that stays, by kind of data; null: no limit. */
export interface Cutoffs {
  /** Events, and the addresses that they came from. */
  events: string | null;
  /** Counts. */
  rollups: string | null;
  /** Whole addresses; older ones are truncated. */
  addresses: string | null;
}

/** Thirty days are today and the 29 before. */
export function cutoffsFor({ events_days, rollups_days, addresses_days }: Retention, today: string): Cutoffs {
  const first = (days: number | null) => (days === null ? null : addDays(today, 1 - days));
  return { events: first(events_days), rollups: first(rollups_days), addresses: first(addresses_days) };
}

/** The limit of a zone. TechStack has the limit of counts, the other zones have that of events. */
const cutoffOf = (zone: CompactableFile["zone"], { events, rollups }: Cutoffs): string | null =>
  zone === "techstack" ? rollups : events;

export interface RetentionPlan {
  /** Objects to delete. */
  gone: number[];
  /** Objects of which some days stay. */
  mixed: number[];
}

/**
 * Finds what is too old in a list of objects. A raw object that the pipeline has not processed yet stays. An enrichment has no
 * dates of its own: it is deleted as a whole, once its raw objects are gone.
 */
export function planRetention(files: readonly CompactableFile[], cutoffs: Cutoffs, settled: number): RetentionPlan {
  const plan: RetentionPlan = { gone: [], mixed: [] };
  const isGone = ({ zone, max_date }: CompactableFile) => max_date < (cutoffOf(zone, cutoffs) ?? "");
  const left = files.filter((file) => file.zone === "raw" && !isGone(file)).map(({ id }) => id);
  const firstRaw = Math.min(...left);
  for (const file of files) {
    const { id, zone, min_date, last_id } = file;
    const cutoff = cutoffOf(zone, cutoffs);
    if (cutoff === null || min_date >= cutoff || (zone === "raw" && id > settled)) continue;
    if (zone === "ip_enrichment" && (last_id ?? 0) >= firstRaw) continue;
    if (isGone(file)) plan.gone.push(id);
    else if (zone === "raw" || zone === "events" || zone === "ip_list") plan.mixed.push(id);
  }
  return plan;
}
