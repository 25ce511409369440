// The time series: an answer turned into the points of a line, every bucket present, the running one marked. Pure.
import { METRICS, type MetricName } from "../../../workers/domain/events/catalog";
import { daysIn } from "./calendar";
import type { Interval } from "./period";
import type { Answer, Row } from "./question";

export interface Point {
  label: string;
  /** Null where nothing could be measured, or where the bucket still lies ahead. */
  value: number | null;
  beforeLabel: string | null;
  before: number | null;
  /** Of a day that lies ahead or is not over: what is to be expected, and between what it lies with 80 % and 95 % certainty. */
  forecast?: { value: number; low80: number; high80: number; low95: number; high95: number };
  /** True of a day on which something was out of the ordinary. */
  marked?: true;
}

export interface Series {
  interval: Interval;
  points: Point[];
  /** Index of the bucket that is not over yet. */
  running: number | null;
}

/** Told by the labels themselves, since the API may have picked the buckets. */
export function intervalOf(labels: readonly string[]): Interval {
  const [first, second, third] = labels;
  if (!first) return "day";
  if (first.length > 10) return "hour";
  if (!second) return "day";
  // The first bucket of weeks and months may be cut short by the period: the second step tells.
  const step = third ? daysIn(second, third) - 1 : daysIn(first, second) - 1;
  if (step >= 28) return "month";
  return step >= 7 ? "week" : "day";
}

const isCounted = (metric: MetricName): boolean => METRICS[metric].unit === "count";

function byLabel(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [String(row.dimensions[0]), row]));
}

/**
 * @param clock what the property's wall shows now, `YYYY-MM-DD HH:MM:SS`: text compares as time does.
 * @param dayBefore the whole day that a day is compared with, when it was asked for by itself.
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
      // Ahead of now the answer has no rows, and so says nothing about what is compared with them.
      before: compared ? (comparison?.metrics[0] ?? (beforeLabel === null || label > clock ? null : nothing)) : null,
    };
  });
  return { interval, points, running: answer.meta.present_index ?? null };
}

/**
 * The comparison without what lies before the record began: a line at zero would claim that nobody came.
 * @param firstDay null when there is no record at all, undefined while that is not known.
 */
export const since = (series: Series, firstDay: string | null | undefined): Series => {
  if (firstDay === undefined) return series;
  const isKnown = (label: string | null): boolean => label !== null && firstDay !== null && label >= firstDay;
  return {
    ...series,
    points: series.points.map((point) => (isKnown(point.beforeLabel) ? point : { ...point, before: null })),
  };
};
