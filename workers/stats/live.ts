// The live picture of a property: the shares of its hubs, added up.
import { type LivePicture, shardName } from "../domain/hub";
import { mergeLive } from "../domain/live";
import { Problem } from "../domain/problem";
import type { Property } from "../domain/property";

/** @throws Problem unavailable when a hub does not answer: a picture without a shard would be a wrong one. */
export async function readLive(
  hubs: Cloudflare.Env["HUB"],
  { site_id, shards }: Pick<Property, "site_id" | "shards">,
): Promise<LivePicture> {
  const names = Array.from({ length: shards }, (_, shard) => shardName(site_id, shard));
  try {
    return mergeLive(await Promise.all(names.map((name) => hubs.getByName(name).live())));
  } catch (error) {
    console.error(`live picture of ${site_id} failed`, error);
    throw new Problem("unavailable", "live picture cannot be reached right now");
  }
}
