// Reads details (domain/counts/details.ts) of some days from D1, both pending and folded ones.
import {
  eventPageDimension,
  heatDimension,
  propDimension,
  ruleDimension,
  vitalDimension,
} from "../../domain/counts/details";
import { type HeatWidth, VITALS } from "../../domain/counts/insight";
import { HEAT_PLACE } from "../../domain/counts/value";
import { DAY_COUNTS, UNPACKED_DAYS } from "./pending";
import { firstPartSql, hasFirstPartSql, keySql, otherPartsSql, placeSql } from "./value";

/** Local days of a property, both included. */
export interface PropertyDays {
  site_id: string;
  from: string;
  to: string;
}

type Parameter = string | number | null;

/** The counts of dimensions (SQL) in the days of the first three parameters. */
const counted = (dimensions: string): string =>
  DAY_COUNTS.map(
    (table) => `SELECT dimension, value, events, visitors FROM ${table}
      WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3 AND dimension IN (${dimensions})`,
  ).join(" UNION ALL ");

/** The same for packed dimensions. */
const unpacked = (dimensions: string): string => `SELECT dimension, place, key, events FROM ${UNPACKED_DAYS}
      WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3 AND dimension IN (${dimensions})
    UNION ALL
    SELECT dimension, ${placeSql("value")}, ${keySql("value")}, events FROM pending_days
      WHERE site_id = ?1 AND day BETWEEN ?2 AND ?3 AND dimension IN (${dimensions})`;

export interface Counted {
  value: string;
  events: number;
}

const prepare = (db: D1Database, days: PropertyDays, sql: string, ...more: Parameter[]): D1PreparedStatement =>
  db.prepare(sql).bind(days.site_id, days.from, days.to, ...more);

/** Names of events, the most frequent first. */
export async function readEventNames(
  db: D1Database,
  days: PropertyDays,
  most: number,
): Promise<{ name: string; events: number; visitors: number }[]> {
  const sql = `SELECT value AS name, sum(events) AS events, sum(visitors) AS visitors FROM (${counted("'name'")})
    GROUP BY 1 HAVING sum(events) > 0 ORDER BY 2 DESC, 1 LIMIT ?4`;
  const { results } = await prepare(db, days, sql, most).all<{ name: string; events: number; visitors: number }>();
  return results;
}

/** How often an event occurred, its pages and its props. Each list has the most frequent entries. */
export async function readEvent(
  db: D1Database,
  days: PropertyDays,
  name: string,
  most: number,
): Promise<{ events: number; pages: Counted[]; props: (Counted & { key: string })[] }> {
  const [total, pages, props] = (await db.batch([
    prepare(db, days, `SELECT sum(events) AS events FROM (${counted("'name'")}) WHERE value = ?4`, name),
    prepare(
      db,
      days,
      `SELECT value, sum(events) AS events FROM (${counted("?4")}) GROUP BY 1 HAVING sum(events) > 0 ORDER BY 2 DESC, 1 LIMIT ?5`,
      eventPageDimension(name),
      most,
    ),
    prepare(
      db,
      days,
      `SELECT key, value, events FROM (
        SELECT *, row_number() OVER (PARTITION BY key ORDER BY events DESC, value) AS place,
          sum(events) OVER (PARTITION BY key) AS of_key
        FROM (SELECT ${firstPartSql("value")} AS key, ${otherPartsSql("value")} AS value, sum(events) AS events FROM (${counted("?4")})
          GROUP BY 1, 2 HAVING sum(events) > 0))
       WHERE place <= ?5 ORDER BY of_key DESC, key, place`,
      propDimension(name),
      most,
    ),
  ])) as [D1Result<{ events: number | null }>, D1Result<Counted>, D1Result<Counted & { key: string }>];
  return { events: total.results[0]?.events ?? 0, pages: pages.results, props: props.results };
}

