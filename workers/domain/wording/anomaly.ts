// Names and numbers of anomalies for the Anomalies screen and mail.
import type { AnomalyMetric, AnomalyRecord } from "../anomalies/record";
import { formatCount, formatPercent, signed } from "./number";

export const ANOMALY_METRIC_NAMES: Record<AnomalyMetric, string> = {
  visitors: "Visitors",
  pageviews: "Page views",
  events: "Events",
  bounce_rate: "Bounce rate",
  not_found: "Pages not found",
  errors: "JavaScript errors",
};

/** Counts cover at least an hour, so whole numbers are precise enough; an expected count may be fractional. */
export const formatAnomalyValue = (metric: AnomalyMetric, value: number, locale: string): string =>
  metric === "bounce_rate" ? formatPercent(Math.round(value), locale) : formatCount(Math.round(value), locale);

export interface Deviation {
  /** The observed value as a multiple of the expected one, the percent by which it differs, or percentage points. */
  unit: "times" | "percent" | "points";
  value: number;
}

/**
 * How far an anomaly is from its expectation. Null if next to nothing was expected: ten errors instead of 0.2 are not
 * "50 times as many" in any useful sense.
 */
export function deviationOf({
  metric,
  observed,
  expected,
}: Pick<AnomalyRecord, "metric" | "observed" | "expected">): Deviation | null {
  if (metric === "bounce_rate") return { unit: "points", value: Math.round(observed - expected) };
  if (expected < 1) return null;
  const factor = observed / expected;
  return factor >= 2 ? { unit: "times", value: factor } : { unit: "percent", value: Math.round((factor - 1) * 100) };
}

/** `3.4×`, `−62%`, `+39 pts`. */
export function formatDeviation({ unit, value }: Deviation, locale: string): string {
  if (unit === "times") return `${value < 10 ? value.toFixed(1) : formatCount(Math.round(value), locale)}×`;
  const size = formatCount(Math.abs(value), locale);
  if (unit === "percent") return signed(value, `${size}%`);
  return signed(value, `${size} ${size === "1" ? "pt" : "pts"}`);
}
