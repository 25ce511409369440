// How far from the expected, and by how much, a value must lie to be anomalous: the owner's sensitivity and least change,
// and what differs by metric.
import type { AnomalyMetric, AnomalySettings } from "../anomaly";
import type { Weight } from "./track";

interface Sensitive {
  /** Standard deviations that an hour, and a day, must lie apart. 4.5 is one chance in 300,000, 3.6 one in 6,000. */
  hour: number;
  day: number;
  /** Counts, and points of a bounce rate, by which it must differ at least. */
  counts: number;
  points: number;
}
export const SENSITIVITY: Record<AnomalySettings["sensitivity"], Sensitive> = {
  low: { hour: 5.5, day: 4.6, counts: 20, points: 15 },
  standard: { hour: 4.5, day: 3.6, counts: 10, points: 10 },
  high: { hour: 3.9, day: 3.2, counts: 6, points: 7 },
};

/** A new property's limits are wider: what its weeks are like is not known yet. */
const wideFor = (weeks: number): number => (weeks < 3 ? 1.4 : weeks < 5 ? 1.1 : 1);
/** Metrics of which less is no anomaly: nobody is woken because errors stopped. */
export const ONLY_UP: ReadonlySet<AnomalyMetric> = new Set(["not_found", "errors"]);
/** How many times the least counts a metric must differ by: a visitor views several pages. */
const PER_VISITOR: Partial<Record<AnomalyMetric, number>> = { pageviews: 2.5, events: 3 };
/** Part of the limits at which less is anomalous: days of few are rarer than days of many (their logarithms are even). */
const DOWN = 0.87;
/** Percent by which there must be more 404s or errors at least: less than double worries nobody. */
const LEAST_MORE = 100;

/** The score as a multiple of the limit: 1 is just anomalous. */
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
