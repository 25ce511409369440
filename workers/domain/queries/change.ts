// The change of a metric between two periods. The API and the screens differ on purpose, and only here.
import { METRICS } from "../events/catalog";
import { isOfCounts, type QueryMetric, SCAN_METRICS } from "./metric";

/**
 * `plausible` is for the API, which dashboards and scripts written for Plausible read. The bounce rate changes by
 * percentage points with one decimal; everything else (scroll depth too) changes by whole percent, and from zero to
 * something by 100.
 *
 * `points` is for people, on screens and in mail. Every metric that is a percentage changes by whole percentage points,
 * since a percent of a percent misleads. Everything else changes by whole percent, and from zero there is no change to
 * state.
 */
export type ChangeWay = "plausible" | "points";

/** Whether a metric changes by percentage points. The others change by percent. */
export function isInPoints(metric: QueryMetric, way: ChangeWay): boolean {
  if (way === "plausible")
    return metric === "bounce_rate" || (!isOfCounts(metric) && SCAN_METRICS[metric].unit === "percent");
  return (isOfCounts(metric) ? METRICS[metric] : SCAN_METRICS[metric]).unit === "percent";
}

/** Null without a comparison: a side has no value or, with `points`, a count was 0 before. */
export function changeOf(
  metric: QueryMetric,
  before: number | null,
  now: number | null,
  way: ChangeWay,
): number | null {
  if (before === null || now === null) return null;
  if (isInPoints(metric, way))
    return way === "plausible" ? Math.round((now - before) * 10) / 10 : Math.round(now - before);
  if (before !== 0) return Math.round(((now - before) / before) * 100);
  if (way === "points") return null;
  return now === 0 ? 0 : 100;
}
