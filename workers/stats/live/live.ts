// The live picture of a property: the sum of its hubs' parts.
import type { Property } from "../../domain/properties/property";
import { Problem } from "../../domain/requests/problem";
import { type LivePicture, shardName } from "../../domain/visits/hub";
import { mergeLive } from "../../domain/visits/live";
import { hubCount } from "../../domain/visits/shard";

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
    console.error(`live picture of ${site_id} failed`, error);
    throw new Problem("unavailable", "live data is unavailable; try again");
  }
}

/**
 * Opens a live socket at the property's first hub, which merges the parts of all hubs.
 * @throws Problem unavailable or too_many.
 */
export async function openLiveSocket(
  hubs: Cloudflare.Env["HUB"],
  property: Pick<Property, "site_id" | "shards" | "shard_changes">,
): Promise<Response> {
  const { site_id } = property;
  const address = `https://hub/?${new URLSearchParams({ site_id, hubs: String(hubCount(property)) })}`;
  let reply: Response;
  try {
    reply = await hubs.getByName(shardName(site_id, 0)).fetch(address, { headers: { upgrade: "websocket" } });
  } catch (error) {
    console.error(`live socket of ${site_id} failed`, error);
    throw new Problem("unavailable", "live data is unavailable; try again");
  }
  if (reply.status === 429) throw new Problem("too_many", "property has reached its limit of live sockets");
  return reply;
}
