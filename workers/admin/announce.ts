// Tells a property's hubs that its configuration has changed, and which goals live data counts. The hubs pass the version on
// to collect with their next reply, so a switch applies at a visitor's next page view although isolates cache a property for
// a minute.

import { toLiveGoals } from "../domain/analysis/saved/simple-goal";
import type { Property } from "../domain/properties/property";
import { describeError } from "../domain/requests/describe-error";
import { shardName } from "../domain/visits/hub";
import { hubCount } from "../domain/visits/shard";
import { raiseVersion } from "../storage/properties/properties";
import { listGoals } from "../storage/saved/goals";

/** Call it after the change is in D1. If a hub cannot be reached, the change applies within that minute. */
export async function announceChange(
  { DB, HUB }: Pick<Cloudflare.Env, "DB" | "HUB">,
  property: Pick<Property, "site_id" | "shards" | "shard_changes">,
): Promise<void> {
  const { site_id } = property;
  const version = await raiseVersion(DB, site_id);
  const goals = { version, list: toLiveGoals(await listGoals(DB, site_id)) };
  const replies = await Promise.allSettled(
    Array.from({ length: hubCount(property) }, (_, shard) =>
      HUB.getByName(shardName(site_id, shard)).noteVersion(version, goals),
    ),
  );
  for (const { status, ...rest } of replies)
    if (status === "rejected")
      console.error(`hub of ${site_id} was not told of version ${version}`, describeError(rest));
}
