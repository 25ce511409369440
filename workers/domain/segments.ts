// Segments: events with a signal (network.ts) counted once more, under an id of their own beside the property's.
import { DIMENSIONS } from "./catalog";
import type { StampedEvent } from "./event";
import { SIGNAL_NAMES, segmentOf, signalOf } from "./network";
import { noDetails, type Rollup, rollUp, type Share } from "./rollup";

/** Of a segment no details are kept: the answers that can leave bots out are those of the catalogue. */
export const OF_SEGMENT: Share = { totals: true, dimensions: DIMENSIONS, details: noDetails };

/** The ids under which a property is counted: its own, and those of its segments. */
export const countedIdsOf = (siteId: string): string[] => [
  siteId,
  ...SIGNAL_NAMES.map((signal) => segmentOf(siteId, signal)),
];

/** The counts of some events of one property, by the id under which they are kept. Segments without events are left out. */
export function rollUpWithSegments(siteId: string, events: readonly StampedEvent[]): Map<string, Rollup> {
  const rollups = new Map([[siteId, rollUp(events)]]);
  const suspected = Map.groupBy(events, signalOf);
  for (const signal of SIGNAL_NAMES) {
    const of = suspected.get(signal);
    if (of) rollups.set(segmentOf(siteId, signal), rollUp(of, OF_SEGMENT));
  }
  return rollups;
}
