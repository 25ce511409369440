// Network visits: the visiting organizations, with their first and last visit. Details of page views have the pages
// they read.
import type { StampedEvent } from "../events/event";
import { ABSENT_NETWORK_TYPE } from "./network";

export interface NetworkVisit {
  network: string;
  network_type: string;
  asn: number | null;
  country: string | null;
  region: string | null;
  city: string | null;
  /** ms since 1970. The other fields are those of the last event. */
  first_seen: number;
  last_seen: number;
}

/** By name of the organization. */
export type NetworkVisits = Map<string, NetworkVisit>;

export const emptyNetworkVisits = (): NetworkVisits => new Map();

/** Adds an event. An event without a known network adds nothing. */
export function addNetworkVisit(into: NetworkVisits, event: StampedEvent): NetworkVisits {
  const { network, network_type, asn, country, region, city, event_time } = event;
  if (network === null) return into;
  const known = into.get(network);
  if (!known || event_time >= known.last_seen)
    into.set(network, {
      network,
      network_type: network_type ?? ABSENT_NETWORK_TYPE,
      asn,
      country,
      region,
      city,
      first_seen: Math.min(known?.first_seen ?? event_time, event_time),
      last_seen: event_time,
    });
  else known.first_seen = Math.min(known.first_seen, event_time);
  return into;
}
