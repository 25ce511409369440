// Visiting organizations: `networks` has the facts about them, the rollups have their counts and pages.
import { NETWORK_PAGE } from "../../domain/counts/details";
import { TOTAL } from "../../domain/counts/rollup";
import { dimensionFor, type Facts } from "../../domain/events/catalog";
import { SIGNAL_NAMES, type Signal, suspectsId } from "../../domain/networks/network";
import type { NetworkVisit, NetworkVisits } from "../../domain/networks/network-visits";
import type { PropertyDays } from "../counts/details";
import { DAY_COUNTS, UNPACKED_DAYS } from "../counts/pending";
import { keySql, placeSql } from "../counts/value";
import { toParameters } from "../parameters";

const KNOWN = ["network_type", "asn", "country", "region", "city"] as const;
const COLUMNS = ["site_id", "network", ...KNOWN, "first_seen", "last_seen"] as const;

/** A network has the facts of its last event, regardless of the order of the runs. */
const NETWORKS = `INSERT INTO networks (${COLUMNS.join(", ")})
  SELECT ${COLUMNS.map((_, i) => `value ->> ${i}`).join(", ")} FROM json_each(?) WHERE true
  ON CONFLICT (site_id, network) DO UPDATE SET
    ${KNOWN.map((column) => `${column} = iif(excluded.last_seen >= last_seen, excluded.${column}, ${column})`).join(", ")},
    first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)`;

/** Repeated or late statements change nothing. */
export function networkStatements(db: D1Database, siteId: string, visits: NetworkVisits): D1PreparedStatement[] {
  const networks = [...visits.values()].map((visit) => [
    siteId,
    visit.network,
    ...KNOWN.map((column) => visit[column]),
    visit.first_seen,
    visit.last_seen,
  ]);
  return toParameters(networks).map((rows) => db.prepare(NETWORKS).bind(rows));
}

type ShownFacts = Pick<Facts, "visitors" | "visits" | "pageviews" | "events">;
const SHOWN_FACTS = ["visitors", "visits", "pageviews", "events"] as const;

/** Counts of some days by value for these ids (SQL), the most visitors first. */
const byValue = (ids: string, dimension: string, groups = "value"): string => {
  const counts = DAY_COUNTS.map(
    (table) => `SELECT site_id, value, ${SHOWN_FACTS.join(", ")} FROM ${table}
      WHERE site_id IN (${ids}) AND day BETWEEN ?2 AND ?3 AND dimension = '${dimension}'`,
  ).join(" UNION ALL ");
  return `SELECT ${groups}, ${SHOWN_FACTS.map((fact) => `sum(${fact}) AS ${fact}`).join(", ")} FROM (${counts})
    GROUP BY ${groups} HAVING ${SHOWN_FACTS.map((fact) => `sum(${fact}) <> 0`).join(" OR ")}
    ORDER BY visitors DESC, pageviews DESC, ${groups}`;
};

/** Networks with known names, up to a limit. */
const TOP = `SELECT * FROM (${byValue("?1", "network")}) WHERE value <> '${dimensionFor("visit:network")!.absent}' LIMIT ?4`;
const TOP_KNOWN = `SELECT top.*, ${[...KNOWN, "first_seen", "last_seen"].join(", ")} FROM (${TOP}) top
  LEFT JOIN networks ON networks.site_id = ?1 AND networks.network = top.value
  ORDER BY visitors DESC, pageviews DESC, value`;
/**
 * The key finds packed rows by network. Waiting counts, and counts that did not fit into packed rows, are in
 * DAY_COUNTS.
 */
const TOP_PAGES = `WITH
  top AS MATERIALIZED (SELECT value FROM (${TOP})),
  read AS (
    SELECT place AS network, key AS page, events FROM ${UNPACKED_DAYS}
    WHERE site_id = ?1 AND dimension = '${NETWORK_PAGE}' AND place IN (SELECT value FROM top) AND day BETWEEN ?2 AND ?3
    ${DAY_COUNTS.map(
      (table) => `UNION ALL SELECT ${placeSql("value")}, ${keySql("value")}, events FROM ${table}
        WHERE site_id = ?1 AND dimension = '${NETWORK_PAGE}' AND day BETWEEN ?2 AND ?3`,
    ).join(" ")})
  SELECT network, page, views AS pageviews FROM (
    SELECT network, page, sum(events) AS views,
      row_number() OVER (PARTITION BY network ORDER BY sum(events) DESC, page) AS place
    FROM read WHERE network IN (SELECT value FROM top) GROUP BY network, page HAVING sum(events) > 0)
  WHERE place <= ?5 ORDER BY network, place`;

export interface NetworkCounts {
  /** Facts beyond the counts are null until a pipeline run has seen the network. */
  networks: (ShownFacts & { value: string } & { [K in keyof Omit<NetworkVisit, "network">]: NetworkVisit[K] | null })[];
  pages: { network: string; page: string; pageviews: number }[];
  types: (ShownFacts & { value: string })[];
  signals: (ShownFacts & { signal: Signal })[];
}

type KnownFacts = Omit<NetworkCounts["networks"][number], "value" | keyof ShownFacts>;
const NOTHING_KNOWN: KnownFacts = {
  ...{ network_type: null, asn: null, country: null, region: null, city: null },
  ...{ first_seen: null, last_seen: null },
};

/** What is known of some networks beyond the counts, by name. */
export async function readNetworkFacts(
  db: D1Database,
  siteId: string,
  names: readonly string[],
): Promise<(name: string) => KnownFacts> {
  const columns = [...KNOWN, "first_seen", "last_seen"].join(", ");
  const { results } = await db
    .prepare(
      `SELECT network, ${columns} FROM networks WHERE site_id = ?1 AND network IN (SELECT value FROM json_each(?2))`,
    )
    .bind(siteId, JSON.stringify(names))
    .all<KnownFacts & { network: string }>();
  const known = new Map(results.map(({ network, ...facts }) => [network, facts]));
  return (name) => known.get(name) ?? NOTHING_KNOWN;
}

/** The networks with the most visitors on some days, their pages, and the counts by type and by signal. */
export async function readNetworks(
  db: D1Database,
  { site_id, from, to }: PropertyDays,
  most: number,
  mostPages: number,
): Promise<NetworkCounts> {
  const [networks, pages, types, suspects] = (await db.batch([
    db.prepare(TOP_KNOWN).bind(site_id, from, to, most),
    db.prepare(TOP_PAGES).bind(site_id, from, to, most, mostPages),
    db.prepare(byValue("?1", "network_type")).bind(site_id, from, to),
    db
      .prepare(byValue("SELECT value FROM json_each(?1)", TOTAL, "site_id"))
      .bind(JSON.stringify(SIGNAL_NAMES.map((signal) => suspectsId(site_id, signal))), from, to),
  ])) as [
    D1Result<NetworkCounts["networks"][number]>,
    D1Result<NetworkCounts["pages"][number]>,
    D1Result<NetworkCounts["types"][number]>,
    D1Result<ShownFacts & { site_id: string }>,
  ];
  const signals = SIGNAL_NAMES.flatMap((signal) =>
    suspects.results
      .filter((row) => row.site_id === suspectsId(site_id, signal))
      .map(({ site_id: _, ...counts }) => ({ signal, ...counts })),
  );
  return { networks: networks.results, pages: pages.results, types: types.results, signals };
}
