// A lake for tests: stamped events as ingest counts them, processed by the pipeline as far as a test says.
import { env } from "cloudflare:workers";
import type { StampedEvent } from "../../workers/domain/events/event";
import { pipelineKey } from "../../workers/domain/lake/keys";
import { tableToParquet } from "../../workers/domain/lake/table-parquet";
import type { EnrichmentRow } from "../../workers/domain/networks/enrichment";
import { IP_ENRICHMENT_COLUMNS } from "../../workers/domain/networks/enrichment";
import { unpackEvent } from "../../workers/domain/visits/packed";
import { extract } from "../../workers/pipeline/extract";
import { load } from "../../workers/pipeline/load";
import { countMessages } from "../../workers/storage/counts/count-messages";
import { listFiles, readEvents } from "../../workers/storage/lake/reading";
import { moveWatermarks, processedUntil } from "../../workers/storage/runs/watermarks";

let number = 0;

/** One event of a visit of its own, counted like any other. */
export function aStampedEvent(siteId: string, time: number, given: Partial<StampedEvent> = {}): StampedEvent {
  number += 1;
  const local_date = new Date(time).toISOString().slice(0, 10);
  const local_hour = Math.floor(time / 3_600_000) * 3_600_000;
  return {
    ...unpackEvent([]),
    ...{ site_id: siteId, event_id: `event-${number}`, event_type: "pageview", name: "pageview", seq: number },
    ...{ event_time: time, received_at: time, visitor_id: `visitor-${number}`, visit_id: `visit-${number}` },
    ...{ hostname: "shop.example", page: `/page/${number % 7}`, source: ["Google", null][number % 2]! },
    ...{ entry_page: `/page/${number % 7}`, exit_page: `/page/${number % 7}`, device: "Desktop", browser: "Firefox" },
    ...{ network: "Swisscom", network_type: "isp", asn: 3303, ip: `8.8.${number % 250}.0` },
    ...{ local_date, local_hour, visit_date: local_date, visit_hour: local_hour },
    ...{ new_visit: 1, bounce_delta: 1, duration_delta: 5, firsts: 2 ** 28 - 1, visit_firsts: 7, visit_bounce: 0 },
    ...{ visit_duration: 0, exit_lost: 0, exit_gained: 1 },
    ...given,
  };
}

/** A message of events, counted; its object in the raw zone. @returns its id in `lake_files`. */
export async function givenMessage(siteId: string, events: StampedEvent[], id = crypto.randomUUID()): Promise<number> {
  await countMessages([{ kind: "stamped", id, site_id: siteId, events, refusals: {} }], env);
  const raw = await listFiles(env.DB, siteId, ["raw"]);
  return raw.at(-1)!.id;
}

/** The pipeline has processed all that is there. */
export async function givenProcessed(siteId: string): Promise<number> {
  const last = (await listFiles(env.DB, siteId, ["raw"])).at(-1)!.id;
  const from = await processedUntil(env.DB, siteId);
  if (from < last) await env.DB.batch(moveWatermarks(env.DB, siteId, from, last, Date.now()));
  return last;
}

/** What a provider said of addresses in raw objects of a range of ids. */
export async function givenEnrichment(
  siteId: string,
  date: string,
  [first, last]: [number, number],
  rows: readonly (Partial<EnrichmentRow> & { ip: string })[],
): Promise<string> {
  const key = pipelineKey("ip_enrichment", date, siteId, first, last);
  const standard = { prefix: "192.0.2.0/24", provider: "http:test", status: "fetched", reason: null, network: null };
  const nothing = { network_type: null, asn: null, country: null, region: null, city: null, enriched_at: 1 };
  const body = tableToParquet<EnrichmentRow>(
    IP_ENRICHMENT_COLUMNS,
    rows.map((row) => ({ ...standard, ...nothing, ...row }) as EnrichmentRow),
  );
  await env.LAKE.put(key, body);
  await env.DB.prepare(
    `INSERT INTO lake_files (site_id, zone, key, rows, bytes, min_time, max_time, min_date, max_date, created_at, first_id, last_id)
     VALUES (?1, 'ip_enrichment', ?2, ?3, ?4, 0, 0, ?5, ?5, 0, ?6, ?7)`,
  )
    .bind(siteId, key, rows.length, body.byteLength, date, first, last)
    .run();
  return key;
}

/** All events of a property as they count, in the order of their ids. */
export async function eventsOf(siteId: string): Promise<StampedEvent[]> {
  const events: StampedEvent[] = [];
  for await (const portion of readEvents(env, siteId)) events.push(...portion);
  return events.sort((a, b) => (a.event_id < b.event_id ? -1 : 1));
}

/** Keys in the bucket that begin so. */
export async function keysIn(prefix: string): Promise<string[]> {
  const { objects } = await env.LAKE.list({ prefix });
  return objects.map(({ key }) => key);
}

/** The pipeline has processed and loaded all that is there, as a run does; nobody was asked about addresses. */
export async function givenLoaded(siteId: string): Promise<void> {
  const raw = await listFiles(env.DB, siteId, ["raw"]);
  const position = await processedUntil(env.DB, siteId);
  const waiting = raw.filter(({ id }) => id > position);
  const unit = {
    site_id: siteId,
    position,
    first_id: waiting[0]!.id,
    last_id: waiting.at(-1)!.id,
    files: waiting.length,
    rows: waiting.reduce((sum, { rows }) => sum + rows, 0),
  };
  const extracted = await extract(env, unit, Date.now());
  await load(env, "run of the test", extracted!, Date.now());
}
