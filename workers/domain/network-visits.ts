// Network visits: which organizations came, when first and last, and what those read that read as an organization.
import type { StampedEvent } from "./event";
import { ABSENT_NETWORK_TYPE, readsAsOrganization } from "./network";

export interface NetworkVisit {
  network: string;
  network_type: string;
  asn: number | null;
  country: string | null;
  region: string | null;
  city: string | null;
  /** ms since 1970. What else is known is of the last event. */
  first_seen: number;
  last_seen: number;
}

export interface NetworkPage {
  day: string;
  network: string;
  page: string;
  pageviews: number;
}

export interface NetworkVisits {
  /** By name of the organization. */
  networks: Map<string, NetworkVisit>;
  /** By day, network and page. */
  pages: Map<string, NetworkPage>;
}

export const emptyNetworkVisits = (): NetworkVisits => ({ networks: new Map(), pages: new Map() });

function addPage({ pages }: NetworkVisits, day: string, network: string, page: string): void {
  const key = JSON.stringify([day, network, page]);
  const known = pages.get(key);
  if (known) known.pageviews += 1;
  else pages.set(key, { day, network, page, pageviews: 1 });
}

/** Adds an effective event. Of an event whose network nobody knows there is nothing to add. */
export function addNetworkVisit(into: NetworkVisits, event: StampedEvent): NetworkVisits {
  const { network, network_type, asn, country, region, city, event_time } = event;
  if (network === null) return into;
  const known = into.networks.get(network);
  if (!known || event_time >= known.last_seen)
    into.networks.set(network, {
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
  if (event.event_type === "pageview" && event.page !== null && readsAsOrganization(network_type))
    addPage(into, event.local_date, network, event.page);
  return into;
}
