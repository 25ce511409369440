// Corrections: what a provider says of an address takes the place of what the edge said of it.
import type { Found } from "./enrichment";
import type { StampedEvent } from "./event";

/** The event as it counts: its network, type and AS number are the provider's where the provider said something. */
export function effective(event: StampedEvent, found: Found | undefined): StampedEvent {
  if (!found) return event;
  return {
    ...event,
    network: found.network ?? event.network,
    network_type: found.network_type ?? event.network_type,
    asn: found.asn ?? event.asn,
  };
}
