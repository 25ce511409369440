// IP enrichment: the child Workflow of a run. Says what is known of each address of an IP list.
import { countStatuses, type EnrichmentRow, type ListedAddress, tellCounts } from "../domain/enrichment";
import { prefixOf } from "../domain/prefix";
import type { EnrichmentParams, EnrichmentUnit } from "../domain/run-params";
import { readAddresses, writeEnrichment } from "../storage/enrichment";
import type { Steps } from "./steps";

const edgeRow = (listed: ListedAddress, now: number): EnrichmentRow => ({
  ...listed,
  prefix: prefixOf(listed.ip),
  provider: "edge",
  status: "edge",
  reason: null,
  enriched_at: now,
});

async function enrichUnit(env: Cloudflare.Env, steps: Steps, unit: EnrichmentUnit): Promise<void> {
  const { ip_list } = unit;
  if (ip_list === null) return;
  await steps.do(`enrich ${unit.site_id} ${unit.first_id}`, async (note) => {
    const now = Date.now();
    const rows = (await readAddresses(env.LAKE, ip_list)).map((listed) => edgeRow(listed, now));
    await writeEnrichment(env, unit.site_id, unit.target, rows, now);
    note(tellCounts(countStatuses(rows)));
  });
}

/** Says what is known of the addresses of each unit, and tells the parent. */
export async function enrich(env: Cloudflare.Env, steps: Steps, { parent, units }: EnrichmentParams): Promise<void> {
  for (const unit of units) await enrichUnit(env, steps, unit);
  if (parent === null) return;
  await steps.do("tell the run", async () => {
    const instance = await env.PIPELINE.get(parent);
    await instance.sendEvent({ type: "enriched", payload: {} });
  });
}
