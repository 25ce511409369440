// Handing over: what collect could not give to the hub is given to it later, by ingest or by a replay.
import { type HubBatch, isImportName } from "../../domain/visits/hub";
import type { UnstampedMessage } from "../../domain/visits/message";
import { routesFor } from "../../domain/visits/shard";
import { loadProperty } from "../properties/properties";

/**
 * Gives the hubs what collect could not. They know by their ids the events that they have after all. Whose events they
 * are is asked anew: the property may have another number of shards by now.
 */
export async function handOver(
  { hub, batch }: UnstampedMessage,
  env: Pick<Cloudflare.Env, "DB" | "HUB">,
): Promise<void> {
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
