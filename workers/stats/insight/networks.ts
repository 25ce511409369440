// Insight into networks: the visiting organizations, their pages and types, and suspected bots.
import type { NetworksInsight } from "../../domain/counts/insight";
import { ABSENT_NETWORK_TYPE, SIGNALS } from "../../domain/networks/network";
import { networkTypeFor } from "../../domain/networks/network-type";
import type { InsightSource } from "./source";

const MOST_NETWORKS = 200;
const MOST_PAGES = 5;

const toTime = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString());

/**
 * Visits without a known network appear in the types only. Facts about a network other than its counts need a run of
 * the pipeline.
 */
export async function networksInsight(source: InsightSource): Promise<NetworksInsight> {
  const { networks, pages, types, signals } = await source.networks(MOST_NETWORKS, MOST_PAGES);
  const pagesOf = Map.groupBy(pages, ({ network }) => network);
  return {
    networks: networks.map((network) => ({
      network: network.value,
      network_type: network.network_type ?? networkTypeFor(network.asn, network.value) ?? ABSENT_NETWORK_TYPE,
      asn: network.asn,
      place: { country: network.country, region: network.region, city: network.city },
      visitors: network.visitors,
      visits: network.visits,
      pageviews: network.pageviews,
      first_seen: toTime(network.first_seen),
      last_seen: toTime(network.last_seen),
      pages: (pagesOf.get(network.value) ?? []).map(({ page, pageviews }) => ({ page, pageviews })),
    })),
    types: types.map(({ value, visitors, visits, pageviews }) => ({
      network_type: value,
      visitors,
      visits,
      pageviews,
    })),
    signals: signals.map(({ signal, ...counts }) => ({ signal, meaning: SIGNALS[signal], ...counts })),
  };
}
