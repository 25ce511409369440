// How fresh answers are: what the hubs have accepted is compared with the receipts in D1, before an answer is read.

import type { Property } from "../domain/properties/property";
import { describeError } from "../domain/requests/describe-error";
import { type HubBacklog, importName, shardName } from "../domain/visits/hub";
import { hubCount } from "../domain/visits/shard";
import { uncountedSince } from "../storage/counts/counts";

/**
 * The time (ms) until which every event that a hub has accepted is in an answer that is read after this; null when a hub
 * does not reply, because an answer without this time is better than none.
 */
export async function readFreshUntil(
  { DB, HUB }: Pick<Cloudflare.Env, "DB" | "HUB">,
  property: Pick<Property, "site_id" | "shards" | "shard_changes">,
): Promise<number | null> {
  const { site_id } = property;
  const names = Array.from({ length: hubCount(property) }, (_, shard) => shardName(site_id, shard));
  // RPC does not keep the types of tuples.
  let backlogs: (Omit<HubBacklog, "uncounted"> & { uncounted: unknown[][] })[];
  try {
    backlogs = await Promise.all([...names, importName(site_id)].map((name) => HUB.getByName(name).backlog()));
  } catch (error) {
    console.error(`backlog of ${site_id} could not be read`, describeError(error));
    return null;
  }
  const sent = backlogs.flatMap(({ uncounted }) => uncounted as HubBacklog["uncounted"]);
  const since = await uncountedSince(DB, sent);
  const times = backlogs.flatMap(({ now, unsent }) => [now, unsent ?? now]);
  return Math.min(...times, since ?? Number.POSITIVE_INFINITY);
}
