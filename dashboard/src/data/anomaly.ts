// Anomalies and forecasts: the calls, and how an anomaly is told. Shapes are in the domain.
import type { AnomaliesView, AnomalyMetric, AnomalyView, ForecastView } from "../../../workers/domain/anomalies/record";
import { request } from "./api";
import { formatBucket, formatCount, formatDuration } from "./format";
import type { InsightScene } from "./insight";

const at = (siteId: string, rest: string): string => `/api/v1/properties/${encodeURIComponent(siteId)}${rest}`;

export const loadAnomalies = ({ siteId, from, to }: InsightScene, signal: AbortSignal): Promise<AnomaliesView> =>
  request(at(siteId, `/anomalies?${new URLSearchParams({ from, to })}`), { signal });

export const dismissAnomaly = (siteId: string, id: string): Promise<void> =>
  request(at(siteId, `/anomalies/${encodeURIComponent(id)}/dismiss`), { method: "POST" });

export interface ForecastAsk {
  siteId: string;
  metric: ForecastView["metric"];
}

export const loadForecast = ({ siteId, metric }: ForecastAsk, signal: AbortSignal): Promise<ForecastView> =>
  request(at(siteId, `/forecast?${new URLSearchParams({ metric })}`), { signal });

export const WATCHED: Record<AnomalyMetric, string> = {
  visitors: "Visitors",
  pageviews: "Page views",
  events: "Events",
  bounce_rate: "Bounce rate",
  not_found: "Pages not found",
  errors: "JavaScript errors",
};

const MOVED: Record<AnomalyView["direction"], string> = {
  spike: "far above what is usual",
  drop: "far below what is usual",
  outage: "none at all",
};

/** "Visitors far above what is usual" */
export const titleOf = ({ metric, direction }: Pick<AnomalyView, "metric" | "direction">): string =>
  `${WATCHED[metric]}: ${MOVED[direction]}`;

export const formatValue = (metric: AnomalyMetric, value: number): string =>
  metric === "bounce_rate" ? `${Math.round(value)}%` : formatCount(Math.round(value));

/** How much more or less than expected: "3.4 times", "−62%"; of rates in points. Null where nothing was expected. */
export function deviationOf({
  metric,
  observed,
  expected,
}: Pick<AnomalyView, "metric" | "observed" | "expected">): string | null {
  if (metric === "bounce_rate") {
    const points = Math.round(observed - expected);
    return `${points < 0 ? "−" : "+"}${Math.abs(points)} pts`;
  }
  if (expected <= 0) return null;
  const factor = observed / expected;
  if (factor >= 2) return `${factor < 10 ? factor.toFixed(1) : formatCount(Math.round(factor))} times`;
  const percent = Math.round((factor - 1) * 100);
  return `${percent < 0 ? "−" : "+"}${Math.abs(percent)}%`;
}

export interface Gauge {
  /** All in percent of the gauge's length. */
  low: number;
  high: number;
  expected: number;
  observed: number;
}

/** Where the interval, what was expected and what came lie on a scale from zero to a little beyond the largest. */
export function toGauge({
  low,
  high,
  expected,
  observed,
}: Pick<AnomalyView, "low" | "high" | "expected" | "observed">): Gauge {
  const top = Math.max(low, high, expected, observed, 1e-9) * 1.06;
  const place = (value: number): number => Math.min(100, Math.max(0, (value / top) * 100));
  return { low: place(low), high: place(high), expected: place(expected), observed: place(observed) };
}

/** "Tue 24 Nov 2026, for 2 days", "24 Nov 2026, 14:00, for 3h 00m"; times on the property's clock. */
export function whenOf(
  { grain, started_at, ended_at }: Pick<AnomalyView, "grain" | "started_at" | "ended_at">,
  clockOf: (instant: number) => string,
): string {
  const [from, to] = [Date.parse(started_at), Date.parse(ended_at)];
  const began = formatBucket(grain === "day" ? clockOf(from).slice(0, 10) : clockOf(from), grain);
  // A local day may have 23 or 25 hours.
  const days = Math.max(1, Math.round((to - from) / 86_400_000));
  const lasted =
    grain === "day" ? (days === 1 ? "all day" : `for ${days} days`) : `for ${formatDuration((to - from) / 1000)}`;
  return `${began}, ${lasted}`;
}

/** The local days on which an anomaly lay, both included. */
export function daysOfAnomaly(
  { started_at, ended_at }: Pick<AnomalyView, "started_at" | "ended_at">,
  clockOf: (instant: number) => string,
): { from: string; to: string } {
  return { from: clockOf(Date.parse(started_at)).slice(0, 10), to: clockOf(Date.parse(ended_at) - 1).slice(0, 10) };
}
