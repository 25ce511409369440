// Everything after collect, in the hands of a test: the queue's letters, the lake's rows, and what D1 has counted.
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import type { StampedEvent } from "../../workers/domain/events/event";
import { fromParquet } from "../../workers/domain/lake/parquet";
import { shardName } from "../../workers/domain/visits/hub";
import worker from "../../workers/index";
import { checkAll } from "../../workers/maintenance/rebuild";
import { call, givenKey } from "./given";

export interface Letter {
  id: string;
  body: unknown;
}

export interface HeldQueue {
  letters: Letter[];
  /** True while the queue takes nothing. */
  isAway: boolean;
}

/** The queue keeps what it is sent until the test delivers it; also over the eviction of a hub. */
export function givenHeldQueue(): HeldQueue {
  const queue: HeldQueue = { letters: [], isAway: false };
  beforeEach(() => {
    queue.letters = [];
    queue.isAway = false;
    vi.spyOn(Object.getPrototypeOf(env.EVENTS) as Queue, "send").mockImplementation(async (body: unknown) => {
      if (queue.isAway) throw new Error("queue is away");
      queue.letters.push({ id: crypto.randomUUID(), body: structuredClone(body) });
      return undefined as never;
    });
  });
  afterEach(() => vi.restoreAllMocks());
  return queue;
}

/** One delivery to the Worker's consumer. */
export async function deliverLetters(letters: readonly Letter[], from = "trackkit-events", bindings = env) {
  const messages = letters.map(({ id, body }) => ({ id, body, timestamp: new Date(), attempts: 1 }));
  const batch = createMessageBatch(from, messages);
  const context = createExecutionContext();
  await worker.queue(batch, bindings);
  return getQueueResult(batch, context);
}

/** Lets the hubs send all they have, and ingest count it. */
export async function countAll(queue: HeldQueue, ...hubs: string[]): Promise<void> {
  for (const hub of hubs) await env.HUB.getByName(hub).flush();
  while (queue.letters.length > 0) {
    const result = await deliverLetters(queue.letters.splice(0, 100));
    if (result.retryMessages.length > 0) throw new Error("a message could not be counted");
  }
}

export const mainHub = (siteId: string): string => shardName(siteId, 0);

/** All rows of a property in the lake, in the hub's order. */
export async function lakeRows(siteId: string): Promise<StampedEvent[]> {
  const rows: StampedEvent[] = [];
  const { objects } = await env.LAKE.list({ prefix: `raw/site_id=${siteId}/` });
  for (const { key } of objects) {
    const object = await env.LAKE.get(key);
    rows.push(...(await fromParquet(await object!.arrayBuffer())));
  }
  return rows.sort((a, b) => a.seq - b.seq);
}

/** Ids of what is in the lake, less the first visits that the hub adds. */
export async function lakeIds(siteId: string): Promise<string[]> {
  const rows = await lakeRows(siteId);
  return rows.filter(({ event_type }) => event_type !== "first_visit").map(({ event_id }) => event_id);
}

/** Where the rollups in D1 differ from a recount of the lake. */
export const differences = (siteId: string) => checkAll(env, siteId);

export interface Row {
  dimensions: string[];
  metrics: number[];
}

/** Asks like a client of the stats API. */
export async function ask(siteId: string, metrics: string[], question: Record<string, unknown> = {}): Promise<Row[]> {
  const body = { site_id: siteId, metrics, date_range: "all", ...question };
  const reply = await call("POST", "/api/v2/query", { key: await givenKey(), body });
  if (reply.status !== 200) throw new Error(await reply.text());
  return ((await reply.json()) as { results: Row[] }).results;
}

/** Refused events by reason. */
export async function refusalsOf(siteId: string): Promise<Record<string, number>> {
  const reply = await call("GET", `/api/v1/properties/${siteId}/refusals`, { key: await givenKey() });
  const { refusals } = (await reply.json()) as { refusals: { reason: string; count: number }[] };
  return Object.fromEntries(refusals.map(({ reason, count }) => [reason, count]));
}

/** How many rows and objects there are that came from events. */
export async function storedTraces(): Promise<number> {
  const tables = [
    "receipts",
    "lake_files",
    "rollup_hours",
    "rollup_days",
    "packed_days",
    "rollup_pending",
    "dead_letters",
  ];
  const counts = await Promise.all(
    tables.map((table) => env.DB.prepare(`select count(*) as n from ${table}`).first("n")),
  );
  const { objects } = await env.LAKE.list();
  return counts.reduce<number>((sum, count) => sum + Number(count), objects.length);
}
