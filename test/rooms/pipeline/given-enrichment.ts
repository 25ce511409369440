// Builders for tests of enrichment: IP lists in the lake, steps without a Workflow, and a provider's settings.
import { env } from "cloudflare:workers";
import { inject } from "vitest";
import { tableFromParquet, tableToParquet } from "../../../workers/domain/lake/table-parquet";
import { type EnrichmentRow, IP_ENRICHMENT_COLUMNS } from "../../../workers/domain/networks/enrichment";
import { IP_LIST_COLUMNS, type IpRow } from "../../../workers/domain/networks/ip-list";
import type { EnrichmentUnit } from "../../../workers/domain/runs/run-params";
import type { Steps } from "../../../workers/jobs/steps";
import { PATIENCE, type Patience } from "../../../workers/pipeline/providers/patience";

import type {} from "../../provider/behaviour";

export const DAY = "2026-11-20";

export function listedAddress(ip: string, given: Partial<IpRow> = {}): IpRow {
  return {
    day: DAY,
    ip,
    first_seen: 1000,
    last_seen: 2000,
    hits: 3,
    network: "Edge Networks",
    network_type: "isp",
    asn: 64_500,
    country: "DE",
    region: "Berlin",
    city: "Berlin",
    ...given,
  };
}

/** A property's list in the lake. */
export async function givenIpList(siteId: string, rows: readonly (IpRow | string)[]): Promise<EnrichmentUnit> {
  const place = `date=${DAY}/site_id=${siteId}/1-9.parquet`;
  const list = rows.map((row) => (typeof row === "string" ? listedAddress(row) : row));
  await env.LAKE.put(`ip_list/${place}`, tableToParquet<IpRow>(IP_LIST_COLUMNS, list));
  return { site_id: siteId, first_id: 1, last_id: 9, ip_list: `ip_list/${place}`, target: `ip_enrichment/${place}` };
}

export async function enrichedRows({ target }: EnrichmentUnit): Promise<EnrichmentRow[]> {
  const object = await env.LAKE.get(target);
  if (!object) throw new Error(`lake lacks object ${target}`);
  return tableFromParquet<EnrichmentRow>(IP_ENRICHMENT_COLUMNS, await object.arrayBuffer());
}

export interface HeldSteps extends Steps {
  /** Names of steps that were done, with what they noted. */
  done: Map<string, string>;
  /** Bytes of each step's result. */
  sizes: number[];
  /** Results by the names of steps, as JSON. */
  results: Map<string, string>;
}

/** Steps whose results are kept, as a Workflow keeps them: given again to whoever runs it anew. */
export function givenSteps(): HeldSteps {
  const results = new Map<string, string>();
  const done = new Map<string, string>();
  const sizes: number[] = [];
  return {
    done,
    sizes,
    results,
    async do<T>(name: string, work: (note: (text: string) => void) => Promise<T>): Promise<T> {
      if (!results.has(name)) {
        let noted = "";
        const result = await work((text) => {
          noted = text;
        });
        const kept = JSON.stringify(result ?? null);
        results.set(name, kept);
        sizes.push(new TextEncoder().encode(kept).byteLength);
        done.set(name, noted);
      }
      return JSON.parse(results.get(name)!) as T;
    },
    waitFor: async () => true,
  };
}

/** The provider of the tests, as settings name it. */
export function providerSettings(place: string, given: Partial<Cloudflare.Env> = {}): Cloudflare.Env {
  const url = `${inject("provider")}/${place}/{ip}`;
  return { ...env, IP_PROVIDER: "http", IP_PROVIDER_URL: url, IP_PROVIDER_FIELDS: "ipinfo", ...given };
}

/** Patience that wastes no time of the tests. On a busy machine even an answer over loopback takes more than 100 ms. */
export const hasty = (given: Partial<Patience> = {}): Patience => ({
  ...PATIENCE,
  timeout: 2_000,
  backOff: { base: 20, max: 100 },
  breaker: { failures: 10, pause: 50, openings: 3 },
  ...given,
});

export const callsOf = async (): Promise<number> =>
  (await env.DB.prepare("SELECT sum(calls) AS calls FROM provider_calls").first<{ calls: number | null }>())?.calls ??
  0;
