// The zones of addresses in the lake: reads IP lists, and writes and reads the facts about their addresses.
import { tableFromParquet, tableToParquet } from "../../domain/lake/table-parquet";
import {
  countStatuses,
  type EnrichmentCounts,
  type EnrichmentRow,
  type Found,
  IP_ENRICHMENT_COLUMNS,
  isAnswered,
  LISTED_COLUMNS,
  type ListedAddress,
  toFound,
} from "../../domain/networks/enrichment";
import { announceObjects } from "./garbage";
import { createObject } from "./objects";

/** The addresses of an IP list in order, each once, with the facts of its last day. @throws if the list is missing. */
export async function readAddresses(lake: R2Bucket, key: string): Promise<ListedAddress[]> {
  const object = await lake.get(key);
  if (!object) throw new Error(`lake lacks object ${key}`);
  const rows = await tableFromParquet<ListedAddress>(LISTED_COLUMNS, await object.arrayBuffer());
  return [...new Map(rows.map((row) => [row.ip, row])).values()];
}

/**
 * Writes the facts about a list's addresses. An existing object stays, and the caller lists that one.
 * @returns bytes.
 */
export async function writeEnrichment(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  key: string,
  rows: readonly EnrichmentRow[],
  now: number,
): Promise<number> {
  await announceObjects(DB, siteId, [key], now);
  return createObject(LAKE, key, tableToParquet<EnrichmentRow>(IP_ENRICHMENT_COLUMNS, rows));
}

export interface Enrichment {
  /** Only addresses with an answer of the provider. */
  found: Map<string, Found>;
  rows: number;
  bytes: number;
  counts: EnrichmentCounts;
}

/** The content of an enrichment object; null if there is none. */
export async function loadEnrichment(lake: R2Bucket, key: string): Promise<Enrichment | null> {
  const object = await lake.get(key);
  if (!object) return null;
  const rows = await tableFromParquet<EnrichmentRow>(IP_ENRICHMENT_COLUMNS, await object.arrayBuffer());
  const answered = rows.filter(({ status }) => isAnswered(status));
  return {
    found: new Map(answered.map((row) => [row.ip, toFound(row)])),
    rows: rows.length,
    bytes: object.size,
    counts: countStatuses(rows),
  };
}

/** The provider's answers by address. @throws when the object does not exist. */
export async function readEnrichment(lake: R2Bucket, key: string): Promise<Map<string, Found>> {
  const enrichment = await loadEnrichment(lake, key);
  if (!enrichment) throw new Error(`lake lacks object ${key}`);
  return enrichment.found;
}
