// The facts that an event contributes to all counts.
import type { Facts } from "./catalog";
import { STAMP_VERSION, type StampedEvent } from "./event";
import { isMeasuring } from "./measurement";

type Measured = Pick<StampedEvent, "event_type" | "engaged_ms" | "scroll_depth" | "scroll_before" | "stamp_version">;

/**
 * True for an event stamped by the current rules. Older events count by their own rules until their day is restamped.
 */
export const isOfToday = ({ stamp_version }: Pick<StampedEvent, "stamp_version">): boolean =>
  (stamp_version ?? 1) >= STAMP_VERSION;

/** True for an event that the metric `events` counts. */
export const isCounted = (event: Pick<StampedEvent, "event_type" | "stamp_version">): boolean =>
  isOfToday(event) ? !isMeasuring(event.event_type) : event.event_type !== "engagement";

/** Page views, events, reading and scrolling, without facts that are zero. */
export function ownFacts(event: Measured): Partial<Facts> {
  const facts: Partial<Facts> = {};
  if (event.event_type === "pageview") facts.pageviews = 1;
  if (isCounted(event)) facts.events = 1;
  if (event.engaged_ms) facts.engaged_ms = event.engaged_ms;
  if (event.scroll_depth !== null) {
    // Page views report their depth and the depth reported before, so the differences add up to the deepest.
    facts.scroll_sum = event.scroll_depth - (event.scroll_before ?? 0);
    if (event.scroll_before === null) facts.scroll_views = 1;
  }
  return facts;
}
