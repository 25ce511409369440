// Converts rows of the rollups into the answer for the caller.
import { FACTS, type Fact, type Facts, METRICS } from "../events/catalog";
import { toLocalTime } from "../time/zone";
import { type Bucket, clockLabel } from "./bucket";
import { changeOf } from "./change";
import { SKIP_REASONS, type SkipReason, skipReasonFor } from "./imports";
import { isOfCounts, type MetricValue, type QueryMetric, SCAN_METRICS, type ScanMetricName } from "./metric";
import type { Period } from "./period";
import type { Order, Plan } from "./plan";
import type { Source } from "./source";

/**
 * Sums of one group. `bucket` and `value` are null if the query does not group by them. If it groups by several
 * dimensions, `value` is a JSON list of their values, in the order of the query.
 */
export interface RollupRow extends Partial<Record<Fact, number>> {
  bucket: string | number | null;
  value: string | null;
  /** Metrics that are not made of these sums. */
  others?: Partial<Record<ScanMetricName, MetricValue>>;
}

/** The rows of the rollups for a plan. */
export interface RollupRows {
  main: RollupRow[];
  comparison: RollupRow[];
  /** The number of groups on all pages; null if not requested. */
  total: number | null;
  /** True if values of a day are missing, because there were more than rollups keep. */
  capped?: boolean;
  /** For a scan: the number of events it looked at. */
  scanned?: number;
  /** Amounts in currencies that could not be converted, and those of the comparison. */
  unconverted?: Record<string, number> | undefined;
  unconvertedBefore?: Record<string, number> | undefined;
}

export interface AnswerRow<Value = number | null> {
  /** In the order of the query; null in a comparison whose period has no such bucket. */
  dimensions: (string | null)[];
  /** In the order of the query; null without data. */
  metrics: Value[];
  /** `change` is in percent, for `bounce_rate` in percentage points. */
  comparison?: { dimensions: (string | null)[]; metrics: (Value | null)[]; change: (number | null)[] };
}

export interface AnswerMeta {
  /** All buckets of the period, including those without a row. */
  time_labels?: string[];
  /** The index of the current bucket; null if there is none. */
  present_index?: number | null;
  /** The buckets that the period or the present cuts short. */
  partial_time_labels?: string[];
  comparison_time_labels?: string[];
  comparison_date_range?: [string, string];
  total_rows?: number;
  /** For `date_range: "all"`: the first local date with data; null if the property has none. */
  data_from?: string | null;
  /** Set if the period has not ended, so a comparison may set its last day against a whole one. */
  running?: true;
  /** Whether imported counts are in the answer, and why not; set if the query asks for them. */
  imports_included?: boolean;
  imports_skip_reason?: SkipReason;
  imports_warning?: string;
  /** The source of the answer. */
  source?: Source;
  /** Set if values of a day are summed under `(other)`, because they are too many and its events, too. */
  capped?: true;
  /** For a scan: the number of events it looked at. */
  events_scanned?: number;
  /** Every event that was accepted before this time is in the answer (ISO 8601); null if a hub did not say. */
  fresh_until?: string | null;
  /** Revenue in currencies other than the property's on days without a rate, which the rows leave out. */
  unconverted_revenue?: Record<string, number>;
  comparison_unconverted_revenue?: Record<string, number>;
}

/** The values of metrics are numbers, unless the query asks for an amount of money. */
export interface Answer<Value = number | null> {
  results: AnswerRow<Value>[];
  meta: AnswerMeta;
  /** The query as it was understood. */
  query: {
    site_id: string;
    metrics: QueryMetric[];
    date_range: [string, string];
    filters: unknown[];
    dimensions: string[];
    order_by: [string, string][];
    include: Record<string, unknown>;
    pagination: { limit: number; offset: number };
  };
}

const NOTHING = Object.fromEntries(FACTS.map((fact) => [fact, 0])) as Facts;

