// Marks in D1: the local days to stamp again. Ingest sets them in the batch that counts. A day costs one row per mark
// and one per source.
import { toParameters } from "../parameters";

/** The origins of a batch's messages. */
export interface Origins {
  /** The source that stamped events of each day. */
  sources: [site_id: string, day: string, source: string][];
  /** Days with events that arrived out of order. */
  late: [site_id: string, day: string][];
}

const SOURCES = `INSERT OR IGNORE INTO day_sources (site_id, day, source)
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`;
const LATE = `INSERT OR IGNORE INTO restamp_days (site_id, day, marked_at)
  SELECT value ->> 0, value ->> 1, ?2 FROM json_each(?1)`;
/** Hubs do not know each other's visitors, so events that one hub adds to another hub's day are always out of order. */
const MIXED = `${LATE} AS given WHERE EXISTS (SELECT 1 FROM day_sources s
  WHERE s.site_id = given.value ->> 0 AND s.day = given.value ->> 1 AND s.source <> given.value ->> 2)`;

/** For a batch: records the sources, and marks the days that need it. */
export const markStatements = (db: D1Database, { sources, late }: Origins, now: number): D1PreparedStatement[] => [
  ...toParameters(sources).flatMap((rows) => [db.prepare(SOURCES).bind(rows), db.prepare(MIXED).bind(rows, now)]),
  ...toParameters(late).map((rows) => db.prepare(LATE).bind(rows, now)),
];

/** For a batch: marks days whenever they get more events. By this "source" each of them is out of order. */
export const watchDays = (db: D1Database, siteId: string, days: readonly string[]): D1PreparedStatement =>
  db.prepare(SOURCES).bind(JSON.stringify(days.map((day) => [siteId, day, "restamping"])));

/** For a batch: marks a day if it has events. */
export const markDay = (db: D1Database, siteId: string, day: string, now: number): D1PreparedStatement =>
  db
    .prepare(
      `INSERT OR IGNORE INTO restamp_days (site_id, day, marked_at) SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM lake_files
       WHERE site_id = ?1 AND zone IN ('raw', 'events') AND min_date <= ?2 AND max_date >= ?2)`,
    )
    .bind(siteId, day, now);

/**
 * For a batch: removes the mark of a day, unless objects with events of the day were listed in the meantime.
 * @param last the last known object.
 * @param outputs keys of the objects that the batch itself lists.
 */
export const unmarkDay = (
  db: D1Database,
  siteId: string,
  day: string,
  last: number,
  outputs: readonly string[],
): D1PreparedStatement =>
  db
    .prepare(
      `DELETE FROM restamp_days WHERE site_id = ?1 AND day = ?2 AND NOT EXISTS (SELECT 1 FROM lake_files
       WHERE site_id = ?1 AND zone IN ('raw', 'events') AND id > ?3 AND min_date <= ?2 AND max_date >= ?2
         AND key NOT IN (SELECT value FROM json_each(?4)))`,
    )
    .bind(siteId, day, last, JSON.stringify(outputs));

export interface MarkedDay {
  site_id: string;
  day: string;
}

/** Marked days of properties that are not being deleted, in order for each property. */
export async function markedDays(db: D1Database, limit: number): Promise<MarkedDay[]> {
  const { results } = await db
    .prepare(
      `SELECT site_id, day FROM restamp_days JOIN properties USING (site_id) WHERE deleted_at IS NULL
       ORDER BY site_id, day LIMIT ?`,
    )
    .bind(limit)
    .all<MarkedDay>();
  return results;
}

/** Removes the marks of days before a local date. Their events have been removed and cannot be restamped. */
export async function unmarkBefore(db: D1Database, siteId: string, day: string): Promise<void> {
  await db.prepare("DELETE FROM restamp_days WHERE site_id = ? AND day < ?").bind(siteId, day).run();
}
