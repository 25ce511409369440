// Imported aggregates: daily counts of another tool by one dimension each, which have no events. TrackKit imports none yet;
// this says why an answer has none, with the reasons of Plausible's Stats API v2.
import { isClock, type TimeDimension } from "../events/catalog";
import { dimensionsIn } from "./filter-parts";
import { isOfCounts } from "./metric";
import type { Period } from "./period";
import type { Query } from "./query";

export const SKIP_REASONS = {
  unsupported_interval: "Imported counts are of whole days, and the question is about parts of days.",
  unsupported_query:
    "Imported counts are by one dimension, and the question combines several or asks for what they lack.",
  no_imported_data: "No counts were imported.",
} as const;
export type SkipReason = keyof typeof SKIP_REASONS;

/** What the exports of other tools count by. */
const CARRIED: readonly string[] = [
  ...["event:name", "event:page", "event:hostname", "visit:source", "visit:referrer", "visit:channel"],
  ...["visit:utm_source", "visit:utm_medium", "visit:utm_campaign", "visit:utm_term", "visit:utm_content"],
  ...["visit:entry_page", "visit:exit_page", "visit:country", "visit:region", "visit:city"],
  ...["visit:device", "visit:browser", "visit:browser_version", "visit:os", "visit:os_version"],
];

const hasDone = (filters: readonly unknown[]): boolean =>
  filters.some((filter) => dimensionsIn(filter, true).length > dimensionsIn(filter, false).length);

/** Why an answer has no imported counts. */
export function skipReasonFor(query: Query, period: Period, time: TimeDimension | null): SkipReason {
  const { metrics, others, filters, suspected_bots } = query;
  if (isClock(time) || !period.days) return "unsupported_interval";
  const named = new Set([...others.map(({ name }) => name), ...filters.flatMap((one) => dimensionsIn(one, true))]);
  const isCarried = named.size <= 1 && [...named].every((name) => CARRIED.includes(name));
  if (!isCarried || hasDone(filters) || !metrics.every(isOfCounts) || !suspected_bots) return "unsupported_query";
  return "no_imported_data";
}
