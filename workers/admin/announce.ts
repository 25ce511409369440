// Tells a property's hubs that its configuration has changed. The hubs pass this on to collect with their next reply,
// so a switch applies at a visitor's next page view although isolates cache a property for a minute.
import type { Property } from "../domain/properties/property";
import { shardName } from "../domain/visits/hub";
import { hubCount } from "../domain/visits/shard";
import { raiseVersion } from "../storage/properties/properties";

/** Call it after the change is in D1. If a hub cannot be reached, the change applies within that minute. */
export async function announceChange(
  { DB, HUB }: Pick<Cloudflare.Env, "DB" | "HUB">,
  property: Pick<Property, "site_id" | "shards" | "shard_changes">,
): Promise<void> {
  const { site_id } = property;
  const version = await raiseVersion(DB, site_id);
  const replies = await Promise.allSettled(
    Array.from({ length: hubCount(property) }, (_, shard) =>
      HUB.getByName(shardName(site_id, shard)).noteVersion(version),
    ),
  );
  for (const { status, ...rest } of replies)
    if (status === "rejected") console.error(`hub of ${site_id} was not told of version ${version}`, rest);
}
