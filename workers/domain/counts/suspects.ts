// Suspects: events with a signal (domain/networks/network.ts) are counted once more, under an id of their own beside the
// property's.
import { DIMENSIONS } from "../events/catalog";
import type { StampedEvent } from "../events/event";
import { SIGNAL_NAMES, signalOf, suspectsId } from "../networks/network";
import { noDetails, type Rollup, rollUp, type Selection } from "./rollup";

/** Suspects have no details: only answers from the catalogue can leave bots out. */
export const OF_SUSPECTS: Selection = { totals: true, dimensions: DIMENSIONS, details: noDetails };

/** Names of events whose hours are counted apart: they are looked at hourly, and names are otherwise counted by day. */
export const HOURLY_NAMES = ["not_found", "js_error"] as const;
export type HourlyName = (typeof HOURLY_NAMES)[number];
const HOURS: Selection = { totals: true, dimensions: [], details: noDetails };

/** Under which id the hours of an event by name are kept. Only their fact `events` says something. */
export const hoursOf = (siteId: string, name: HourlyName): string => `${siteId}~${name}`;

/** The ids under which a property is counted: its own, those of its suspects, and those of hours by name. */
export const countedIdsOf = (siteId: string): string[] => [
  siteId,
  ...SIGNAL_NAMES.map((signal) => suspectsId(siteId, signal)),
  ...HOURLY_NAMES.map((name) => hoursOf(siteId, name)),
];

/** The counts of some events of one property, by the id under which they are kept. An id without events is left out. */
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
