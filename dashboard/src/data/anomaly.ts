// Anomalies and forecasts: the API calls, and the texts about an anomaly. Shapes are in the domain.
import type { AnomaliesView, AnomalyMetric, AnomalyView, ForecastView } from "../../../workers/domain/anomalies/record";
import * as wording from "../../../workers/domain/wording/anomaly";
import { words } from "../words/anomalies";
import { request } from "./api";
import { formatBucket, formatDuration, LOCALE } from "./format";
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

export const WATCHED = wording.ANOMALY_METRIC_NAMES;

/** "Visitors: far above usual" */
export const titleOf = ({ metric, direction }: Pick<AnomalyView, "metric" | "direction">): string =>
  words.incident(WATCHED[metric], words.directions[direction]);

export const formatValue = (metric: AnomalyMetric, value: number): string =>
  wording.formatAnomalyValue(metric, value, LOCALE);

/** `3.4×`, `−62%`, for bounce rates `+39 pts`. Null if next to nothing was expected. */
export function deviationOf(anomaly: Pick<AnomalyView, "metric" | "observed" | "expected">): string | null {
  const deviation = wording.deviationOf(anomaly);
  return deviation && wording.formatDeviation(deviation, LOCALE);
}

export interface Gauge {
  /** All in percent of the gauge's length. */
  low: number;
  high: number;
  expected: number;
  observed: number;
}

/**
 * The positions of the interval, the expected and the observed value on a scale from zero to a little above the
 * largest.
 */
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

/** "Tue 24 Nov 2026, for 2 days", "24 Nov 2026, 14:00, for 3h 00m". Times are local to the property. */
export function whenOf(
  { grain, started_at, ended_at }: Pick<AnomalyView, "grain" | "started_at" | "ended_at">,
  clockOf: (instant: number) => string,
): string {
  const [from, to] = [Date.parse(started_at), Date.parse(ended_at)];
  const began = formatBucket(grain === "day" ? clockOf(from).slice(0, 10) : clockOf(from), grain);
  // A local day may have 23 or 25 hours.
  const days = Math.max(1, Math.round((to - from) / 86_400_000));
  if (grain === "hour") return words.lasted(began, formatDuration((to - from) / 1000));
  return days === 1 ? words.allDay(began) : words.lastedDays(began, days);
}

/** The local days of an anomaly, both included. */
export function daysOfAnomaly(
  { started_at, ended_at }: Pick<AnomalyView, "started_at" | "ended_at">,
  clockOf: (instant: number) => string,
): { from: string; to: string } {
  return { from: clockOf(Date.parse(started_at)).slice(0, 10), to: clockOf(Date.parse(ended_at) - 1).slice(0, 10) };
}
