// Day counts that wait in `rollup_pending`, and folding them into `rollup_days` and `packed_days`. Whoever reads day
// counts reads what waits in the same statement: then every count is seen once, on whichever side it is.
import { FOLD_PACKED, FOLD_ROWS, FORGET_PORTION } from "./fold";

/** The two places of day counts, with the same columns. The second is a view of the pending increments. */
export const DAY_COUNTS = ["rollup_days", "pending_days"] as const;

/** Packed details that are folded, in the columns `site_id, dimension, place, day, key, events`. */
export const UNPACKED_DAYS = `(SELECT site_id, dimension, place, day, counted.key AS key, counted.value AS events
  FROM packed_days, json_each(counts) counted)`;

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

/**
 * Adds what waits of some properties to the rollups. Each portion is one transaction with the deletion of its rows, so it
 * may fail anywhere, and run at the same time as others and as ingest.
 */
export async function foldPending(db: D1Database, siteIds: readonly string[]): Promise<void> {
  const parameters = [JSON.stringify(siteIds), PORTION];
  for (let portion = 0; portion < PORTIONS; portion++) {
    const [, , forgotten] = await db.batch([
      db.prepare(FOLD_ROWS).bind(...parameters),
      db.prepare(FOLD_PACKED).bind(...parameters),
      db.prepare(FORGET_PORTION).bind(...parameters),
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
