// Reads the counts that anomaly detection and forecasts need from D1: totals by hour and by day, errors by day, and
// counts of dimension values on some days.
import type { DayTotals, ErrorDay, ErrorHour, HourTotals, Series } from "../../domain/anomalies/series";
import { ERROR_NAMES } from "../../domain/anomalies/series";
import { TOTAL } from "../../domain/counts/rollup";
import { HOURLY_NAMES, hoursOf } from "../../domain/counts/suspects";
import type { Fact } from "../../domain/events/catalog";
import { canonicalZone } from "../../domain/time/zone-name";
import { DAY_COUNTS } from "./pending";

const TOTALS: readonly Fact[] = ["visitors", "pageviews", "events", "visits", "bounces"];
const SUMS = TOTALS.map((fact) => `sum(${fact}) AS ${fact}`).join(", ");
const NAMES = Object.values(ERROR_NAMES)
  .map((name) => `'${name}'`)
  .join(", ");

const HOURS = `SELECT hour, ${TOTALS.join(", ")} FROM rollup_hours WHERE site_id = ?1 AND hour >= ?2 AND hour < ?3`;
const ERROR_HOURS = `SELECT hour, value ->> 1 AS name, events FROM json_each(?1) CROSS JOIN rollup_hours
  WHERE site_id = value ->> 0 AND hour >= ?2 AND hour < ?3 AND events > 0`;
const DAYS = `SELECT day AS date, ${SUMS} FROM (${DAY_COUNTS.map(
  (table) => `SELECT day, ${TOTALS.join(", ")} FROM ${table}
    WHERE site_id = ?1 AND dimension = '${TOTAL}' AND day BETWEEN ?2 AND ?3`,
).join(" UNION ALL ")}) GROUP BY day`;
/** Day by day, so that each name is one step in the key: a property may have thousands of names a day. */
const ERRORS = `SELECT day AS date, value AS name, sum(events) AS events FROM (${DAY_COUNTS.map(
  (table) => `SELECT day, value, events FROM ${table}
    WHERE site_id = ?1 AND dimension = 'name' AND day IN (SELECT value FROM json_each(?2)) AND value IN (${NAMES})`,
).join(" UNION ALL ")}) GROUP BY day, value`;

/** Properties with counts since an hour (epoch seconds), in a stable order. Finds each in one step of the key. */
export async function countingSites(db: D1Database, since: number): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT site_id FROM properties p WHERE deleted_at IS NULL
         AND EXISTS (SELECT 1 FROM rollup_hours h WHERE h.site_id = p.site_id AND h.hour >= ?)
       ORDER BY site_id`,
    )
    .bind(since)
    .all<{ site_id: string }>();
  return results.map(({ site_id }) => site_id);
}

/** Time zones and shards of properties. Properties that no longer exist are left out. */
export async function zonedProperties(
  db: D1Database,
  siteIds: readonly string[],
): Promise<{ site_id: string; timezone: string; shards: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT site_id, timezone, shards FROM properties
       WHERE deleted_at IS NULL AND site_id IN (SELECT value FROM json_each(?)) ORDER BY site_id`,
    )
    .bind(JSON.stringify(siteIds))
    .all<{ site_id: string; timezone: string; shards: number }>();
  return results.map((property) => ({ ...property, timezone: canonicalZone(property.timezone) }));
}

/** Hours in epoch seconds, excluding the end; all of some consecutive local dates. */
export interface SeriesSpan {
  fromHour: number;
  untilHour: number;
  dates: readonly string[];
}

/** In one round trip. */
export async function readSeries(db: D1Database, siteId: string, span: SeriesSpan): Promise<Series> {
  const { fromHour, untilHour, dates } = span;
  const named = HOURLY_NAMES.map((name) => [hoursOf(siteId, name), name]);
  const [hours, days, errors, errorHours] = await db.batch([
    db.prepare(HOURS).bind(siteId, fromHour, untilHour),
    db.prepare(DAYS).bind(siteId, dates[0] ?? "", dates.at(-1) ?? ""),
    db.prepare(ERRORS).bind(siteId, JSON.stringify(dates)),
    db.prepare(ERROR_HOURS).bind(JSON.stringify(named), fromHour, untilHour),
  ]);
  return {
    hours: hours!.results as HourTotals[],
    days: days!.results as DayTotals[],
    errors: errors!.results as ErrorDay[],
    errorHours: errorHours!.results as ErrorHour[],
  };
}

/** Totals of local days, both included. */
export async function readDays(db: D1Database, siteId: string, from: string, to: string): Promise<DayTotals[]> {
  return (await db.prepare(DAYS).bind(siteId, from, to).all<DayTotals>()).results;
}

/** The count of a dimension's value on a local date. `of` is the number of visits, if it was asked for. */
export interface ValueRow {
  dimension: string;
  value: string;
  date: string;
  count: number;
  of: number;
}

/**
 * Values read per dimension. A value that explains a quarter of a change of 30 % has more than a hundredth of all
 * counts on seven days, so no more values can matter.
 */
const MOST_VALUES = 100;

const valuesSql = (fact: Fact, of: Fact | null): string => `WITH counted AS MATERIALIZED (
    SELECT day, value, sum(count) AS count, sum("of") AS "of" FROM (${DAY_COUNTS.map(
      (table) => `SELECT day, value, ${fact} AS count, ${of ?? 0} AS "of" FROM ${table}
        WHERE site_id = ?1 AND dimension = ?2 AND day IN (SELECT value FROM json_each(?3))`,
    ).join(" UNION ALL ")}) GROUP BY day, value)
  SELECT ?2 AS dimension, value, day AS date, count, "of" FROM counted
  WHERE value IN (SELECT value FROM counted GROUP BY value ORDER BY sum(count) DESC, value LIMIT ${MOST_VALUES})`;

/** The counts of the largest values of dimensions (by rollup key) on some dates, in one round trip. */
export async function readValueDays(
  db: D1Database,
  siteId: string,
  asked: { dimensions: readonly string[]; dates: readonly string[]; fact: Fact; of: Fact | null },
): Promise<ValueRow[]> {
  const { dimensions, dates, fact, of } = asked;
  const statement = db.prepare(valuesSql(fact, of));
  const results = await db.batch<ValueRow>(
    dimensions.map((dimension) => statement.bind(siteId, dimension, JSON.stringify(dates))),
  );
  return results.flatMap((each) => each.results);
}