/** Of nothing there are no people, and no rates. */
const emptyOf = (name: ScanMetricName): number | null => (SCAN_METRICS[name].unit === "count" ? 0 : null);

function toMetrics(row: RollupRow | undefined, metrics: readonly QueryMetric[]): MetricValue[] {
  const facts: Facts = { ...NOTHING };
  for (const fact of FACTS) facts[fact] = row?.[fact] ?? 0;
  return metrics.map((name) => (isOfCounts(name) ? METRICS[name].from(facts) : (row?.others?.[name] ?? emptyOf(name))));
}

/** Two amounts of one currency are compared; others are not. */
function toNumbers(before: MetricValue, now: MetricValue): [number | null, number | null] {
  const isNumber = (value: MetricValue): value is number | null => value === null || typeof value === "number";
  if (isNumber(before) && isNumber(now)) return [before, now];
  if (isNumber(before) || isNumber(now) || before.currency !== now.currency) return [null, null];
  return [before.value, now.value];
}

const timeLabel = (bucket: string | number, { time, timezone }: Plan): string =>
  typeof bucket === "number"
    ? clockLabel(bucket * 1000, time === "time:minute" ? time : "time:hour", timezone)
    : bucket;

function toDimensions(row: Pick<RollupRow, "bucket" | "value">, plan: Plan): (string | null)[] {
  const { query } = plan;
  const { others } = query;
  const values: readonly (string | null)[] =
    others.length > 1 && row.value !== null ? (JSON.parse(row.value) as string[]) : [row.value];
  return query.dimensions.map((name) => {
    const place = others.findIndex((dimension) => dimension.name === name);
    if (place >= 0) return values[place] ?? null;
    return row.bucket === null ? null : timeLabel(row.bucket, plan);
  });
}

/**
 * Adds a row for every bucket that has begun, because a comparison needs both sides. Existing rows keep their order.
 * Added rows go to their place in time, or to the end if the query has another order.
 */
function withEmptyBuckets(rows: readonly RollupRow[], { buckets, order }: Plan): RollupRow[] {
  const known = new Map(rows.map((row) => [row.bucket, row]));
  const begun = buckets.filter((bucket) => bucket.begun || known.has(bucket.key));
  const rowFor = ({ key }: Bucket): RollupRow => known.get(key) ?? { bucket: key, value: null };
  if (order[0]?.by !== "time") return [...rows, ...begun.filter(({ key }) => !known.has(key)).map(rowFor)];
  const inTime = begun.map(rowFor);
  return order[0].direction === "asc" ? inTime : inTime.reverse();
}

/** Finds the row to compare with: the bucket at the same position, the same value, or the only row. */
function counterparts(plan: Plan, rows: readonly RollupRow[]): (row: RollupRow) => RollupRow | null {
  if (!plan.time) {
    const byValue = new Map(rows.map((row) => [row.value, row]));
    return (row) => byValue.get(row.value) ?? { bucket: null, value: row.value };
  }
  const byBucket = new Map(rows.map((row) => [row.bucket, row]));
  const positions = new Map(plan.buckets.map((bucket, index) => [bucket.key, index]));
  return (row) => {
    const bucket = plan.comparison?.buckets[positions.get(row.bucket ?? "") ?? -1];
    return bucket ? (byBucket.get(bucket.key) ?? { bucket: bucket.key, value: null }) : null;
  };
}

function toResults(plan: Plan, read: RollupRows, rows: readonly RollupRow[]): AnswerRow<MetricValue>[] {
  const { metrics } = plan.query;
  const counterpart = plan.comparison && counterparts(plan, read.comparison);
  return rows.map((row) => {
    const result: AnswerRow<MetricValue> = { dimensions: toDimensions(row, plan), metrics: toMetrics(row, metrics) };
    if (!counterpart) return result;
    const other = counterpart(row);
    const before = other ? toMetrics(other, metrics) : metrics.map(() => null);
    result.comparison = {
      dimensions: other ? toDimensions(other, plan) : plan.query.dimensions.map(() => null),
      metrics: before,
      change: metrics.map((name, i) =>
        changeOf(name, ...toNumbers(before[i] ?? null, result.metrics[i] ?? null), "plausible"),
      ),
    };
    return result;
  });
}

