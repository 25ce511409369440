// Closes the live sockets of sessions and API keys that have ended.
import { shardName } from "../domain/visits/hub";
import { takeHolders } from "../storage/accounts/live-holders";

/** The first hub of a property holds all its sockets. */
export async function closeLive(
  { DB, HUB }: Pick<Cloudflare.Env, "DB" | "HUB">,
  holders: readonly string[],
): Promise<void> {
  if (holders.length === 0) return;
  const watched = await takeHolders(DB, holders);
  await Promise.all(watched.map(({ holder, site_id }) => HUB.getByName(shardName(site_id, 0)).hangUp(holder)));
}
