// Day counts wait in `rollup_pending` and are folded into `rollup_days` and `packed_days`. A query must read the
// pending and the folded counts in the same statement, so that it sees each count exactly once.
import { FOLD_PACKED, FOLD_ROWS, FORGET_PORTION } from "./fold";

/** The two places of day counts, with the same columns. The second is a view of the pending increments. */
export const DAY_COUNTS = ["rollup_days", "pending_days"] as const;

/** Packed details that are folded, in the columns `site_id, dimension, place, day, key, events`. */
export const UNPACKED_DAYS = `(SELECT site_id, dimension, place, day, counted.key AS key, counted.value AS events
  FROM packed_days, json_each(counts) counted)`;

/**
 * A property's increments are folded when it has this many. Every query also reads the pending increments, 30,000 of
 * them in about 10 ms. That is five minutes of 100 events/s. Rows of a quiet property wait longer, so that more events
 * share them.
 */
const MOST_INCREMENTS = 30_000;
/**
 * Older increments are folded even if they are few: `foldWhenDue` reads all pending rows, including those of a thousand
 * quiet properties.
 */
const LONGEST_MS = 60 * 60_000;
/** Increments per statement, which takes a tenth of a second because D1 has one writer; and portions per run. */
const PORTION = 20_000;
const PORTIONS = 200;

/**
 * Folds the pending counts of some properties into the rollups. Each portion is one transaction that also deletes its
 * rows, so a fold may fail at any point and may run concurrently with others and with ingest.
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

/** Folds properties with many or old increments, among the given ones or among all. */
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
