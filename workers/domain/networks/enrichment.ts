// Enrichment: the facts about an address, their source, and the outcome of looking up each address of a list.
import type { ColumnType } from "../events/columns";
import type { NetworkType } from "./network";

/** A provider's facts about an address. Null where it has none. */
export interface Found {
  /** The organization. */
  network: string | null;
  network_type: NetworkType | null;
  asn: number | null;
  /** ISO 3166-1, two letters. */
  country: string | null;
  region: string | null;
  city: string | null;
}

export const NOTHING_FOUND: Readonly<Found> = {
  network: null,
  network_type: null,
  asn: null,
  country: null,
  region: null,
  city: null,
};

/**
 * The outcome of a lookup. `edge`: no provider was asked; the facts are those of the event. `cached` and `fetched`: the
 * provider answered, earlier or now. `failed`: the provider did not answer. `over_budget`: the day's calls were used up.
 * `skipped`: the provider was not asked, because it is down or time was up.
 */
export const ENRICHMENT_STATUSES = ["edge", "cached", "fetched", "failed", "over_budget", "skipped"] as const;
export type EnrichmentStatus = (typeof ENRICHMENT_STATUSES)[number];

/** True where the facts come from a provider. In all other rows they come from the event. */
export const isAnswered = (status: EnrichmentStatus): boolean => status === "cached" || status === "fetched";

/** The fields of the IP list that enrichment reads. */
export interface ListedAddress extends Found {
  ip: string;
}

export interface EnrichmentRow extends Found {
  ip: string;
  /** The network (CIDR) for which the facts are stored; the address's own where no provider answered. */
  prefix: string;
  /** `edge`, `mmdb`, or `http:` and the service's host. */
  provider: string;
  status: EnrichmentStatus;
  /** The reason for a failure; null without one. */
  reason: string | null;
  /** ms since 1970. */
  enriched_at: number;
}

const FOUND_COLUMNS = {
  network: "text",
  network_type: "text",
  asn: "bigint",
  country: "text",
  region: "text",
  city: "text",
} as const satisfies Record<keyof Found, ColumnType>;

export const LISTED_COLUMNS = { ip: "text", ...FOUND_COLUMNS } as const satisfies Record<
  keyof ListedAddress,
  ColumnType
>;

export const IP_ENRICHMENT_COLUMNS = {
  ip: "text",
  prefix: "text",
  provider: "text",
  status: "text",
  reason: "text",
  ...FOUND_COLUMNS,
  enriched_at: "time",
} as const satisfies Record<keyof EnrichmentRow, ColumnType>;

/** The facts alone. */
export const toFound = ({ network, network_type, asn, country, region, city }: Found): Found => ({
  network,
  network_type,
  asn,
  country,
  region,
  city,
});

export type EnrichmentCounts = Record<EnrichmentStatus, number>;

export const noCounts = (): EnrichmentCounts => ({
  edge: 0,
  cached: 0,
  fetched: 0,
  failed: 0,
  over_budget: 0,
  skipped: 0,
});

export function countStatuses(rows: Iterable<{ status: EnrichmentStatus }>): EnrichmentCounts {
  const counts = noCounts();
  for (const { status } of rows) counts[status] += 1;
  return counts;
}

export function addCounts(into: EnrichmentCounts, counts: Readonly<EnrichmentCounts>): void {
  for (const status of ENRICHMENT_STATUSES) into[status] += counts[status];
}

/** For the run log: `120 fetched, 3 failed`. */
export const describeCounts = (counts: Readonly<EnrichmentCounts>): string =>
  ENRICHMENT_STATUSES.filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${status}`)
    .join(", ") || "no addresses";
