// Retention: which data of a property is too old. Dates are local; everything before a date is removed.
import { z } from "zod";
import { addDays } from "../time/zone";
import type { LakeFile } from "./object";
import type { LakeZone } from "./zones";

const days = (least: number) => z.int().min(least).max(3650).nullable();

export const retentionInput = z.strictObject({
  /**
   * Days that events stay in the lake; null: forever, as for properties from before there was a default. Others have
   * NEW_RETENTION.
   */
  events_days: days(1).default(null),
  /** Days that counts stay in D1, likewise. */
  rollups_days: days(1).default(null),
  /** Days that full addresses stay in the lake; they are then truncated. */
  addresses_days: days(1).default(30),
  /** Days that messages stay which could not be counted. */
  dead_letters_days: days(1).default(30),
});

export type Retention = z.infer<typeof retentionInput>;

/** True if a change deletes data that would have stayed. */
export const isShortened = (
  before: Retention,
  changes: { [Field in keyof Retention]?: Retention[Field] | undefined },
) =>
  (Object.keys(before) as (keyof Retention)[]).some((field) => {
    const days = changes[field] ?? null;
    return days !== null && days < (before[field] ?? Number.POSITIVE_INFINITY);
  });
/**
 * What a new property begins with. Events: 25 months, the most that France's CNIL allows for audience measurement without
 * consent, and enough to compare a year with the one before. Counts identify nobody: five years.
 */
export const NEW_RETENTION = { events_days: 760, rollups_days: 1825 } as const satisfies Partial<Retention>;

/** Dead letters that belong to no property, because nobody can read them, stay so many days. */
export const UNREADABLE_DAYS = 30;

/** Days that dead letters stay: no longer than events, nor than whole addresses where letters have any. */
export function letterDays(
  { dead_letters_days, events_days, addresses_days }: Retention,
  hasAddresses: boolean,
): number | null {
  const limits = [dead_letters_days, events_days, hasAddresses ? addresses_days : null].filter((days) => days !== null);
  return limits.length > 0 ? Math.min(...limits) : null;
}

/** The first day that stays, by kind of data; null: no limit. */
export interface Cutoffs {
  /** Events, and the addresses that they came from. */
  events: string | null;
  /** Counts. */
  rollups: string | null;
  /** Full addresses; older ones are truncated. */
  addresses: string | null;
}

/** Thirty days are today and the 29 before. */
export function cutoffsFor({ events_days, rollups_days, addresses_days }: Retention, today: string): Cutoffs {
  const first = (days: number | null) => (days === null ? null : addDays(today, 1 - days));
  return { events: first(events_days), rollups: first(rollups_days), addresses: first(addresses_days) };
}

/** What the plans read of an object. */
export type DatedFile = Pick<LakeFile, "id" | "zone" | "rows" | "min_date" | "max_date" | "last_id" | "created_at">;

/** Zones whose objects can lose some of their days. In other zones, whole objects are deleted. */
const CUT_ZONES: readonly LakeZone[] = ["raw", "events", "ip_list"];
/** Zones whose rows have addresses. */
export const ADDRESS_ZONES = ["raw", "events", "ip_list", "ip_enrichment"] as const satisfies readonly LakeZone[];

/** The limit of a zone. TechStack has the limit of counts, the other zones have that of events. */
const cutoffOf = (zone: LakeZone, { events, rollups }: Cutoffs): string | null =>
  zone === "techstack" ? rollups : events;

/**
 * The first objects that together have `mostRows`. The last may exceed the limit, so that an object of any size gets
 * its turn.
 */
function firstRows<File extends Pick<DatedFile, "rows">>(files: readonly File[], mostRows: number): File[] {
  let rows = 0;
  return files.filter((file) => {
    const fits = rows < mostRows;
    if (fits) rows += file.rows;
    return fits;
  });
}

const firstRawId = (files: readonly DatedFile[]): number =>
  Math.min(...files.filter(({ zone }) => zone === "raw").map(({ id }) => id));

export interface RetentionPlan<File> {
  /** Objects to delete, in this order: an enrichment comes after the raw objects that it belongs to. */
  deletions: File[];
  /** Objects to rewrite without their old days. */
  rewrites: File[];
}

/**
 * Finds what is too old in a list of objects. A raw object that the pipeline has not processed yet stays (`settled` is
 * the last it has processed). An enrichment has no dates of its own: it is deleted as a whole, once its raw objects are
 * gone. Rewrites beyond `mostRows` wait for the next plan.
 */
export function planRetention<File extends DatedFile>(
  files: readonly File[],
  cutoffs: Cutoffs,
  settled: number,
  mostRows: number,
): RetentionPlan<File> {
  const isGone = ({ zone, max_date }: DatedFile) => max_date < (cutoffOf(zone, cutoffs) ?? "");
  const firstRaw = firstRawId(files.filter((file) => !isGone(file)));
  const old = files.filter(({ id, zone, min_date, last_id }) => {
    const cutoff = cutoffOf(zone, cutoffs);
    if (cutoff === null || min_date >= cutoff || (zone === "raw" && id > settled)) return false;
    return zone !== "ip_enrichment" || (last_id ?? 0) < firstRaw;
  });
  const mixed = old.filter((file) => !isGone(file) && CUT_ZONES.includes(file.zone));
  return { deletions: old.filter(isGone), rewrites: firstRows(mixed, mostRows) };
}

export interface TruncationPlan<File> {
  /** Objects that may have full addresses of old days. */
  files: File[];
  /** Whether the list is complete, so that the mark may move to the cutoff. */
  isComplete: boolean;
}

/**
 * Finds the objects that may still have full addresses from days before a date. `mark` is the position of an earlier
 * plan: objects that existed then and are older than its date are done. Raw objects that wait for the pipeline stay,
 * and so do their enrichments, because raw events find their facts by full address.
 */
export function planTruncation<File extends DatedFile>(
  files: readonly File[],
  before: string,
  mark: { date: string; at: number } | null,
  settled: number,
  mostRows: number,
): TruncationPlan<File> {
  const firstRaw = firstRawId(files);
  const isDone = ({ max_date, created_at }: DatedFile) => mark !== null && max_date < mark.date && created_at < mark.at;
  const isInUse = ({ id, zone, max_date, last_id }: DatedFile) =>
    zone === "raw" ? id > settled : zone === "ip_enrichment" && ((last_id ?? 0) >= firstRaw || max_date >= before);
  const old = files.filter((file) => file.min_date < before && !isDone(file));
  const due = firstRows(
    old.filter((file) => !isInUse(file)),
    mostRows,
  );
  return { files: due, isComplete: due.length === old.length };
}
