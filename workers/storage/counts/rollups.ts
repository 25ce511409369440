// Reads rollups and refusals from D1, one statement per query. counts.ts writes them.

import { TOTAL } from "../../domain/counts/rollup";
import { OTHER } from "../../domain/counts/value";
import { type Fact, METRICS, type MetricName } from "../../domain/events/catalog";
import { SIGNAL_NAMES, suspectsId } from "../../domain/networks/network";
import type { RollupRow, RollupRows } from "../../domain/queries/answer";
import type { Order, Plan, Reading, RollupTime, Slice } from "../../domain/queries/plan";
import { DAY_COUNTS } from "./pending";

/** SQL with its parameters. Names come from the catalogue; everything from a caller is a parameter. */
interface Fragment {
  sql: string;
  params: (string | number)[];
}

/** The bucket of `at`, in SQL. Hours are their own bucket. */
const BUCKETS = {
  "time:hour": "at",
  "time:day": "at",
  // The next Sunday less six days is the Monday of the week. The first week's label is the first day of the period at
  // the earliest.
  "time:week": "max(date(at, 'weekday 0', '-6 days'), ?)",
  "time:month": "substr(at, 1, 7) || '-01'",
} as const satisfies Record<RollupTime, string>;

/** Rows of one slice, as `at` (local date, or epoch seconds of the hour), `value` and the facts. */
function sliceSql(siteId: string, slice: Slice, { column, time }: Reading, facts: string, values?: string): Fragment {
  if (slice.kind === "days") {
    const ofDays = DAY_COUNTS.map(
      (table) => `SELECT day AS at, value, ${facts} FROM ${table}
        WHERE site_id = ? AND dimension = ? AND day BETWEEN ? AND ?${values ? ` AND value IN (${values})` : ""}`,
    );
    return {
      sql: ofDays.join(" UNION ALL "),
      params: DAY_COUNTS.flatMap(() => [siteId, column, slice.first, slice.last]),
    };
  }
  const at = time === "time:hour" ? { sql: "hour", params: [] } : { sql: "?", params: [slice.date] };
  return {
    sql: `SELECT ${at.sql} AS at, '' AS value, ${facts} FROM rollup_hours WHERE site_id = ? AND hour >= ? AND hour < ?`,
    params: [...at.params, siteId, slice.from / 1000, slice.to / 1000],
  };
}

/**
 * The ids to add up: the property's own counts and, to leave out suspected bots, those of its suspects as negative
 * numbers. Both have all facts of a suspected event, so the difference counts the other events. The visitor's "first"
 * belongs to one event: if a user came from several networks on a day and some were suspected, the user is left out if
 * the first event was suspected.
 */
function sourcesOf({ query: { site_id, suspected_bots }, facts }: Plan): { siteId: string; facts: string }[] {
  const own = { siteId: site_id, facts: facts.join(", ") };
  if (suspected_bots) return [own];
  const negated = (fact: Fact) => `-${fact} AS ${fact}`;
  return [
    own,
    ...SIGNAL_NAMES.map((signal) => ({ siteId: suspectsId(site_id, signal), facts: facts.map(negated).join(", ") })),
  ];
}

/**
 * One row per group: `bucket`, `value` and the sums of the facts, limited to `values` (SQL) if given. Groups without
 * counts are omitted.
 */
function groupsSql(plan: Plan, reading: Reading, values?: string): Fragment {
  const slices = sourcesOf(plan).flatMap(({ siteId, facts }) =>
    reading.slices.map((slice) => sliceSql(siteId, slice, reading, facts, values)),
  );
  const keys = [...(reading.time ? ["bucket"] : []), ...(plan.query.others.length === 0 ? [] : ["value"])];
  const sums = plan.facts.map((fact) => `sum(${fact}) AS ${fact}`).join(", ");
  const columns = `${reading.time ? BUCKETS[reading.time] : "NULL"} AS bucket, ${keys.includes("value") ? "value" : "NULL AS value"}`;
  const sql = `SELECT * FROM (
      SELECT ${columns}, ${sums} FROM (${slices.map((slice) => slice.sql).join(" UNION ALL ")})
      ${keys.length > 0 ? `GROUP BY ${keys.join(", ")}` : ""})
    WHERE ${plan.facts.map((fact) => `${fact} <> 0`).join(" OR ")}`;
  const params = slices.flatMap((slice) => slice.params);
  return { sql, params: reading.time === "time:week" ? [reading.first, ...params] : params };
}

