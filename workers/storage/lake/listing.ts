// The list of the lake's objects in D1: adds objects, and reads the days and sizes of a property.
import type { NewObject } from "../../domain/lake/object";
import { LAKE_ZONES, type LakeZone } from "../../domain/lake/zones";
import { toParameters } from "../parameters";

const COLUMNS = [
  "zone",
  "key",
  "rows",
  "bytes",
  "min_time",
  "max_time",
  "min_date",
  "max_date",
  "level",
  "event_type",
  "first_id",
  "last_id",
] as const satisfies readonly (keyof NewObject)[];

const INSERT = `INSERT INTO lake_files (site_id, created_at, ${COLUMNS.join(", ")})
  SELECT ${Array.from({ length: COLUMNS.length + 2 }, (_, i) => `value ->> ${i}`).join(", ")} FROM json_each(?)`;

/** For a batch: lists objects of properties, in their order. */
export const listStatements = (
  db: D1Database,
  objects: readonly (readonly [site_id: string, object: NewObject])[],
  now: number,
): D1PreparedStatement[] =>
  toParameters(
    objects.map(([siteId, object]) => {
      const whole: Required<NewObject> = { level: 0, event_type: null, first_id: null, last_id: null, ...object };
      return [siteId, now, ...COLUMNS.map((column) => whole[column])];
    }),
  ).map((rows) => db.prepare(INSERT).bind(rows));

const REQUIRE = `INSERT INTO lake_files (site_id, zone, key, rows, bytes, min_time, max_time, min_date, max_date, created_at)
  SELECT NULL, '', '', 0, 0, 0, 0, '', '', 0
  WHERE (SELECT count(*) FROM lake_files WHERE site_id = ?1 AND id IN (SELECT value FROM json_each(?2))) <> json_array_length(?2)`;

/** For a batch: writes NULL to a NOT NULL column, which fails the batch, unless all ids (a JSON list) are listed. */
export const requireListed = (db: D1Database, siteId: string, ids: string): D1PreparedStatement =>
  db.prepare(REQUIRE).bind(siteId, ids);

/** Properties that are not being deleted, in a stable order. */
export async function siteIds(db: D1Database): Promise<string[]> {
  const { results } = await db
    .prepare("SELECT site_id FROM properties WHERE deleted_at IS NULL ORDER BY site_id")
    .all<{ site_id: string }>();
  return results.map(({ site_id }) => site_id);
}

/** The first and last local day with events of a property; null without events. */
export async function daysOfLake(db: D1Database, siteId: string): Promise<{ from: string; to: string } | null> {
  const row = await db
    .prepare(
      "SELECT min(min_date) AS \"from\", max(max_date) AS \"to\" FROM lake_files WHERE site_id = ? AND zone IN ('raw', 'events')",
    )
    .bind(siteId)
    .first<{ from: string | null; to: string | null }>();
  return row?.from && row.to ? { from: row.from, to: row.to } : null;
}

/** The objects, rows and bytes of a property in each zone of the lake. */
export async function zonesOf(
  db: D1Database,
  siteId: string,
): Promise<{ zone: LakeZone; files: number; rows: number; bytes: number }[]> {
  const { results } = await db
    .prepare(
      "SELECT zone, count(*) AS files, sum(rows) AS rows, sum(bytes) AS bytes FROM lake_files WHERE site_id = ? GROUP BY zone",
    )
    .bind(siteId)
    .all<{ zone: LakeZone; files: number; rows: number; bytes: number }>();
  return LAKE_ZONES.map((zone) => results.find((row) => row.zone === zone) ?? { zone, files: 0, rows: 0, bytes: 0 });
}
