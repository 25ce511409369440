// The live picture of a property: the sum of its hubs' parts.

import type { Caller } from "../../domain/properties/caller";
import type { Property } from "../../domain/properties/property";
import { describeError } from "../../domain/requests/describe-error";
import { Problem } from "../../domain/requests/problem";
import { type LivePicture, shardName } from "../../domain/visits/hub";
import { mergeLive } from "../../domain/visits/live";
import { hubCount } from "../../domain/visits/shard";
import { holderOf, noteHolder } from "../../storage/accounts/live-holders";

/** @throws Problem unavailable when a hub does not answer, because a picture without a shard would be wrong. */
export async function readLive(
  hubs: Cloudflare.Env["HUB"],
  property: Pick<Property, "site_id" | "shards" | "shard_changes">,
): Promise<LivePicture> {
  const { site_id } = property;
  const names = Array.from({ length: hubCount(property) }, (_, shard) => shardName(site_id, shard));
  try {
    return mergeLive(await Promise.all(names.map((name) => hubs.getByName(name).live())));
  } catch (error) {
    console.error(`live picture of ${site_id} failed`, describeError(error));
    throw new Problem("unavailable", "live data is unavailable; try again");
  }
}

/**
 * Opens a live socket at the property's first hub, which merges the parts of all hubs. It is closed when the caller's
 * session or key ends.
 * @throws Problem unavailable, too_many or unauthorized.
 */
export async function openLiveSocket(
  { DB, HUB }: Pick<Cloudflare.Env, "DB" | "HUB">,
  property: Pick<Property, "site_id" | "shards" | "shard_changes">,
  caller: Caller,
): Promise<Response> {
  const { site_id } = property;
  const holder = holderOf(caller);
  const asked = new URLSearchParams({ site_id, hubs: String(hubCount(property)), holder });
  if (caller.expires_at != null) asked.set("until", String(caller.expires_at));
  const hub = HUB.getByName(shardName(site_id, 0));
  let reply: Response;
  try {
    reply = await hub.fetch(`https://hub/?${asked}`, { headers: { upgrade: "websocket" } });
  } catch (error) {
    console.error(`live socket of ${site_id} failed`, describeError(error));
    throw new Problem("unavailable", "live data is unavailable; try again");
  }
  if (reply.status === 429) throw new Problem("too_many", "property has reached its limit of live sockets");
  // Noted after the socket is open: whichever comes first, this or the end of the key, the socket is closed.
  if (!(await noteHolder(DB, holder, site_id, Date.now()))) {
    await hub.hangUp(holder);
    throw new Problem("unauthorized", "session or API key has ended");
  }
  return reply;
}