/** Samples of a metric: all of them, or those of one page or device. */
export interface VitalSamples {
  part: "all" | "page" | "device";
  /** The page or device. */
  value: string;
  dimension: string;
  samples: number;
  /**
   * The bucket of the 75th percentile: the first bucket at or below which at least three quarters of the samples lie.
   */
  bucket: number;
  good: number;
  fair: number;
  poor: number;
}

/** Splits the values once. Each part groups them differently, and SQL computes the quantiles where the counts are. */
const VITAL_SAMPLES = `WITH
  samples AS MATERIALIZED (SELECT dimension, ${firstPartSql("place")} AS page, ${otherPartsSql("place")} AS device,
      CAST(${firstPartSql("key")} AS INTEGER) AS bucket, ${otherPartsSql("key")} AS rating, sum(events) AS n
    FROM (${unpacked(VITALS.map((metric) => `'${vitalDimension(metric)}'`).join(", "))}) GROUP BY dimension, place, key),
  pages AS MATERIALIZED (SELECT page FROM samples WHERE ?5 IS NULL OR device = ?5
    GROUP BY 1 ORDER BY sum(n) DESC, 1 LIMIT ?6),
  parts AS (
    SELECT 'all' AS part, '' AS value, * FROM samples WHERE (?4 IS NULL OR page = ?4) AND (?5 IS NULL OR device = ?5)
    UNION ALL
    SELECT 'page', page, * FROM samples WHERE (?5 IS NULL OR device = ?5) AND page IN (SELECT page FROM pages)
    UNION ALL
    SELECT 'device', device, * FROM samples WHERE ?4 IS NULL OR page = ?4),
  buckets AS (SELECT part, value, dimension, bucket, sum(n) AS n,
      sum(n) FILTER (WHERE rating = 'good') AS good, sum(n) FILTER (WHERE rating = 'needs-improvement') AS fair,
      sum(n) FILTER (WHERE rating = 'poor') AS poor
    FROM parts GROUP BY 1, 2, 3, 4),
  ranked AS (SELECT *, sum(n) OVER (PARTITION BY part, value, dimension ORDER BY bucket) AS upto,
      sum(n) OVER (PARTITION BY part, value, dimension) AS of_all
    FROM buckets)
  SELECT part, value, dimension, of_all AS samples, min(bucket) FILTER (WHERE 4 * upto >= 3 * of_all) AS bucket,
    coalesce(sum(good), 0) AS good, coalesce(sum(fair), 0) AS fair, coalesce(sum(poor), 0) AS poor
  FROM ranked GROUP BY 1, 2, 3`;

/** Samples of all vitals: altogether, by page and by device. Pages are those with the most samples. */
export async function readVitals(
  db: D1Database,
  days: PropertyDays,
  filter: { page: string | null; device: string | null },
  most: number,
): Promise<VitalSamples[]> {
  return (await prepare(db, days, VITAL_SAMPLES, filter.page, filter.device, most).all<VitalSamples>()).results;
}

const HEATMAP = `SELECT key AS value, sum(events) AS events FROM (${unpacked("?4")}) WHERE place = ?5 GROUP BY 1`;

/** The heatmap of a page: cells (`col,row`), steps of reach (percent), and sums by their name. */
export async function readHeatmap(
  db: D1Database,
  days: PropertyDays,
  page: string,
  width: HeatWidth,
): Promise<{ clicks: Counted[]; moves: Counted[]; reach: Counted[]; sums: Counted[] }> {
  const [clicks, moves, reach, sums] = (await db.batch(
    (["click", "move", "reach", "page"] as const).map((of) =>
      prepare(db, days, HEATMAP, heatDimension(of), HEAT_PLACE.join(page, width)),
    ),
  )) as D1Result<Counted>[];
  return { clicks: clicks!.results, moves: moves!.results, reach: reach!.results, sums: sums!.results };
}

export interface CountedHeatmap {
  page: string;
  width: HeatWidth;
  clicks: number;
  moves: number;
  views: number;
}

