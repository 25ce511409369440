// Networks: which kinds there are, and which of them make us doubt that a visitor is a person. Zod-free.

export const NETWORK_TYPES = ["business", "isp", "hosting", "education", "government"] as const;
/** Null in the record and `(unknown)` in answers where nobody could say. */
export type NetworkType = (typeof NETWORK_TYPES)[number];

/**
 * Signals: reasons to suspect that a visit is a bot's. Such visits are marked, not dropped: they count in every number,
 * and once more on their own, so that a question can leave them out.
 */
export const SIGNALS = {
  hosting_network: "came from a hosting network, where servers are and people are not",
} as const;
export type Signal = keyof typeof SIGNALS;
export const SIGNAL_NAMES = Object.keys(SIGNALS) as Signal[];

/** Null where nothing is suspected. Of several reasons the first counts, so that the signals add up. */
export const signalOf = ({ network_type }: { network_type: string | null }): Signal | null =>
  network_type === "hosting" ? "hosting_network" : null;

/** Under which id the rollups keep the events with a signal apart. Ids of properties have no such sign. */
export const segmentOf = (siteId: string, signal: Signal): string => `${siteId}~${signal}`;

/** As the tables have it where nobody could say: the catalogue's word for an absent value. */
export const ABSENT_NETWORK_TYPE = "(unknown)";

/** False for networks of which everybody may be a customer: what is read from there says nothing of the organization. */
export const readsAsOrganization = (type: string | null): boolean =>
  type === "business" || type === "education" || type === "government";
