// How a metric changed from one period to the next. The API and the screens differ, on purpose and here only.
import { METRICS, type MetricName } from "../events/catalog";

/**
 * `plausible` is the API's: dashboards and scripts written for Plausible read it. The bounce rate changes by percentage points
 * with one decimal, everything else (scroll depth too) by whole percent, and from nothing to something by 100.
 *
 * `points` is for people, on screens and in mail: every metric that is a percentage changes by whole percentage points, since
 * a percent of a percent misleads; everything else changes by whole percent, and from nothing there is no change to state.
 */
export type ChangeWay = "plausible" | "points";

/** Whether a metric changes by percentage points. The others change by percent. */
export const isInPoints = (metric: MetricName, way: ChangeWay): boolean =>
  way === "plausible" ? metric === "bounce_rate" : METRICS[metric].unit === "percent";

/** Null where there is nothing to compare: a side without a value, or by `points` a count that was 0 before. */
export function changeOf(metric: MetricName, before: number | null, now: number | null, way: ChangeWay): number | null {
  if (before === null || now === null) return null;
  if (isInPoints(metric, way))
    return way === "plausible" ? Math.round((now - before) * 10) / 10 : Math.round(now - before);
  if (before !== 0) return Math.round(((now - before) / before) * 100);
  if (way === "points") return null;
  return now === 0 ? 0 : 100;
}
