// Organizations that visited, and what they read, in D1: `networks` and `network_pages`.
import type { NetworkVisits } from "../domain/network-visits";
import { toParameters, upsert } from "./counts";

const KNOWN = ["network_type", "asn", "country", "region", "city"] as const;
const COLUMNS = ["site_id", "network", ...KNOWN, "first_seen", "last_seen"] as const;

/** What is known of a network is what its last event said, in whichever order runs come. */
const NETWORKS = `INSERT INTO networks (${COLUMNS.join(", ")})
  SELECT ${COLUMNS.map((_, i) => `value ->> ${i}`).join(", ")} FROM json_each(?) WHERE true
  ON CONFLICT (site_id, network) DO UPDATE SET
    ${KNOWN.map((column) => `${column} = iif(excluded.last_seen >= last_seen, excluded.${column}, ${column})`).join(", ")},
    first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)`;
const PAGES = upsert("network_pages", ["site_id", "day", "network", "page"], ["pageviews"]);

/** For the batch that moves the watermark: page views are added, so it must happen once. */
export function networkStatements(db: D1Database, siteId: string, visits: NetworkVisits): D1PreparedStatement[] {
  const networks = [...visits.networks.values()].map((visit) => [
    siteId,
    visit.network,
    ...KNOWN.map((column) => visit[column]),
    visit.first_seen,
    visit.last_seen,
  ]);
  const pages = [...visits.pages.values()].map(({ day, network, page, pageviews }) => [
    siteId,
    day,
    network,
    page,
    pageviews,
  ]);
  return [
    ...toParameters(networks).map((rows) => db.prepare(NETWORKS).bind(rows)),
    ...toParameters(pages).map((rows) => db.prepare(PAGES).bind(rows)),
  ];
}
