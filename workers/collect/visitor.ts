// Who and where: what the edge knows of the browser that sent a request.
import type { VisitFacts } from "../domain/event";

export type Place = Pick<VisitFacts, "country" | "region" | "city" | "network" | "asn" | "network_type">;

export interface Visitor {
  address: string | null;
  agent: string | null;
  place: Place;
}

export const NOWHERE: Place = { country: null, region: null, city: null, network: null, asn: null, network_type: null };

/** Country codes that name no country: unknown, and Tor. */
const NO_COUNTRY = new Set(["XX", "T1"]);
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
      network: orNull(cf?.asOrganization),
      asn: typeof cf?.asn === "number" ? cf.asn : null,
      network_type: null,
    },
  };
}
