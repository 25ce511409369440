// Reading the rollups and refusals in D1: one batch per question. Counting into them is in counts.ts.
import type { RollupRow, RollupRows } from "../domain/answer";
import { METRICS, type MetricName } from "../domain/catalog";
import { type Order, type Plan, type Reading, type Slice, TOTAL_COLUMN } from "../domain/plan";

/** SQL with its parameters. Names in it come out of the catalogue; whatever a caller sent is a parameter. */
interface Fragment {
  sql: string;
  params: (string | number)[];
}

/** The date that `at` is counted under, in SQL. Hours are their own bucket. */
const BUCKETS = {
  "time:hour": "at",
  "time:day": "at",
  // The next Sunday less six days is the Monday of the week; the first week is labelled no earlier than the period.
  "time:week": "max(date(at, 'weekday 0', '-6 days'), ?)",
  "time:month": "substr(at, 1, 7) || '-01'",
} as const;

/** Rows of one slice, as `at` (local date, or epoch seconds of the hour), `value` and the facts. */
function sliceSql(siteId: string, slice: Slice, { column, time }: Reading, facts: string, only?: Fragment): Fragment {
  if (slice.kind === "days")
    return {
      sql: `SELECT day AS at, value, ${facts} FROM rollup_days
        WHERE site_id = ? AND dimension = ? AND day BETWEEN ? AND ?${only ? ` AND value IN (${only.sql})` : ""}`,
      params: [siteId, column, slice.first, slice.last, ...(only?.params ?? [])],
    };
  const at = time === "time:hour" ? { sql: "hour", params: [] } : { sql: "?", params: [slice.date] };
  return {
    sql: `SELECT ${at.sql} AS at, '' AS value, ${facts} FROM rollup_hours WHERE site_id = ? AND hour >= ? AND hour < ?`,
    params: [...at.params, siteId, slice.from / 1000, slice.to / 1000],
  };
}

/** One row per group: `bucket`, `value` and the sums of the facts. Groups in which nothing was counted are left out. */
function groupsSql(plan: Plan, reading: Reading, only?: Fragment): Fragment {
  const facts = plan.facts.join(", ");
  const slices = reading.slices.map((slice) => sliceSql(plan.query.site_id, slice, reading, facts, only));
  const keys = [...(reading.time ? ["bucket"] : []), ...(reading.column === TOTAL_COLUMN ? [] : ["value"])];
  const sums = plan.facts.map((fact) => `sum(${fact}) AS ${fact}`).join(", ");
  const columns = `${reading.time ? BUCKETS[reading.time] : "NULL"} AS bucket, ${keys.includes("value") ? "value" : "NULL AS value"}`;
  const sql = `SELECT * FROM (
      SELECT ${columns}, ${sums} FROM (${slices.map((slice) => slice.sql).join(" UNION ALL ")})
      ${keys.length > 0 ? `GROUP BY ${keys.join(", ")}` : ""})
    WHERE ${plan.facts.map((fact) => `${fact} <> 0`).join(" OR ")}`;
  const params = slices.flatMap((slice) => slice.params);
  return { sql, params: reading.time === "time:week" ? [reading.first, ...params] : params };
}

/** A metric as something to order by: rounding and scale play no part. */
function metricSql(name: MetricName): string {
  const { unit, needs } = METRICS[name];
  return unit === "count" ? needs[0] : `1.0 * ${needs[0]} / nullif(${needs[1]}, 0)`;
}

const COLUMNS = { time: "bucket", value: "value" } as const;
const orderSql = (order: readonly Order[]): string =>
  order
    .map(({ by, direction }) => {
      const column = by === "time" || by === "value" ? COLUMNS[by] : metricSql(by);
      return `${column} ${direction === "asc" ? "ASC" : "DESC"} NULLS LAST`;
    })
    .join(", ");

/** The rows of the page. Without a dimension all rows: a series is short, and answer.ts fills its gaps. */
function pageSql(plan: Plan): Fragment {
  const { sql, params } = groupsSql(plan, plan.main);
  const ordered = plan.order.length > 0 ? `${sql} ORDER BY ${orderSql(plan.order)}` : sql;
  if (!plan.query.dimension) return { sql: ordered, params };
  const { limit, offset } = plan.query.pagination;
  return { sql: `${ordered} LIMIT ? OFFSET ?`, params: [...params, limit, offset] };
}

/** What the page is compared with: only the values that are on it. */
function comparisonSql(plan: Plan, reading: Reading, page: Fragment): Fragment {
  if (!plan.query.dimension) return groupsSql(plan, reading);
  return groupsSql(plan, reading, { sql: `SELECT value FROM (${page.sql})`, params: page.params });
}

/** Carries out a plan in one round trip to D1. */
export async function readRollups(db: D1Database, plan: Plan): Promise<RollupRows> {
  const prepare = ({ sql, params }: Fragment) => db.prepare(sql).bind(...params);
  const page = pageSql(plan);
  const all = groupsSql(plan, plan.main);
  const [main, comparison, total] = await db.batch<RollupRow & { total?: number }>([
    prepare(page),
    // A place in the batch is kept for each: D1 answers in the order asked.
    prepare(plan.comparison ? comparisonSql(plan, plan.comparison.reading, page) : NOTHING),
    prepare(
      plan.query.total_rows && plan.query.dimension
        ? { sql: `SELECT count(*) AS total FROM (${all.sql})`, params: all.params }
        : NOTHING,
    ),
  ]);
  return {
    // Nothing was counted, and the question groups by nothing: still one answer.
    main: main?.results.length || plan.query.dimensions.length > 0 ? (main?.results ?? []) : [EMPTY],
    comparison: comparison?.results ?? [],
    total: total?.results[0]?.total ?? null,
  };
}

const NOTHING: Fragment = { sql: "SELECT 1 WHERE 0", params: [] };
const EMPTY: RollupRow = { bucket: null, value: null };

/** The first local date with data: one step in the primary key. */
export async function readFirstDay(db: D1Database, siteId: string): Promise<string | null> {
  const sql = "SELECT min(day) AS day FROM rollup_days WHERE site_id = ? AND dimension = ?";
  return (await db.prepare(sql).bind(siteId, TOTAL_COLUMN).first<{ day: string | null }>())?.day ?? null;
}

/** How many events were refused since a local date, by reason, the most frequent first. */
export async function readRefusals(
  db: D1Database,
  siteId: string,
  since: string,
): Promise<{ reason: string; count: number }[]> {
  const sql = `SELECT reason, sum(count) AS count FROM refusals WHERE site_id = ? AND day >= ?
    GROUP BY reason ORDER BY 2 DESC, 1`;
  return (await db.prepare(sql).bind(siteId, since).all<{ reason: string; count: number }>()).results;
}
