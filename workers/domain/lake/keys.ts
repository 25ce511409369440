// Keys of the lake's objects.

/** Keys of a message's object in the raw zone. Hive-style, so that any engine can read the partitions. */
export const rawKey = (siteId: string, date: string, messageId: string): string =>
  `raw/site_id=${siteId}/date=${date}/${messageId}.parquet`;

/** Keys of compacted objects: one event type, from a local date on. */
export const eventsKey = (eventType: string, date: string, siteId: string, name: string): string => {
  const [year, month] = date.split("-");
  return `events/event_type=${eventType}/year=${year}/month=${month}/date=${date}/site_id=${siteId}/${name}.parquet`;
};

/** Key of a message that could not be counted. */
export const deadLetterKey = (id: string): string => `dead_letters/${id}.json`;

/** Beginning of the keys of what erasures have found of the persons whom they erase. */
export const ERASURES = "erasures/";
/** Key of the notes of an erasure; without a run the beginning of all of a property. */
export const erasureKey = (siteId: string, runId?: string): string =>
  `${ERASURES}site_id=${siteId}/${runId === undefined ? "" : `${runId}.json`}`;

/** Keys of the tables that the pipeline makes from raw objects. `date` is the first local date in one. */
export const pipelineKey = (
  zone: "techstack" | "ip_list" | "ip_enrichment",
  date: string,
  siteId: string,
  firstId: number,
  lastId: number,
  mark = "",
): string => `${zone}/date=${date}/site_id=${siteId}/${firstId}-${lastId}${mark}.parquet`;

/** A part of a day's table, counted from 0. */
interface TablePart {
  part: number;
  parts: number;
}

/**
 * Key of a table of a local day, or of a part of it, which the name counts from 1: `<mark>-2-of-3`. `mark` tells the
 * attempts apart, so that the second one overwrites nothing.
 */
export const dayKey = (
  zone: "visits" | "actions",
  date: string,
  siteId: string,
  mark: string,
  { part, parts }: TablePart = { part: 0, parts: 1 },
): string =>
  `analysis/${zone}/date=${date}/site_id=${siteId}/${mark}${parts === 1 ? "" : `-${part + 1}-of-${parts}`}.parquet`;

/** The part that a key names. */
export function partInKey(key: string): TablePart {
  const [, part, parts] = /-(\d+)-of-(\d+)\.parquet$/.exec(key) ?? [null, "1", "1"];
  return { part: Number(part) - 1, parts: Number(parts) };
}
