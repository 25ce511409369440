// The change of a metric for people.
import { METRICS, type Metric, type MetricName } from "../events/catalog";
import { changeOf, isInPoints } from "../queries/change";
import { formatCount, formatShort, signed } from "./number";

export interface Change {
  /** `+12%`, `−3 pts`, `0%`; in full `−3 points`, `no change`. */
  text: string;
  direction: "up" | "down" | "flat";
  /** Null without a change. */
  better: boolean | null;
}

/**
 * @param full writes the long form, for a sentence or a mail; the short form fits the narrow line under a figure.
 * @returns null without a comparison.
 */
export function toChange(
  name: MetricName,
  now: number | null,
  before: number | null,
  locale: string,
  full: boolean,
): Change | null {
  const moved = changeOf(name, before, now, "points");
  if (moved === null) return null;
  const size = Math.abs(moved);
  const number = full ? formatCount(size, locale) : formatShort(size, locale);
  const point = full ? "point" : "pt";
  const text = isInPoints(name, "points") ? `${number} ${size === 1 ? point : `${point}s`}` : `${number}%`;
  if (moved === 0) return { text: full ? "no change" : text, direction: "flat", better: null };
  const metric: Metric = METRICS[name];
  return {
    text: signed(moved, text),
    direction: moved > 0 ? "up" : "down",
    better: moved > 0 !== (metric.lowerIsBetter ?? false),
  };
}
