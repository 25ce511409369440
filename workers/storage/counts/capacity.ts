// The visitors of a property on the busier of two days, and its number of shards.
import { TOTAL } from "../../domain/counts/rollup";
import { addDays, localDate } from "../../domain/time/zone";
import { type Capacity, toCapacity } from "../../domain/visits/capacity";
import { DAY_COUNTS } from "./pending";

const DAYS = `SELECT day AS date, sum(visitors) AS visitors FROM (${DAY_COUNTS.map(
  (table) => `SELECT day, visitors FROM ${table}
    WHERE site_id = ?1 AND dimension = '${TOTAL}' AND day IN (?2, ?3)`,
).join(" UNION ALL ")}) GROUP BY day ORDER BY visitors DESC LIMIT 1`;

/** @param now ms. Compares its local day and the day before. */
export async function readCapacity(
  db: D1Database,
  { site_id, timezone, shards }: { site_id: string; timezone: string; shards: number },
  now: number,
): Promise<Capacity> {
  const today = localDate(now, timezone);
  const day = await db
    .prepare(DAYS)
    .bind(site_id, today, addDays(today, -1))
    .first<{ date: string; visitors: number }>();
  return toCapacity(day, shards);
}
