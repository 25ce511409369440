// IP enrichment: the child Workflow of a run.
import type { EnrichmentParams } from "../domain/run-params";
import type { Steps } from "./steps";

/** Says what is known of the addresses of each unit, and tells the parent. */
export async function enrich(env: Cloudflare.Env, steps: Steps, { parent, event }: EnrichmentParams): Promise<void> {
  if (parent === null) return;
  await steps.do("tell the run", async () => {
    const instance = await env.PIPELINE.get(parent);
    await instance.sendEvent({ type: event, payload: {} });
  });
}
