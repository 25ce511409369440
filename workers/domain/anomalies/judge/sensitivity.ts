// The deviation and the difference from which a value is anomalous: the owner's sensitivity and minimum change, and the
// rules that differ by metric.
import type { AnomalyMetric, AnomalySettings } from "../anomaly";
import type { Weight } from "./track";

interface Sensitive {
  /**
   * Minimum deviation of an hour, and of a day, in standard deviations. 4.5 is a chance of one in 300,000, 3.6 one in
   * 6,000.
   */
  hour: number;
  day: number;
  /** Minimum difference, in counts and in points of a bounce rate. */
  counts: number;
  points: number;
}
export const SENSITIVITY: Record<AnomalySettings["sensitivity"], Sensitive> = {
  low: { hour: 5.5, day: 4.6, counts: 20, points: 15 },
  standard: { hour: 4.5, day: 3.6, counts: 10, points: 10 },
  high: { hour: 3.9, day: 3.2, counts: 6, points: 7 },
};

/** Limits are wider for new properties, because their weekly pattern is not known yet. */
const wideFor = (weeks: number): number => (weeks < 3 ? 1.4 : weeks < 5 ? 1.1 : 1);
/** Metrics for which fewer is no anomaly: nobody needs an alert because errors stopped. */
export const ONLY_UP: ReadonlySet<AnomalyMetric> = new Set(["not_found", "errors"]);
/** Factor on the minimum difference in counts, because a visitor views several pages. */
const PER_VISITOR: Partial<Record<AnomalyMetric, number>> = { pageviews: 2.5, events: 3 };
/** Factor on the limits for drops: days with few are rarer than days with many (logarithms of counts are symmetric). */
const DOWN = 0.87;
/** Minimum increase of 404s or errors in percent. Less than double is not worth an alert. */
const LEAST_MORE = 100;

/** The score as a multiple of the limit. An anomaly has at least 1. */
export const strengthOf = (metric: AnomalyMetric, score: number, limit: number, weeks: number): number =>
  Math.abs(score) / (limit * wideFor(weeks) * (score < 0 && metric !== "bounce_rate" ? DOWN : 1));

/** Whether the difference is large enough to matter, however unlikely it is. */
export function isLarge(metric: AnomalyMetric, { observed, expected }: Weight, settings: AnomalySettings): boolean {
  const { counts, points } = SENSITIVITY[settings.sensitivity];
  const difference = Math.abs(observed - expected);
  if (metric === "bounce_rate") return difference >= points;
  const least = ONLY_UP.has(metric) ? Math.max(LEAST_MORE, settings.least_change) : settings.least_change;
  return difference >= counts * (PER_VISITOR[metric] ?? 1) && difference * 100 >= least * expected;
}
