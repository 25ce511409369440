// The queue consumer: stamped messages become Parquet objects and one D1 batch; un-stamped ones go to their hub. Crash
// anywhere, deliver anything twice, in any grouping: lake and rollups come out the same.
import type { StampedEvent } from "../domain/event";
import { type HubBatch, isImportName } from "../domain/hub";
import { rawKey, unpackEvent } from "../domain/lake";
import type { EventMessage, PackedMessage, StampedMessage, UnstampedMessage } from "../domain/message";
import { toParquet } from "../domain/parquet";
import type { Rollup } from "../domain/rollup";
import { countedIdsOf, rollUpWithSegments } from "../domain/segments";
import { routesFor } from "../domain/shard";
import { type Count, type CountedMessage, countedAmong, knownAmong, writeCount } from "../storage/counts";
import { createObject } from "../storage/lake";
import { foldWhenDue } from "../storage/pending";
import { loadProperty } from "../storage/properties";

export type IngestEnv = Pick<Cloudflare.Env, "DB" | "LAKE" | "HUB">;

/** Objects written at once: a Worker holds six connections. */
const WRITERS = 6;

/** @throws when the text is not a message. */
export function readMessage(body: unknown): EventMessage {
  const message = (typeof body === "string" ? JSON.parse(body) : body) as PackedMessage | UnstampedMessage;
  if (message.kind === "unstamped") return message;
  if (message.kind !== "stamped") throw new Error("message is of no known kind");
  return { ...message, events: message.events.map(unpackEvent) };
}

interface Delivery {
  delivery: Message;
  message: StampedMessage;
}

/**
 * Handles one delivery. What could be handled is acknowledged, the rest is asked for again.
 * @throws when folding fails, which is nobody's loss: the counts wait on, and by then every message has its answer.
 */
export async function consume(batch: MessageBatch, env: IngestEnv): Promise<void> {
  const stamped: Delivery[] = [];
  for (const delivery of batch.messages) {
    try {
      const message = readMessage(delivery.body);
      if (message.kind === "stamped") {
        stamped.push({ delivery, message });
        continue;
      }
      await handOver(message, env);
      delivery.ack();
    } catch (error) {
      retry(delivery, error);
    }
  }
  if (stamped.length === 0) return;
  await countDeliveries(stamped, env);
  const sites = new Set(stamped.map(({ message }) => message.site_id));
  await foldWhenDue(env.DB, Date.now(), [...sites].flatMap(countedIdsOf));
}

async function countDeliveries(stamped: readonly Delivery[], env: IngestEnv): Promise<void> {
  try {
    await countMessages(
      stamped.map(({ message }) => message),
      env,
    );
    for (const { delivery } of stamped) delivery.ack();
  } catch (error) {
    if (stamped.length === 1) return retry(stamped[0]!.delivery, error);
    // One of them may be the reason: each on its own, so that it keeps nobody else from being counted.
    for (const { delivery, message } of stamped) {
      try {
        await countMessages([message], env);
        delivery.ack();
      } catch (reason) {
        retry(delivery, reason);
      }
    }
  }
}

/**
 * Gives the hubs what collect could not. They know by their ids the events that they have after all. Whose events they
 * are is asked anew: the property may have another number of shards by now.
 */
export async function handOver({ hub, batch }: UnstampedMessage, env: IngestEnv): Promise<void> {
  const { next: _, ...own } = batch;
  const property = await loadProperty(env.DB, batch.property.site_id);
  if (!property) return;
  const routes = isImportName(hub) ? [] : routesFor(property, batch.arrivals, Date.now());
  if (routes.length === 0) {
    await env.HUB.getByName(hub).accept(own);
    return;
  }
  // One after the other: should one fail and all be tried again, what was said of the first is said again at worst.
  for (const [i, { hubs, arrivals }] of routes.entries()) {
    const [first, ...next] = hubs;
    const { refusals } = own;
    const part: HubBatch = { property: own.property, arrivals, ...(i === 0 ? { refusals } : {}) };
    await env.HUB.getByName(first!).accept(next.length > 0 ? { ...part, next } : part);
  }
}

function retry(delivery: Message, error: unknown): void {
  console.error(`message ${delivery.id} could not be counted at attempt ${delivery.attempts}`, error);
  // Attempts begin at 1: 10, 20, 40, 80 s, so that a short outage does not use them up.
  delivery.retry({ delaySeconds: Math.min(10 * 2 ** (delivery.attempts - 1), 600) });
}

/** Writes the messages into the lake and counts them; those that were counted before, or whose property is gone, not. */
export async function countMessages(messages: readonly StampedMessage[], env: IngestEnv): Promise<void> {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const known = await knownAmong(env.DB, [...new Set(messages.map(({ site_id }) => site_id))]);
  const todo = [...byId.values()].filter(({ site_id }) => known.has(site_id));
  if (todo.length === 0) return;
  const counted = await inParallel(todo, (message) => writeObject(message, env.LAKE));
  try {
    await writeCount(env.DB, toCount(todo, counted), Date.now());
  } catch (error) {
    // A receipt that exists fails the whole batch: leave out what has one, and count the others.
    const before = await countedAmong(
      env.DB,
      todo.map(({ id }) => id),
    );
    if (before.size === 0) throw error;
    await countMessages(
      todo.filter(({ id }) => !before.has(id)),
      env,
    );
  }
}

/** The message's object in the lake: its key is the message's id, so that writing it again changes nothing. */
async function writeObject(message: StampedMessage, lake: R2Bucket): Promise<CountedMessage> {
  const { id, site_id, events } = message;
  if (events.length === 0) return { id, site_id, file: null };
  const dates = events.map((event) => event.local_date).sort();
  const times = events.map((event) => event.event_time);
  const key = rawKey(site_id, events[0]!.local_date, id);
  return {
    id,
    site_id,
    file: {
      key,
      rows: events.length,
      bytes: await createObject(lake, key, toParquet(events)),
      min_time: times.reduce((a, b) => Math.min(a, b)),
      max_time: times.reduce((a, b) => Math.max(a, b)),
      min_date: dates[0]!,
      max_date: dates.at(-1)!,
    },
  };
}

function toCount(messages: readonly StampedMessage[], counted: CountedMessage[]): Count {
  const events = new Map<string, StampedEvent[]>();
  const refusals: Count["refusals"] = [];
  for (const message of messages) {
    events.set(message.site_id, [...(events.get(message.site_id) ?? []), ...message.events]);
    for (const [day, counts] of Object.entries(message.refusals))
      for (const [reason, count] of Object.entries(counts)) refusals.push([message.site_id, day, reason, count]);
  }
  const rollups = new Map<string, Rollup>([...events].flatMap(([siteId, all]) => [...rollUpWithSegments(siteId, all)]));
  return { messages: counted, rollups, refusals };
}

async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all(Array.from({ length: Math.min(WRITERS, items.length) }, worker));
  return results;
}
