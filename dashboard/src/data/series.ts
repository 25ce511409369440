// The time series: turns an answer into the points of a line, with every bucket and a mark on the current one. Pure.
import { METRICS, type MetricName } from "../../../workers/domain/events/catalog";
import { daysIn } from "./calendar";
import type { Interval } from "./period";
import type { Answer, Row } from "./question";

export interface Point {
  label: string;
  /** Null without data, or for a bucket in the future. */
  value: number | null;
  beforeLabel: string | null;
  before: number | null;
  /** For a future or incomplete day: the expected value, and its 80 % and 95 % ranges. */
  forecast?: { value: number; low80: number; high80: number; low95: number; high95: number };
  /** True for a day with an anomaly. */
  marked?: true;
}

export interface Series {
  interval: Interval;
  points: Point[];
  /** Index of the bucket that has not ended. */
  running: number | null;
}

/** Derived from the labels, because the API may have chosen the buckets. */
export function intervalOf(labels: readonly string[]): Interval {
  const [first, second, third] = labels;
  if (!first) return "day";
  if (first.length > 10) return "hour";
  if (!second) return "day";
  // The period may cut the first bucket of weeks and months, so use the second step.
  const step = third ? daysIn(second, third) - 1 : daysIn(first, second) - 1;
  if (step >= 28) return "month";
  return step >= 7 ? "week" : "day";
}

const isCounted = (metric: MetricName): boolean => METRICS[metric].unit === "count";

function byLabel(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [String(row.dimensions[0]), row]));
}

/**
 * @param clock the property's local time, `YYYY-MM-DD HH:MM:SS`. Text in this format compares like time.
 * @param dayBefore the whole day that a day is compared with, if it was requested separately.
 */
export function toSeries(answer: Answer, metric: MetricName, clock: string, dayBefore?: Answer): Series {
  const labels = answer.meta.time_labels ?? answer.results.map((row) => String(row.dimensions[0]));
  const before = answer.meta.comparison_time_labels;
  const interval = intervalOf(labels);
  const rows = byLabel(answer.results);
  const nothing = isCounted(metric) ? 0 : null;
  const compared = before !== undefined || answer.results.some((row) => row.comparison);

  const hours = byLabel(dayBefore?.results ?? []);
  const points = labels.map((label, index): Point => {
    const row = rows.get(label);
    const value = label > clock ? null : row ? (row.metrics[0] ?? nothing) : nothing;
    if (dayBefore) {
      const beforeLabel = dayBefore.meta.time_labels?.[index] ?? null;
      const before = beforeLabel === null ? null : (hours.get(beforeLabel)?.metrics[0] ?? nothing);
      return { label, value, beforeLabel, before };
    }
    const comparison = row?.comparison;
    const beforeLabel = comparison?.dimensions[0] ?? before?.[index] ?? null;
    return {
      label,
      value,
      beforeLabel,
      // For future buckets the answer has no rows, and therefore no comparison.
      before: compared ? (comparison?.metrics[0] ?? (beforeLabel === null || label > clock ? null : nothing)) : null,
    };
  });
  return { interval, points, running: answer.meta.present_index ?? null };
}

/**
 * The comparison without buckets from before the first data: a line at zero would claim that nobody visited.
 * @param firstDay null without any data, undefined while unknown.
 */
export const since = (series: Series, firstDay: string | null | undefined): Series => {
  if (firstDay === undefined) return series;
  const isKnown = (label: string | null): boolean => label !== null && firstDay !== null && label >= firstDay;
  return {
    ...series,
    points: series.points.map((point) => (isKnown(point.beforeLabel) ? point : { ...point, before: null })),
  };
};
