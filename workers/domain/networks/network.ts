// Networks: their types, and the types that suggest a bot. Zod-free.

export const NETWORK_TYPES = ["business", "isp", "hosting", "education", "government"] as const;
/** Null in the lake and `(unknown)` in answers where the type is unknown. */
export type NetworkType = (typeof NETWORK_TYPES)[number];

/**
 * Signals: reasons to suspect a bot. Suspected visits are marked, not dropped. They count in every number, and a second
 * time separately, so that a query can leave them out.
 */
export const SIGNALS = {
  hosting_network: "visits from networks that host servers, not people",
} as const;
export type Signal = keyof typeof SIGNALS;
export const SIGNAL_NAMES = Object.keys(SIGNALS) as Signal[];

/** Null without suspicion. Only the first of several reasons counts, so that the signals add up. */
export const signalOf = ({ network_type }: { network_type: string | null }): Signal | null =>
  network_type === "hosting" ? "hosting_network" : null;

/** The id for the separate counts of events with a signal. No property's id has a `~`. */
export const suspectsId = (siteId: string, signal: Signal): string => `${siteId}~${signal}`;

/** The catalogue's word for an absent value, as the tables store it. */
export const ABSENT_NETWORK_TYPE = "(unknown)";

/** False for networks with customers of all kinds, because page views from them say nothing about the organization. */
export const readsAsOrganization = (type: string | null): boolean =>
  type === "business" || type === "education" || type === "government";
