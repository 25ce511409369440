// Which local days have tables in the analysis zone. A day is closed while its two tables are listed, or those of all its
// parts; anything that changes its events takes them from the list in the same batch, and the day is read from the lake
// until it is closed again.
import { partInKey } from "../../domain/lake/keys";
import type { LakeFile, NewObject } from "../../domain/lake/object";
import { DATASETS, DAY_ZONES } from "../../domain/lake/zones";
import { addDays } from "../../domain/time/zone";
import { GRACE_MS, keepStatement } from "../lake/garbage";
import { listStatements, requireListed } from "../lake/listing";
import type { DateBounds } from "../lake/reading";

/** What questions about some days are answered from, listed at one moment. */
export interface DaySnapshot {
  /** Tables of closed days. */
  tables: LakeFile[];
  /** Objects with events of the days, or of two days before and after them. */
  events: LakeFile[];
  enrichments: LakeFile[];
  /** How far the pipeline has come: raw objects after this may change a day that is closed. */
  processed: number;
}

const FILES = `SELECT * FROM lake_files WHERE site_id = ?1 AND (zone = 'ip_enrichment'
  OR zone IN ('visits', 'actions') AND min_date BETWEEN ?2 AND ?3
  OR zone IN ('raw', 'events') AND max_date >= date(?2, '-2 days') AND min_date <= date(?3, '+2 days')) ORDER BY id`;
const POSITION = `SELECT count(*) AS datasets, min(position) AS position FROM watermarks
  WHERE site_id = ?1 AND dataset IN (SELECT value FROM json_each(?2))`;

export type ListedTable = Pick<LakeFile, "zone" | "key" | "min_date">;

/** The local days among some tables that have all of theirs, with the number of their parts. */
export function closedDays(tables: readonly ListedTable[]): Map<string, number> {
  const closed = new Map<string, number>();
  for (const [day, own] of Map.groupBy(tables, ({ min_date }) => min_date)) {
    const { parts } = partInKey(own[0]!.key);
    const has = new Set(own.map(({ zone, key }) => `${zone} ${partInKey(key).part}`));
    const isOfAll = own.every(({ key }) => partInKey(key).parts === parts);
    if (isOfAll && has.size === parts * DAY_ZONES.length) closed.set(day, parts);
  }
  return closed;
}

/** Takes the snapshot of the local days from `from` to `to`, both included. */
export async function takeDaySnapshot(db: D1Database, siteId: string, from: string, to: string): Promise<DaySnapshot> {
  const [files, marks] = await db.batch([
    db.prepare(FILES).bind(siteId, from, to),
    db.prepare(POSITION).bind(siteId, JSON.stringify(DATASETS)),
  ]);
  const listed = files!.results as LakeFile[];
  const mark = marks!.results[0] as { datasets: number; position: number | null };
  const isTable = ({ zone }: LakeFile) => zone === "visits" || zone === "actions";
  return {
    tables: listed.filter(isTable),
    events: listed.filter((file) => !isTable(file) && file.zone !== "ip_enrichment"),
    enrichments: listed.filter(({ zone }) => zone === "ip_enrichment"),
    processed: mark.datasets === DATASETS.length ? (mark.position ?? 0) : 0,
  };
}

const ZONES = DAY_ZONES.map((zone) => `'${zone}'`).join(", ");

/**
 * For a batch that changes events of these local days, or of visits that began on them: opens the days, and those after
 * them, to which such a visit may have gone on.
 */
export function reopenStatements(
  db: D1Database,
  siteId: string,
  days: Iterable<string> | DateBounds,
  now: number,
): D1PreparedStatement[] {
  const isList = Symbol.iterator in days;
  const list = JSON.stringify(isList ? [...new Set([...days].flatMap((day) => [day, addDays(day, 1)]))] : days);
  const which = `site_id = ?1 AND zone IN (${ZONES}) AND ${
    isList ? "min_date IN (SELECT value FROM json_each(?2))" : "min_date BETWEEN ?2 ->> 'from' AND ?2 ->> 'to'"
  }`;
  return [
    db
      .prepare(
        `INSERT INTO lake_garbage (key, site_id, delete_at) SELECT key, site_id, ?3 FROM lake_files WHERE ${which}
         ON CONFLICT (key) DO UPDATE SET delete_at = max(delete_at, excluded.delete_at)`,
      )
      .bind(siteId, list, now + GRACE_MS),
    db.prepare(`DELETE FROM lake_files WHERE ${which}`).bind(siteId, list),
  ];
}

/** Fails the batch unless the pipeline stands where it stood: what it has processed since may belong to the day. */
const REQUIRE_POSITION = `INSERT INTO watermarks (site_id, dataset, position, moved_at)
  SELECT NULL, '', 0, 0 WHERE (SELECT coalesce(min(position), 0) FROM watermarks
    WHERE site_id = ?1 AND dataset IN (SELECT value FROM json_each(?2))) <> ?3`;

/**
 * Lists the tables of a day, those of all its parts, in place of those that it has.
 * @param sources ids of the objects that they were made from.
 * @returns false when one of these has been replaced meanwhile, or the pipeline has moved on; then nothing was done.
 */
export async function closeDay(
  db: D1Database,
  siteId: string,
  day: string,
  tables: readonly NewObject[],
  { sources, processed }: { sources: readonly number[]; processed: number },
  now: number,
): Promise<boolean> {
  const isListed = async (): Promise<boolean> =>
    (await db
      .prepare("SELECT count(*) AS n FROM lake_files WHERE site_id = ? AND key IN (SELECT value FROM json_each(?))")
      .bind(siteId, JSON.stringify(tables.map(({ key }) => key)))
      .first<number>("n")) === tables.length;
  try {
    await db.batch([
      requireListed(db, siteId, JSON.stringify(sources)),
      db.prepare(REQUIRE_POSITION).bind(siteId, JSON.stringify(DATASETS), processed),
      ...reopenStatements(db, siteId, { from: day, to: day }, now),
      ...listStatements(
        db,
        tables.map((table) => [siteId, table]),
        now,
      ),
      keepStatement(
        db,
        tables.map(({ key }) => key),
      ),
    ]);
    return true;
  } catch (error) {
    // The batch may have been carried out and its reply lost.
    if (await isListed()) return true;
    const after = await takeDaySnapshot(db, siteId, day, day);
    const listed = new Set(after.events.map(({ id }) => id));
    if (after.processed !== processed || !sources.every((id) => listed.has(id))) return false;
    throw error;
  }
}
