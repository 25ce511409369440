// Segments: events with a signal (domain/networks/network.ts) counted once more, under an id of their own beside the property's.
import { DIMENSIONS } from "../events/catalog";
import type { StampedEvent } from "../events/event";
import { SIGNAL_NAMES, segmentOf, signalOf } from "../networks/network";
import { noDetails, type Rollup, rollUp, type Share } from "./rollup";

/** Of a segment no details are kept: the answers that can leave bots out are those of the catalogue. */
export const OF_SEGMENT: Share = { totals: true, dimensions: DIMENSIONS, details: noDetails };

/** Names of events whose hours are counted apart: they are looked at hourly, and names are otherwise counted by day. */
export const HOURLY_NAMES = ["not_found", "js_error"] as const;
export type HourlyName = (typeof HOURLY_NAMES)[number];
const HOURS: Share = { totals: true, dimensions: [], details: noDetails };

/** Under which id the hours of an event by name are kept. Only their fact `events` says something. */
export const hoursOf = (siteId: string, name: HourlyName): string => `${siteId}~${name}`;

/** The ids under which a property is counted: its own, those of its segments, and those of hours by name. */
export const countedIdsOf = (siteId: string): string[] => [
  siteId,
  ...SIGNAL_NAMES.map((signal) => segmentOf(siteId, signal)),
  ...HOURLY_NAMES.map((name) => hoursOf(siteId, name)),
];

/** The counts of some events of one property, by the id under which they are kept. Segments without events are left out. */
export function rollUpWithSegments(siteId: string, events: readonly StampedEvent[]): Map<string, Rollup> {
  const rollups = new Map([[siteId, rollUp(events)]]);
  const suspected = Map.groupBy(events, signalOf);
  for (const signal of SIGNAL_NAMES) {
    const of = suspected.get(signal);
    if (of) rollups.set(segmentOf(siteId, signal), rollUp(of, OF_SEGMENT));
  }
  for (const name of HOURLY_NAMES) {
    const of = events.filter((event) => event.name === name);
    if (of.length > 0) rollups.set(hoursOf(siteId, name), { hours: rollUp(of, HOURS).hours, days: new Map() });
  }
  return rollups;
}
