// What was found out of addresses, as the lake keeps it.
import { parquetReadObjects } from "hyparquet";
import type { Found } from "../domain/enrichment";

/** What providers said, by address; addresses of which they said nothing are not in it. */
export async function readEnrichment(lake: R2Bucket, key: string): Promise<Map<string, Found>> {
  const object = await lake.get(key);
  if (!object) throw new Error(`lake lacks object ${key}`);
  const rows = await parquetReadObjects({ file: await object.arrayBuffer() });
  const found = new Map<string, Found>();
  for (const { ip, status, network, network_type, asn, country, region, city } of rows)
    if (status === "cached" || status === "fetched")
      found.set(ip, { network, network_type, asn: asn === null ? null : Number(asn), country, region, city });
  return found;
}
