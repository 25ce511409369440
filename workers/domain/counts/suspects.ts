// Suspects: events with a signal (domain/networks/network.ts) are also counted separately, under an id of their own.
import { DIMENSIONS } from "../events/catalog";
import type { StampedEvent } from "../events/event";
import { SIGNAL_NAMES, signalOf, suspectsId } from "../networks/network";
import { noDetails, type Rollup, rollUp, type Selection } from "./rollup";

/** Suspects have no details, because only answers from the catalogue can leave bots out. */
export const OF_SUSPECTS: Selection = { totals: true, dimensions: DIMENSIONS, details: noDetails };

/**
 * Names of events that also have hourly counts: anomaly detection reads them by the hour, while other names are counted
 * by day.
 */
export const HOURLY_NAMES = ["not_found", "js_error"] as const;
export type HourlyName = (typeof HOURLY_NAMES)[number];
const HOURS: Selection = { totals: true, dimensions: [], details: noDetails };

/** The id for the hourly counts of an event name. Only their fact `events` is meaningful. */
export const hoursOf = (siteId: string, name: HourlyName): string => `${siteId}~${name}`;

/** The property of one of its ids with counts. */
export const ownerOf = (id: string): string => id.split("~", 1)[0]!;

/** All ids with counts of a property: its own, those of its suspects, and those of hours by name. */
export const countedIdsOf = (siteId: string): string[] => [
  siteId,
  ...SIGNAL_NAMES.map((signal) => suspectsId(siteId, signal)),
  ...HOURLY_NAMES.map((name) => hoursOf(siteId, name)),
];

/**
 * The counts of some events of one property, by the id under which they are stored. Ids without events are left out.
 */
export function rollUpWithSuspects(siteId: string, events: readonly StampedEvent[]): Map<string, Rollup> {
  const rollups = new Map([[siteId, rollUp(events)]]);
  const suspected = Map.groupBy(events, signalOf);
  for (const signal of SIGNAL_NAMES) {
    const own = suspected.get(signal);
    if (own) rollups.set(suspectsId(siteId, signal), rollUp(own, OF_SUSPECTS));
  }
  for (const name of HOURLY_NAMES) {
    const own = events.filter((event) => event.name === name);
    if (own.length > 0) rollups.set(hoursOf(siteId, name), { hours: rollUp(own, HOURS).hours, days: new Map() });
  }
  return rollups;
}