/** Both ends of the period, inclusive, to the second, as in Plausible. */
const toEnds = ({ from, to }: Period, timezone: string): [string, string] => [
  toLocalTime(from, timezone),
  toLocalTime(to - 1000, timezone),
];

function toMeta(plan: Plan, read: RollupRows, total: number): AnswerMeta {
  const { query, buckets, comparison, timezone } = plan;
  const meta: AnswerMeta = {};
  if (query.time_labels) {
    const present = buckets.findIndex((bucket) => bucket.present);
    meta.time_labels = buckets.map((bucket) => bucket.label);
    meta.present_index = present < 0 ? null : present;
    meta.partial_time_labels = buckets.filter((bucket) => bucket.partial).map((bucket) => bucket.label);
    if (comparison) meta.comparison_time_labels = comparison.buckets.map((bucket) => bucket.label);
  }
  if (comparison) meta.comparison_date_range = toEnds(comparison.period, timezone);
  if (query.total_rows) meta.total_rows = total;
  if (plan.firstDay !== undefined) meta.data_from = plan.firstDay;
  if (plan.running) meta.running = true;
  if (query.imports) {
    meta.imports_included = false;
    meta.imports_skip_reason = skipReasonFor(query, plan.period, plan.time);
    meta.imports_warning = SKIP_REASONS[meta.imports_skip_reason];
  }
  meta.source = plan.source;
  if (read.capped) meta.capped = true;
  if (read.scanned !== undefined) meta.events_scanned = read.scanned;
  if (read.unconverted) meta.unconverted_revenue = read.unconverted;
  if (read.unconvertedBefore) meta.comparison_unconverted_revenue = read.unconvertedBefore;
  return meta;
}

function toInclude({ query, comparison, timezone }: Plan): Record<string, unknown> {
  const include: Record<string, unknown> = {};
  if (query.imports) include.imports = true;
  if (query.time_labels) include.time_labels = true;
  if (query.total_rows) include.total_rows = true;
  if (!query.suspected_bots) include.suspected_bots = false;
  if (!query.comparisons || !comparison) return include;
  const { mode, matchDayOfWeek } = query.comparisons;
  include.comparisons = {
    mode,
    ...(mode === "custom" && { date_range: toEnds(comparison.period, timezone) }),
    ...(matchDayOfWeek && { match_day_of_week: true }),
  };
  return include;
}

function toEcho(plan: Plan): Answer["query"] {
  const { query, period, timezone, time, order } = plan;
  const nameOf = ({ by, place }: Order): string => {
    if (by === "time") return time ?? "";
    return by === "value" ? (query.others[place ?? 0]?.name ?? "") : by;
  };
  return {
    site_id: query.site_id,
    metrics: query.metrics,
    date_range: toEnds(period, timezone),
    filters: query.filters,
    dimensions: query.dimensions.map((name) => (name === "time" ? (time ?? "") : name)),
    order_by: order.map((one) => [nameOf(one), one.direction]),
    include: toInclude(plan),
    pagination: query.pagination,
  };
}

export function toAnswer(plan: Plan, read: RollupRows): Answer<MetricValue> {
  const { limit, offset } = plan.query.pagination;
  // A series is read whole: it is short, and only this code knows its empty buckets.
  const hasValues = plan.query.others.length > 0;
  const isSeries = plan.time !== null && !hasValues;
  const filled = isSeries && plan.comparison ? withEmptyBuckets(read.main, plan) : read.main;
  const page = isSeries || !hasValues ? filled.slice(offset, offset + limit) : filled;
  return {
    results: toResults(plan, read, page),
    meta: toMeta(plan, read, read.total ?? filled.length),
    query: toEcho(plan),
  };
}
