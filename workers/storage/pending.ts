// Day counts that wait in `rollup_pending`, and folding them into `rollup_days`. Whoever reads day counts reads both
// tables in one statement: then every count is seen once, on whichever side it is.
import { FACTS } from "../domain/catalog";

/** Where day counts are, in the same columns. The second is a view of the increments that wait. */
export const DAY_COUNTS = ["rollup_days", "pending_days"] as const;

/** Increments wait this long for others to the same rows. Longer saves rows written and makes questions slower. */
const FOLD_AFTER_MS = 5 * 60_000;
/** More of them in a property are not left waiting: an import brings as many in a minute. */
const MOST_INCREMENTS = 50_000;
/** Increments folded by one statement: a tenth of a second, since D1 has one writer. And portions of one run. */
const PORTION = 20_000;
const PORTIONS = 200;

const KEY = "site_id, dimension, parcel";

/**
 * The rows of one portion, of the given properties (JSON) or, when that is null, of all. Both statements of a fold work
 * this out for themselves; they agree, because they are one transaction and the first does not change the table.
 */
const OF_PORTION = `(${KEY}) IN (SELECT ${KEY} FROM (
    SELECT ${KEY}, sum(increments) OVER (ORDER BY ${KEY} ROWS UNBOUNDED PRECEDING) - increments AS before
    FROM rollup_pending WHERE ?1 IS NULL OR site_id IN (SELECT value FROM json_each(?1)))
  WHERE before < ?2)`;

/** What adds up to nothing is not written: a visit that moved on took back what it had given its exit page. */
const FOLD = `INSERT INTO rollup_days (site_id, dimension, day, value, ${FACTS.join(", ")})
  SELECT site_id, dimensions.key, days.key, counts.key, ${FACTS.map((fact, i) => `sum(counts.value ->> ${i}) AS sum_${fact}`).join(", ")}
  FROM rollup_pending, json_each(body) dimensions, json_each(dimensions.value) days, json_each(days.value) counts
  WHERE ${OF_PORTION}
  GROUP BY 1, 2, 3, 4 HAVING ${FACTS.map((fact) => `sum_${fact} <> 0`).join(" OR ")}
  ON CONFLICT (site_id, dimension, day, value) DO UPDATE SET ${FACTS.map((fact) => `${fact} = ${fact} + excluded.${fact}`).join(", ")}`;
const FORGET = `DELETE FROM rollup_pending WHERE ${OF_PORTION}`;

/**
 * Adds what waits to the rollups, of some properties or of all. Each portion is one transaction with the deletion of its
 * rows, so it may fail anywhere, and run at the same time as others and as ingest.
 */
export async function foldPending(db: D1Database, siteIds: readonly string[] | null = null): Promise<void> {
  const parameters = [siteIds && JSON.stringify(siteIds), PORTION];
  for (let portion = 0; portion < PORTIONS; portion++) {
    const [, forgotten] = await db.batch([
      db.prepare(FOLD).bind(...parameters),
      db.prepare(FORGET).bind(...parameters),
    ]);
    if (forgotten?.meta.changes === 0) return;
  }
}

/** Folds those of these properties whose increments have waited long enough, or are many. */
export async function foldWhenDue(db: D1Database, siteIds: readonly string[], now: number): Promise<void> {
  const { results } = await db
    .prepare(
      `SELECT site_id FROM rollup_pending WHERE site_id IN (SELECT value FROM json_each(?))
       GROUP BY site_id HAVING min(created_at) < ? OR sum(increments) > ?`,
    )
    .bind(JSON.stringify(siteIds), now - FOLD_AFTER_MS, MOST_INCREMENTS)
    .all<{ site_id: string }>();
  if (results.length > 0)
    await foldPending(
      db,
      results.map(({ site_id }) => site_id),
    );
}
