// The correction: how a provider's answer about an address changes counts that were made with the edge's facts.
import { DIMENSIONS, type Dimension } from "../events/catalog";
import type { StampedEvent } from "../events/event";
import { type NetworkType, type Signal, signalOf } from "../networks/network";
import { networkTypeFor } from "../networks/network-type";
import { networkDetails } from "./details";
import { emptyRollup, merge, noDetails, type Rollup, rollUp, type Selection, subtract } from "./rollup";
import { OF_SUSPECTS } from "./suspects";

/** The parts of a provider's answer about an address that can change an event. */
export interface SaidOfNetwork {
  network: string | null;
  network_type: NetworkType | null;
  asn: number | null;
}

export interface Correction {
  /** For the property's own counts: only networks, network types, and the pages that networks read. */
  rollup: Rollup;
  /** The same for its suspects. */
  suspects: Map<Signal, Rollup>;
}

const CORRECTED: readonly string[] = ["network", "network_type"];
const OF_NETWORK: Selection = {
  totals: false,
  dimensions: DIMENSIONS.filter(({ column }: Dimension) => CORRECTED.includes(column)),
  details: networkDetails,
};
const OF_NETWORK_OF_SUSPECTS: Selection = { ...OF_NETWORK, details: noDetails };

export const emptyCorrection = (): Correction => ({ rollup: emptyRollup(), suspects: new Map() });

/**
 * The event with a provider's answer about its address; the same object if nothing changes. If the provider names an
 * organization without a type, the type is derived from that organization, not from the one that the edge named.
 */
export function effective(event: StampedEvent, found: SaidOfNetwork | undefined): StampedEvent {
  if (!found) return event;
  const network = found.network ?? event.network;
  const asn = found.asn ?? event.asn;
  const isOther = network !== event.network || asn !== event.asn;
  const network_type = found.network_type ?? (isOther ? networkTypeFor(asn, network) : event.network_type);
  return isOther || network_type !== event.network_type ? { ...event, network, asn, network_type } : event;
}

function suspectsIn({ suspects }: Correction, signal: Signal): Rollup {
  const rollup = suspects.get(signal) ?? emptyRollup();
  suspects.set(signal, rollup);
  return rollup;
}

/**
 * Adds the change of counts when an event becomes its effective one, so that for any events rollUp(effective) =
 * rollUp(events) + correction, and likewise for the suspects of every signal.
 *
 * Visitors keep the stamps of the hub, which used the edge's networks. A cookieless visitor has one address per day, so
 * their counts stay exact. A user with several addresses that turn out to belong to one network counts there once for
 * each network that the edge had named.
 */
export function addCorrection(into: Correction, event: StampedEvent, effectiveEvent: StampedEvent): Correction {
  if (event === effectiveEvent) return into;
  const change = (rollup: Rollup, selection: Selection) => {
    subtract(rollup, rollUp([event], selection));
    merge(rollup, rollUp([effectiveEvent], selection));
  };
  change(into.rollup, OF_NETWORK);
  const before = signalOf(event);
  const after = signalOf(effectiveEvent);
  if (before === after) {
    if (after) change(suspectsIn(into, after), OF_NETWORK_OF_SUSPECTS);
    return into;
  }
  if (before) subtract(suspectsIn(into, before), rollUp([event], OF_SUSPECTS));
  if (after) merge(suspectsIn(into, after), rollUp([effectiveEvent], OF_SUSPECTS));
  return into;
}
