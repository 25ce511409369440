// Day counts wait in `rollup_pending` and are folded into `rollup_days` and `packed_days`. A query must read the
// pending and the folded counts in the same statement, so that it sees each count exactly once.
import { ownerOf } from "../../domain/counts/suspects";
import { CLOSE_DAYS } from "./caps/admission";
import { countAtMost, countWritten, MOST_BYTES, shedStatement } from "./caps/budget";
import { COUNT_PLACES, FOLD_PACKED, FOLD_ROWS, FORGET_PORTION } from "./fold";

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

/** The bytes of D1 at the last fold in this isolate. */
let bytes = 0;

/** Parameters of ?1, ?2 and ?3 in a batch of statements that share them. */
const withAll = (db: D1Database, statements: readonly string[], ids: string, batch: string) =>
  statements.map((sql) => db.prepare(sql).bind(ids, PORTION, batch));

/** One portion as a transaction. Rows of a single property are counted exactly, those of several at most. */
function portionOf(db: D1Database, siteIds: readonly string[], now: number): D1PreparedStatement[] {
  const ids = JSON.stringify(siteIds);
  const batch = crypto.randomUUID();
  const owners = new Set(siteIds.map(ownerOf));
  const [owner] = owners.size === 1 ? owners : [];
  const written = owner === undefined ? [] : [countWritten(db, owner, now)];
  const atMost = owner === undefined ? [countAtMost(db, ids, PORTION, now)] : [];
  const pair = (sql: string) => db.prepare(sql).bind(ids, PORTION);
  return [
    shedStatement(db, { siteIds: ids, portion: PORTION, now, isFull: bytes >= MOST_BYTES }),
    ...withAll(db, CLOSE_DAYS, ids, batch),
    ...withAll(db, [FOLD_ROWS], ids, batch),
    ...written,
    pair(COUNT_PLACES),
    pair(FOLD_PACKED),
    ...written,
    ...atMost,
    pair(FORGET_PORTION),
  ];
}

/**
 * Folds the pending counts of some properties into the rollups. Each portion is one transaction that also deletes its
 * rows, so a fold may fail at any point and may run concurrently with others and with ingest.
 */
export async function foldPending(db: D1Database, siteIds: readonly string[], now = Date.now()): Promise<void> {
  for (let portion = 0; portion < PORTIONS; portion++) {
    const { meta } = (await db.batch(portionOf(db, siteIds, now))).at(-1)!;
    bytes = meta.size_after ?? bytes;
    if (meta.changes === 0) return;
  }
}

/** A property with fewer increments is folded together with others: a fold of its own costs D1 more than they do. */
const FEW_INCREMENTS = 2_000;

/** Folds properties with many or old increments, among the given ones or among all. */
export async function foldWhenDue(db: D1Database, now: number, siteIds?: readonly string[]): Promise<void> {
  const { results, meta } = await db
    .prepare(
      `SELECT site_id, sum(increments) AS increments FROM rollup_pending
       ${siteIds ? "WHERE site_id IN (SELECT value FROM json_each(?3))" : ""}
       GROUP BY site_id HAVING sum(increments) >= ?1 OR min(created_at) <= ?2`,
    )
    .bind(MOST_INCREMENTS, now - LONGEST_MS, ...(siteIds ? [JSON.stringify(siteIds)] : []))
    .all<{ site_id: string; increments: number }>();
  bytes = meta.size_after ?? bytes;
  const few: string[] = [];
  for (const [, own] of Map.groupBy(results, ({ site_id }) => ownerOf(site_id))) {
    const ids = own.map(({ site_id }) => site_id);
    if (own.reduce((sum, { increments }) => sum + increments, 0) < FEW_INCREMENTS) few.push(...ids);
    else await foldPending(db, ids, now);
  }
  if (few.length > 0) await foldPending(db, few, now);
}