/** A metric to order by, without rounding and scale. */
function metricSql(name: MetricName): string {
  const { ratio, needs } = METRICS[name];
  return ratio ? `1.0 * ${ratio[0]} / nullif(${ratio[1]}, 0)` : needs[0]!;
}

const COLUMNS = { time: "bucket", value: "value" } as const;
const orderSql = (order: readonly Order[]): string =>
  order
    .map(({ by, direction }) => {
      const column = by === "time" || by === "value" ? COLUMNS[by] : metricSql(by as MetricName);
      return `${column} ${direction === "asc" ? "ASC" : "DESC"} NULLS LAST`;
    })
    .join(", ");

/** A row of the statement, with its part of the answer and its place in that part. */
interface TaggedRow extends RollupRow {
  part: "main" | "comparison" | "total" | "capped";
  place: number;
}

/**
 * The whole answer in one statement, so that the groups are computed once: the page, its comparison (only for values on
 * the page), and the number of groups. A series has no pages, because it is short and answer.ts fills its gaps.
 */
function answerSql(plan: Plan): Fragment {
  const { query, facts, comparison } = plan;
  const groups = groupsSql(plan, plan.main);
  const columns = `place, bucket, value, ${facts.join(", ")}`;
  const limit = query.others.length > 0 ? [query.pagination.limit, query.pagination.offset] : [];
  const window = plan.order.length > 0 ? `ORDER BY ${orderSql(plan.order)}` : "";
  const compared =
    comparison &&
    groupsSql(
      plan,
      comparison.reading,
      query.others.length > 0 ? `SELECT value FROM page UNION SELECT '${OTHER}'` : undefined,
    );
  const parts = [`SELECT 'main' AS part, ${columns} FROM page`];
  if (query.others.length > 0)
    parts.push(`SELECT 'capped', ${columns} FROM (SELECT 0 AS place, * FROM groups) WHERE value = '${OTHER}'`);
  if (compared) parts.push(`SELECT 'comparison', 0 AS ${columns} FROM (${compared.sql})`);
  if (query.total_rows && query.others.length > 0)
    parts.push(`SELECT 'total', count(*), NULL, NULL, ${facts.map(() => "0")} FROM groups`);
  return {
    sql: `WITH groups AS MATERIALIZED (${groups.sql}),
      page AS MATERIALIZED (SELECT *, row_number() OVER (${window}) AS place FROM groups
        ORDER BY place ${limit.length > 0 ? "LIMIT ? OFFSET ?" : ""})
      ${parts.join(" UNION ALL ")}`,
    params: [...groups.params, ...limit, ...(compared?.params ?? [])],
  };
}

/** Carries out a plan in one round trip to D1. */
export async function readRollups(db: D1Database, plan: Plan): Promise<RollupRows> {
  const { sql, params } = answerSql(plan);
  const { results } = await db
    .prepare(sql)
    .bind(...params)
    .all<TaggedRow>();
  const main = results.filter(({ part }) => part === "main").sort((a, b) => a.place - b.place);
  const isCapped = ({ part, value }: TaggedRow) => part === "capped" || (part === "comparison" && value === OTHER);
  return {
    capped: plan.query.others.length > 0 && results.some(isCapped),
    // Without counts and without groups, the answer is still one row.
    main: main.length > 0 || plan.query.dimensions.length > 0 ? main : [EMPTY],
    comparison: results.filter(({ part }) => part === "comparison"),
    total: results.find(({ part }) => part === "total")?.place ?? null,
  };
}

const EMPTY: RollupRow = { bucket: null, value: null };

/** The first local date with data, from one step in the primary key and from pending counts. */
export async function readFirstDay(db: D1Database, siteId: string): Promise<string | null> {
  const firsts = DAY_COUNTS.map((table) => `SELECT min(day) AS day FROM ${table} WHERE site_id = ? AND dimension = ?`);
  const first = db
    .prepare(`SELECT min(day) AS day FROM (${firsts.join(" UNION ALL ")})`)
    .bind(...DAY_COUNTS.flatMap(() => [siteId, TOTAL]));
  return (await first.first<{ day: string | null }>())?.day ?? null;
}

/** Refusals since a local date by reason, the most frequent first. */
export async function readRefusals(
  db: D1Database,
  siteId: string,
  since: string,
): Promise<{ reason: string; count: number }[]> {
  const sql = `SELECT reason, sum(count) AS count FROM refusals WHERE site_id = ? AND day >= ?
    GROUP BY reason ORDER BY 2 DESC, 1`;
  return (await db.prepare(sql).bind(siteId, since).all<{ reason: string; count: number }>()).results;
}
