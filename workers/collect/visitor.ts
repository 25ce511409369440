// The visitor of a request: address, user agent, and the location and network that the edge reports.
import type { VisitFacts } from "../domain/events/event";
import type { NetworkType } from "../domain/networks/network";
import { networkTypeFor } from "../domain/networks/network-type";
import { canonicalAddress } from "../domain/visitors/address";
import { toCountry } from "../domain/visitors/country";

export type EdgeLocation = Pick<VisitFacts, "country" | "region" | "city" | "network" | "asn" | "network_type">;

export interface Visitor {
  address: string | null;
  agent: string | null;
  location: EdgeLocation;
}

/** Networks whose type is remembered: to look through all the names takes 10 µs, and few networks send most visits. */
const MOST_NETWORKS = 2_000;
const types = new Map<string, NetworkType | null>();

/** The facts of a network, its type included. */
export function networkFacts(
  asn: number | null,
  network: string | null,
): Pick<EdgeLocation, "network" | "asn" | "network_type"> {
  const key = `${asn} ${network}`;
  let network_type = types.get(key);
  if (network_type === undefined) {
    network_type = networkTypeFor(asn, network);
    if (types.size >= MOST_NETWORKS) types.clear();
    types.set(key, network_type);
  }
  return { network, asn, network_type };
}

const orNull = (text: string | undefined): string | null => text || null;

/** The visitor of a browser's request. */
export function visitorOf(request: Request): Visitor {
  const cf = request.cf as Partial<IncomingRequestCfProperties> | undefined;
  return {
    // Normalize the address: proxies and servers may write it differently.
    address: canonicalAddress(request.headers.get("cf-connecting-ip")),
    agent: request.headers.get("user-agent"),
    location: {
      country: toCountry(cf?.country ?? "") ?? null,
      region: orNull(cf?.region),
      city: orNull(cf?.city),
      ...networkFacts(typeof cf?.asn === "number" ? cf.asn : null, orNull(cf?.asOrganization)),
    },
  };
}
