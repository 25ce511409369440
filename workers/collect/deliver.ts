// Delivery: sends events to their hubs, or to the queue if a hub does not answer. Resolves when everything is durable.

import type { Arrival, Sighting } from "../domain/events/event";
import type { Property } from "../domain/properties/property";
import { describeError } from "../domain/requests/describe-error";
import { Problem } from "../domain/requests/problem";
import type { Refusal, RefusalCounts } from "../domain/requests/refusal";
import { type AcceptReply, type HubBatch, type HubProperty, importName, shardName } from "../domain/visits/hub";
import type { UnstampedMessage } from "../domain/visits/message";
import { routesFor } from "../domain/visits/shard";
import type { Site } from "./site";
import { type KeyEnv, toArrivals } from "./visitor-keys";

export type DeliveryEnv = Pick<Cloudflare.Env, "HUB" | "EVENTS"> & KeyEnv;

const COULD_NOT_STORE = "events could not be stored; send them again";

/** Characters of a queue message: 128 KB, up to three bytes a character, and room for the envelope. */
const MESSAGE_CHARS = 40_000;

/** A batch without an address, which may wait in a queue. */
type CollectBatch = HubBatch & { arrivals: Arrival[] };

/** What the sender knows of the configuration. */
interface Knowing {
  version?: number;
  goals?: Site["goals"];
}

function toHubProperty(
  { site_id, timezone, privacy }: Property,
  hub: string,
  { version, goals }: Knowing,
): HubProperty {
  const about = { site_id, timezone, address: privacy.address, version };
  if (!goals || goals.told.has(hub)) return about;
  return { ...about, goals: { version: goals.version, list: goals.list } };
}

/** Refusals not yet sent to a hub, by property. During a flood they wait for the next accepted event. */
const held = new Map<string, RefusalCounts>();

/** Notes a refusal without calling the hub: refusals of a flood must not cost a call each. */
export function holdRefusal(siteId: string, refusal: Refusal): void {
  const counts = held.get(siteId) ?? {};
  counts[refusal] = (counts[refusal] ?? 0) + 1;
  held.set(siteId, counts);
}

function withHeld(siteId: string, counts: RefusalCounts): RefusalCounts {
  const waiting = held.get(siteId);
  if (!waiting) return counts;
  held.delete(siteId);
  const sum = { ...counts };
  for (const [reason, count] of Object.entries(waiting) as [Refusal, number][])
    sum[reason] = (sum[reason] ?? 0) + count;
  return sum;
}

/**
 * Hands events and refusals to the property's hubs.
 * @param version of the property's configuration; undefined if the caller has no use for a newer one.
 * @param goals for live data, which imports do not count in.
 * @returns how many events were new, and how many had been seen before. Events sent to the queue count as new.
 * `newer` is the version of the configuration, if a hub knows a newer one.
 * @throws Problem unavailable when neither the hub nor the queue takes them, or when D1 cannot be read and has the secret of a
 * date that this isolate has not read yet. Nothing has been acknowledged then.
 * @throws Problem unavailable or too_large when an import cannot be compared with the lake. None of these events was taken.
 */
export async function deliver(
  env: DeliveryEnv,
  property: Property,
  sightings: readonly Sighting[],
  refused: RefusalCounts,
  { isImport = false, version, goals }: Knowing & { isImport?: boolean } = {},
): Promise<AcceptReply> {
  const now = Date.now();
  const arrivals = await withoutAddresses(env, property, sightings, now);
  const refusals = withHeld(property.site_id, refused);
  const routes = isImport ? [{ hubs: [importName(property.site_id)], arrivals }] : routesFor(property, arrivals, now);
  const none = { hubs: [shardName(property.site_id, 0)], arrivals: [] };
  if (routes.length === 0 && Object.keys(refusals).length > 0) routes.push(none);
  const sum: AcceptReply = { accepted: 0, duplicates: 0 };
  const batches = routes.map(({ hubs: [hub, ...next], named, unnamed, arrivals: own }, i) => ({
    hub: hub!,
    batch: {
      property: toHubProperty(property, hub!, isImport ? { version } : { version, goals }),
      arrivals: own,
      ...(i === 0 ? { refusals } : {}),
      ...(isImport ? { imported: true as const } : {}),
      ...(next.length > 0 ? { next } : {}),
      ...(named ? { named } : {}),
      ...(unnamed ? { unnamed } : {}),
    } satisfies CollectBatch,
  }));
  await Promise.all(
    batches.map(async ({ hub, batch }) => {
      const reply = await acceptOrQueue(env, hub, batch, () => goals?.told.add(hub));
      if (reply.unread) throw new Problem(reply.unread.code, reply.unread.message);
      sum.accepted += reply.accepted;
      sum.duplicates += reply.duplicates;
      if (reply.newer !== undefined) sum.newer = Math.max(sum.newer ?? 0, reply.newer);
    }),
  );
  return sum;
}

async function withoutAddresses(
  env: KeyEnv,
  property: Property,
  sightings: readonly Sighting[],
  now: number,
): Promise<Arrival[]> {
  try {
    return await toArrivals(env, property, sightings, now);
  } catch (error) {
    console.error("visitor secrets could not be read", describeError(error));
    throw new Problem("unavailable", COULD_NOT_STORE);
  }
}

/** @param heard is called when the hub has read the batch. */
async function acceptOrQueue(
  env: DeliveryEnv,
  hub: string,
  { property: { goals, ...property }, ...given }: CollectBatch,
  heard: () => void,
): Promise<AcceptReply> {
  // Without the goals, which may be as large as a message.
  const batch: CollectBatch = { property, ...given };
  try {
    const reply = await env.HUB.getByName(hub).accept(
      JSON.stringify(goals ? { ...batch, property: { ...property, goals } } : batch),
    );
    heard();
    return reply;
  } catch (error) {
    console.error(`hub ${hub} did not take a batch; it goes to the queue`, describeError(error));
  }
  try {
    // The first part has the refusals. The hub may have counted them before it failed, so a few may count twice.
    for (const part of partsOf(batch))
      await env.EVENTS.send({ kind: "unstamped", hub, batch: part } satisfies UnstampedMessage, {
        contentType: "json",
      });
    return { accepted: batch.arrivals.length, duplicates: 0 };
  } catch (error) {
    console.error("queue did not take a batch", describeError(error));
    throw new Problem("unavailable", COULD_NOT_STORE);
  }
}

function partsOf(batch: CollectBatch): CollectBatch[] {
  const parts: CollectBatch[] = [];
  let arrivals: Arrival[] = [];
  let size = 0;
  for (const arrival of batch.arrivals) {
    const length = JSON.stringify(arrival).length;
    if (size + length > MESSAGE_CHARS && arrivals.length > 0) {
      parts.push({ ...batch, arrivals, refusals: parts.length === 0 ? batch.refusals : undefined });
      arrivals = [];
      size = 0;
    }
    arrivals.push(arrival);
    size += length;
  }
  parts.push({ ...batch, arrivals, refusals: parts.length === 0 ? batch.refusals : undefined });
  return parts;
}
