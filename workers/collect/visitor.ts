// Who and where: what the edge knows of the browser that sent a request.
import type { VisitFacts } from "../domain/event";
import { networkTypeFor } from "../domain/network-type";

export type Place = Pick<VisitFacts, "country" | "region" | "city" | "network" | "asn" | "network_type">;

export interface Visitor {
  address: string | null;
  agent: string | null;
  place: Place;
}

/** Country codes that name no country: unknown, and Tor. */
const NO_COUNTRY = new Set(["XX", "T1"]);

/** What is known of a network: its type comes with it. */
export const networkFacts = (
  asn: number | null,
  network: string | null,
): Pick<Place, "network" | "asn" | "network_type"> => ({
  network,
  asn,
  network_type: networkTypeFor(asn, network),
});

const orNull = (text: string | undefined): string | null => text || null;

/** The visitor of a browser's request. */
export function visitorOf(request: Request): Visitor {
  const cf = request.cf as Partial<IncomingRequestCfProperties> | undefined;
  const country = orNull(cf?.country);
  return {
    address: request.headers.get("cf-connecting-ip"),
    agent: request.headers.get("user-agent"),
    place: {
      country: country && !NO_COUNTRY.has(country) ? country : null,
      region: orNull(cf?.region),
      city: orNull(cf?.city),
      ...networkFacts(typeof cf?.asn === "number" ? cf.asn : null, orNull(cf?.asOrganization)),
    },
  };
}
