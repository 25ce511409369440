// Which source answers a question. Rollups are the cheapest; everything else is scanned. Where both can answer, they agree.
import { isScanOnly } from "../analysis/dimensions";
import { type Dimension, hasMeaning, type MetricName, type TimeDimension } from "../events/catalog";
import { isOfCounts } from "./metric";
import type { Period } from "./period";
import type { Query } from "./query";

export type Source = "rollups" | "scan";

/** Facts of reading belong to page views: rollups do not have them by what else an event says. */
const READING: readonly MetricName[] = ["time_on_page", "scroll_depth"];
const HAS_READING = ["event:page", "event:hostname"];

function canRollup(metric: MetricName, { name, scope }: Dimension): boolean {
  if (!hasMeaning(metric, scope)) return false;
  return scope !== "event" || !READING.includes(metric) || HAS_READING.includes(name);
}

/**
 * Days whose rollups leave out values are known only when they are read; then the scan answers all the same.
 * @param period cuts a day when it has no `days`.
 * @param time the time dimension, chosen.
 */
export function sourceFor(query: Query, period: Period, time: TimeDimension | null): Source {
  const { metrics, others, filters } = query;
  const [dimension] = others;
  if (time === "time:minute" || !metrics.every(isOfCounts) || others.some(({ name }) => isScanOnly(name)))
    return "scan";
  if (others.length > 1 || filters.length > 0) return "scan";
  const isCut = !period.days;
  if (dimension && (isCut || time === "time:hour" || !metrics.every((metric) => canRollup(metric, dimension))))
    return "scan";
  // Hours know the visitors of an hour, not who of them came in several.
  return isCut && time !== "time:hour" && metrics.includes("visitors") ? "scan" : "rollups";
}