/** Pages with heatmaps, the most viewed first, for one width or for all. */
export async function readHeatmaps(
  db: D1Database,
  days: PropertyDays,
  width: HeatWidth | null,
  most: number,
): Promise<CountedHeatmap[]> {
  const sumOf = (key: string) => `coalesce(sum(events) FILTER (WHERE key = '${key}'), 0) AS ${key}`;
  const sql = `SELECT page, width, ${["clicks", "moves", "views"].map(sumOf).join(", ")} FROM (
      SELECT ${firstPartSql("place")} AS page, ${otherPartsSql("place")} AS width, key, events FROM (${unpacked("?4")}))
    WHERE ?5 IS NULL OR width = ?5
    GROUP BY 1, 2 ORDER BY views DESC, clicks DESC, 1, 2 LIMIT ?6`;
  return (await prepare(db, days, sql, heatDimension("page"), width, most).all<CountedHeatmap>()).results;
}

/**
 * The matches of a rule, the visitors who made them (daily, summed), and the page views on which the rule was in sight.
 */
export interface CountedRule {
  id: string;
  clicks: number;
  visitors: number;
  views: number;
}

/** The dimension `rule` has the visitors of matches; the details have the rest. */
const RULES = `SELECT id, coalesce(sum(events) FILTER (WHERE dimension = '${ruleDimension("page")}'), 0) AS clicks,
    coalesce(sum(visitors) FILTER (WHERE dimension = 'rule'), 0) AS visitors,
    coalesce(sum(events) FILTER (WHERE dimension = '${ruleDimension("seen_page")}'), 0) AS views
  FROM (SELECT dimension, events, visitors, CASE dimension WHEN 'rule' THEN value ELSE ${firstPartSql("value")} END AS id
    FROM (${counted(`'rule', '${ruleDimension("page")}', '${ruleDimension("seen_page")}'`)}))
  WHERE ?4 IS NULL OR id = ?4
  GROUP BY 1 ORDER BY 2 DESC, 4 DESC, 1`;

const ruleStatement = (db: D1Database, days: PropertyDays, id: string | null): D1PreparedStatement =>
  prepare(db, days, RULES, id);

/** All rules that matched or were in sight, the most clicked first. A property has few rules, so there is no limit. */
export const readRules = async (db: D1Database, days: PropertyDays): Promise<CountedRule[]> =>
  (await ruleStatement(db, days, null).all<CountedRule>()).results;

/** Selects the values of the rule in ?4, whose id is the first part of the value. */
const IS_OF_RULE = hasFirstPartSql("value", "?4");
const RULE_PAGES = `SELECT ${otherPartsSql("value")} AS page,
    coalesce(sum(events) FILTER (WHERE dimension = '${ruleDimension("page")}'), 0) AS clicks,
    coalesce(sum(events) FILTER (WHERE dimension = '${ruleDimension("seen_page")}'), 0) AS seen
  FROM (${counted(`'${ruleDimension("page")}', '${ruleDimension("seen_page")}'`)}) WHERE ${IS_OF_RULE}
  GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1 LIMIT ?5`;
const RULE_VALUES = `SELECT ${otherPartsSql("value")} AS value, sum(events) AS events FROM (${counted("?6")}) WHERE ${IS_OF_RULE}
  GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ?5`;

export interface CountedRulePage {
  page: string;
  clicks: number;
  seen: number;
}

/** One rule: the pages on which it matched and was in sight, its elements (ELEMENT) and devices. */
export async function readRule(
  db: D1Database,
  days: PropertyDays,
  id: string,
  most: number,
): Promise<{ sums: CountedRule | undefined; pages: CountedRulePage[]; elements: Counted[]; devices: Counted[] }> {
  const [sums, pages, elements, devices] = (await db.batch([
    ruleStatement(db, days, id),
    prepare(db, days, RULE_PAGES, id, most),
    prepare(db, days, RULE_VALUES, id, most, ruleDimension("text")),
    prepare(db, days, RULE_VALUES, id, most, ruleDimension("device")),
  ])) as [D1Result<CountedRule>, D1Result<CountedRulePage>, D1Result<Counted>, D1Result<Counted>];
  return { sums: sums.results[0], pages: pages.results, elements: elements.results, devices: devices.results };
}
