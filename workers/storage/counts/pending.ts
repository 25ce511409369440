// Day counts that wait in `rollup_pending`, and folding them into `rollup_days` and `packed_days`. Whoever reads day
// counts reads what waits in the same statement: then every count is seen once, on whichever side it is.
import { NETWORK_PAGE, PACKED } from "../../domain/counts/details";
import { FACTS } from "../../domain/events/catalog";

/** The two places of day counts, with the same columns. The second is a view of the pending increments. */
export const DAY_COUNTS = ["rollup_days", "pending_days"] as const;

/**
 * Bytes of a packed row, D1 taking 2 MB: 20,000 pages and more that a network read in a day. What it read beyond that has
 * rows of its own in `rollup_days`. Of vitals and heatmaps a place has a bounded number of values.
 */
const ROOM = 1_000_000;
/** Bytes of an entry besides its key, at most: two headers and the digits of its count. */
const ENTRY = 24;

/** Packed details that are folded, in the columns `site_id, dimension, place, day, key, events`. */
export const UNPACKED_DAYS = `(SELECT site_id, dimension, place, day, counted.key AS key, counted.value AS events
  FROM packed_days, json_each(counts) counted)`;
/** The two halves of a packed value. */
export const placeSql = (value: string): string => `substr(${value}, 1, instr(${value}, char(9)) - 1)`;
export const keySql = (value: string): string => `substr(${value}, instr(${value}, char(9)) + 1)`;

/**
 * Increments of a property wait until they are so many: what waits is read with every question, 30,000 of them in about
 * 10 ms. That is five minutes of 100 events/s; a quiet property's rows wait longer and are shared by more events.
 */
const MOST_INCREMENTS = 30_000;
/** Or until they are so old: `foldWhenDue` reads through all rows that wait, also those of a thousand quiet properties. */
const LONGEST_MS = 60 * 60_000;
/** Increments folded by one statement: a tenth of a second, since D1 has one writer. And portions of one run. */
const PORTION = 20_000;
const PORTIONS = 200;

const KEY = "site_id, dimension, parcel";

/**
 * The rows of one portion of some properties (JSON). Each statement of a fold works this out for itself; they agree,
 * because they are one transaction and only the last changes the table.
 */
const OF_PORTION = `(${KEY}) IN (SELECT ${KEY} FROM (
    SELECT ${KEY}, sum(increments) OVER (ORDER BY ${KEY} ROWS UNBOUNDED PRECEDING) - increments AS before
    FROM rollup_pending WHERE site_id IN (SELECT value FROM json_each(?1)))
  WHERE before < ?2)`;

const WAITING = `rollup_pending, json_each(body) dimensions, json_each(dimensions.value) days, json_each(days.value) counts
  WHERE ${OF_PORTION}`;
const IS_PACKED = PACKED.map((prefix) => `dimensions.key GLOB '${prefix}*'`).join(" OR ");

/**
 * Places without room for what a portion adds to them. FOLD comes first and leaves `packed_days` alone, so that it and
 * FOLD_PACKED find the same.
 */
const FULL = `full AS MATERIALIZED (
    SELECT site_id, dimension, place, day FROM (
      SELECT site_id, dimension, place, day, sum(octet_length(key) + ${ENTRY}) AS bytes FROM (
        SELECT DISTINCT site_id, dimensions.key AS dimension, ${placeSql("counts.key")} AS place, days.key AS day,
          ${keySql("counts.key")} AS key
        FROM ${WAITING} AND dimensions.key = '${NETWORK_PAGE}')
      GROUP BY 1, 2, 3, 4) added
    WHERE bytes + coalesce((SELECT length(counts) FROM packed_days kept WHERE kept.site_id = added.site_id
      AND kept.dimension = added.dimension AND kept.place = added.place AND kept.day = added.day), 0) > ${ROOM})`;
const IS_FULL = `(dimensions.key = '${NETWORK_PAGE}'
    AND (site_id, dimensions.key, ${placeSql("counts.key")}, days.key) IN (SELECT * FROM full))`;

/** Sums of zero are not written: a visit that moves on takes back what it gave to its exit page. */
const FOLD = `INSERT INTO rollup_days (site_id, dimension, day, value, ${FACTS.join(", ")})
  WITH ${FULL}
  SELECT site_id, dimensions.key, days.key, counts.key, ${FACTS.map((fact, i) => `sum(counts.value ->> ${i}) AS sum_${fact}`).join(", ")}
  FROM ${WAITING} AND (NOT (${IS_PACKED}) OR ${IS_FULL})
  GROUP BY 1, 2, 3, 4 HAVING ${FACTS.map((fact) => `sum_${fact} <> 0`).join(" OR ")}
  ON CONFLICT (site_id, dimension, day, value) DO UPDATE SET ${FACTS.map((fact) => `${fact} = ${fact} + excluded.${fact}`).join(", ")}`;
/** Unpacks the rows that are added to, adds, and packs again what adds up to something. */
const FOLD_PACKED = `INSERT INTO packed_days (site_id, dimension, place, day, counts)
  WITH ${FULL}, added AS MATERIALIZED (
      SELECT site_id, dimensions.key AS dimension, ${placeSql("counts.key")} AS place, days.key AS day,
        ${keySql("counts.key")} AS key, counts.value ->> ${FACTS.indexOf("events")} AS events
      FROM ${WAITING} AND (${IS_PACKED}) AND NOT ${IS_FULL}),
    kept AS (SELECT * FROM (SELECT DISTINCT site_id, dimension, place, day FROM added)
      JOIN packed_days USING (site_id, dimension, place, day)),
    summed AS (SELECT site_id, dimension, place, day, key, sum(events) AS events FROM (
        SELECT * FROM added
        UNION ALL
        SELECT site_id, dimension, place, day, counted.key, counted.value FROM kept, json_each(kept.counts) counted)
      GROUP BY 1, 2, 3, 4, 5)
  SELECT site_id, dimension, place, day, jsonb_group_object(key, events) FILTER (WHERE events <> 0) FROM summed
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (site_id, dimension, place, day) DO UPDATE SET counts = excluded.counts`;
const FORGET = `DELETE FROM rollup_pending WHERE ${OF_PORTION}`;

/**
 * Adds what waits of some properties to the rollups. Each portion is one transaction with the deletion of its rows, so it
 * may fail anywhere, and run at the same time as others and as ingest.
 */
export async function foldPending(db: D1Database, siteIds: readonly string[]): Promise<void> {
  const parameters = [JSON.stringify(siteIds), PORTION];
  for (let portion = 0; portion < PORTIONS; portion++) {
    const [, , forgotten] = await db.batch([
      db.prepare(FOLD).bind(...parameters),
      db.prepare(FOLD_PACKED).bind(...parameters),
      db.prepare(FORGET).bind(...parameters),
    ]);
    if (forgotten?.meta.changes === 0) return;
  }
}

/** Folds the properties of which much waits, or something for long: among those given, or among all. */
export async function foldWhenDue(db: D1Database, now: number, siteIds?: readonly string[]): Promise<void> {
  const { results } = await db
    .prepare(
      `SELECT site_id FROM rollup_pending ${siteIds ? "WHERE site_id IN (SELECT value FROM json_each(?3))" : ""}
       GROUP BY site_id HAVING sum(increments) >= ?1 OR min(created_at) <= ?2`,
    )
    .bind(MOST_INCREMENTS, now - LONGEST_MS, ...(siteIds ? [JSON.stringify(siteIds)] : []))
    .all<{ site_id: string }>();
  if (results.length === 0) return;
  await foldPending(
    db,
    results.map(({ site_id }) => site_id),
  );
}
