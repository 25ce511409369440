// The plan: the rows of the rollups that answer a query, if they can. This file decides,
// workers/storage/counts/rollups.ts reads, and answer.ts formats.
import { TOTAL } from "../counts/rollup";
import { FACTS, type Fact, METRICS, type TimeDimension } from "../events/catalog";
import { Problem } from "../requests/problem";
import { addDays, localDate, startOfDate } from "../time/zone";
import { type Bucket, bucketFor, toBuckets } from "./bucket";
import { isOfCounts, type QueryMetric } from "./metric";
import { comparisonOf, type Period, toPeriod, type Vantage } from "./period";
import type { Direction, Query } from "./query";
import { type Source, sourceFor } from "./source";

/** The rollup rows of whole local days (both included), or of hours. The hours of a partial day belong to `date`. */
export type Slice =
  | { kind: "days"; first: string; last: string }
  | { kind: "hours"; from: number; to: number; date: string };

/** Rollups know no minutes. */
export type RollupTime = Exclude<TimeDimension, "time:minute">;

/** What to sum, and how to group it. */
export interface Reading {
  /** Rollup key: the column of the dimension; `total` for the whole day. */
  column: string;
  slices: Slice[];
  time: RollupTime | null;
  /** First local date. Labels of weeks are not earlier. */
  first: string;
}

export interface Order {
  by: "time" | "value" | QueryMetric;
  /** For `value` with several dimensions: the index of the dimension. */
  place?: number;
  direction: Direction;
}

export interface Plan {
  query: Query;
  source: Source;
  timezone: string;
  /** The time dimension after resolving `time`. */
  time: TimeDimension | null;
  facts: Fact[];
  order: Order[];
  period: Period;
  main: Reading;
  buckets: Bucket[];
  comparison: { period: Period; reading: Reading; buckets: Bucket[] } | null;
  /** True if the period includes the present, so its last bucket will grow. */
  running: boolean;
  /** The time of the query, ms. */
  now: number;
  /** The first local date with data, null without data; set if the query asks for `all`. */
  firstDay?: string | null;
}

/** Longer hourly series are unreadable, and each hour costs a look-up of its offset. */
const MAX_HOURLY_DAYS = 92;

/** A minute is for watching a day go by. The 25 hours of a day on which clocks go back are one day. */
function requireMinutes(period: Period): void {
  const isOneDay = period.days !== null && period.days.first === period.days.last;
  if (period.to - period.from > 86_400_000 && !isOneDay)
    throw new Problem("invalid", "dimension time:minute needs a date_range of at most 24 hours, or of one day");
}

/**
 * Whole days are read from daily rows, in which a visitor counts once a day. Only the partial days at both ends are
 * read from hourly rows, in which a visitor counts once an hour.
 */
function toSlices(period: Period, timezone: string): Slice[] {
  if (period.days) return [{ kind: "days", ...period.days }];
  const head = localDate(period.from, timezone);
  const tail = localDate(period.to - 1, timezone);
  const headIsWhole = startOfDate(head, timezone) === period.from;
  const tailIsWhole = startOfDate(addDays(tail, 1), timezone) === period.to;
  if (head === tail) return [{ kind: "hours", from: period.from, to: period.to, date: head }];
  const first = headIsWhole ? head : addDays(head, 1);
  const last = tailIsWhole ? tail : addDays(tail, -1);
  const slices: Slice[] = [];
  if (!headIsWhole) slices.push({ kind: "hours", from: period.from, to: startOfDate(first, timezone), date: head });
  if (first <= last) slices.push({ kind: "days", first, last });
  if (!tailIsWhole) slices.push({ kind: "hours", from: startOfDate(tail, timezone), to: period.to, date: tail });
  return slices;
}

function toReading(period: Period, query: Query, time: TimeDimension | null, timezone: string): Reading {
  const first = localDate(period.from, timezone);
  if (time === "time:minute") {
    requireMinutes(period);
    return { column: TOTAL, slices: [], time: null, first };
  }
  if (time === "time:hour") {
    if (period.to - period.from > MAX_HOURLY_DAYS * 86_400_000 + 3_600_000)
      throw new Problem("invalid", `dimension time:hour needs a date_range of at most ${MAX_HOURLY_DAYS} days`);
    return {
      column: TOTAL,
      slices: [{ kind: "hours", from: period.from, to: period.to, date: first }],
      time,
      first,
    };
  }
  const [dimension] = query.others;
  return { column: dimension?.column ?? TOTAL, slices: toSlices(period, timezone), time, first };
}

const chooseTime = (query: Query, period: Period): TimeDimension | null =>
  query.time === "time" ? bucketFor(period) : query.time;

const isTimeName = (name: string): boolean => name === "time" || name.startsWith("time:");

/** The requested order, then time, then values, so that pages of the same query are consistent. */
function toOrder({ order_by, metrics, others }: Query, time: TimeDimension | null): Order[] {
  const byValue = (place: number, direction: Direction): Order =>
    others.length > 1 ? { by: "value", place, direction } : { by: "value", direction };
  const order = order_by.map(([name, direction]): Order => {
    const place = others.findIndex((dimension) => dimension.name === name);
    if (place >= 0) return byValue(place, direction);
    return { by: isTimeName(name) ? "time" : (name as QueryMetric), direction };
  });
  // Plausible's default: time first, otherwise the first metric in descending order.
  if (order.length === 0 && time) order.push({ by: "time", direction: "asc" });
  if (order_by.length === 0 && others.length > 0) order.push({ by: metrics[0]!, direction: "desc" });
  if (time && !order.some(({ by }) => by === "time")) order.push({ by: "time", direction: "asc" });
  others.forEach((_, place) => {
    const known = order.some((one) => one.by === "value" && (one.place ?? 0) === place);
    if (!known) order.push(byValue(place, "asc"));
  });
  return order;
}

/** The period to compare with. */
function beforeOf({ comparisons, time }: Query, period: Period, vantage: Vantage): Period | null {
  if (!comparisons) return null;
  const isByMinute = time === "time:minute";
  return comparisons.mode === "custom"
    ? toPeriod(comparisons.range!, vantage, isByMinute)
    : comparisonOf(period, comparisons.mode, comparisons.matchDayOfWeek, vantage, isByMinute);
}

/** @throws Problem invalid if the query cannot be answered for this period. */
export function toPlan(query: Query, vantage: Vantage): Plan {
  const { timezone, now } = vantage;
  const period = toPeriod(query.range, vantage, query.time === "time:minute");
  const time = chooseTime(query, period);
  const needed = new Set<Fact>(query.metrics.filter(isOfCounts).flatMap((name) => METRICS[name].needs));
  const before = beforeOf(query, period, vantage);
  // Both periods are read in the same way, or their difference would be one of ways.
  const sources = [period, ...(before ? [before] : [])].map((one) => sourceFor(query, one, time));
  const source = sources.includes("scan") ? "scan" : "rollups";
  const main = toReading(period, query, time, timezone);
  return {
    query,
    source,
    timezone,
    time,
    facts: FACTS.filter((fact) => needed.has(fact)),
    order: toOrder(query, time),
    period,
    main,
    buckets: time ? toBuckets(period, time, timezone, now) : [],
    comparison: before && {
      period: before,
      reading: toReading(before, query, time, timezone),
      buckets: time ? toBuckets(before, time, timezone, now) : [],
    },
    running: period.from <= now && now < period.to,
    now,
    ...(query.range === "all" && { firstDay: vantage.firstDay }),
  };
}
