// Hand-over: ingest or a replay sends the hub the events that collect could not deliver.
import { type HubBatch, isImportName } from "../../domain/visits/hub";
import type { UnstampedMessage } from "../../domain/visits/message";
import { routesFor } from "../../domain/visits/shard";
import { loadProperty } from "../properties/properties";

/**
 * Sends hubs the events that collect could not deliver. Hubs recognize events they already have by id. The hub of each
 * event is computed again, because the number of shards may have changed.
 */
export async function handOver(
  { hub, batch }: UnstampedMessage,
  env: Pick<Cloudflare.Env, "DB" | "HUB">,
): Promise<void> {
  const { next: _, named: __, unnamed: ___, ...own } = batch;
  const property = await loadProperty(env.DB, batch.property.site_id);
  if (!property) return;
  const routes = isImportName(hub) ? [] : routesFor(property, batch.arrivals, Date.now());
  if (routes.length === 0) {
    const { unread } = await env.HUB.getByName(hub).accept(own);
    // Nothing was taken, so the message must come again.
    if (unread) throw new Error(unread.message);
    return;
  }
  // Sequentially: if one fails and all are retried, only the earlier ones are sent twice.
  for (const [i, { hubs, named, unnamed, arrivals }] of routes.entries()) {
    const [first, ...next] = hubs;
    const { refusals } = own;
    const part: HubBatch = {
      property: own.property,
      arrivals,
      ...(i === 0 ? { refusals } : {}),
      ...(next.length > 0 ? { next } : {}),
      ...(named ? { named } : {}),
      ...(unnamed ? { unnamed } : {}),
    };
    await env.HUB.getByName(first!).accept(part);
  }
}
