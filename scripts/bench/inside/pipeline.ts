// The pipeline inside the counting Worker: the real run, its child and the real compaction, step by step in one isolate,
// so that steps, rows and operations can be counted and nothing else takes time.
import { fromParquet } from "../../../workers/domain/lake/parquet";
import type { EnrichmentParams } from "../../../workers/domain/runs/run-params";
import type { Steps } from "../../../workers/jobs/steps";
import { enrich } from "../../../workers/pipeline/enrich";
import { runPipeline } from "../../../workers/pipeline/run";
import { countMessages } from "../../../workers/storage/counts/count-messages";
import { beginRun } from "../../../workers/storage/runs/runs";
import { runTask } from "../../../workers/tasks";
import type { PipelinePart } from "../tally";
import { countedEnv, since, tally } from "./watch";

/** Steps that are counted, and done at once. */
function countedSteps(): Steps {
  return {
    do(_, work) {
      tally.workflow_steps += 1;
      return work(() => undefined);
    },
    async waitFor() {
      tally.workflow_steps += 1;
      return true;
    },
  };
}

/** One message's events, as a Parquet file: the bench makes them, and its own property gets them. */
export async function fillLake(request: Request, env: Cloudflare.Env): Promise<Response> {
  const events = await fromParquet(await request.arrayBuffer());
  const { site_id } = events[0]!;
  await countMessages([{ kind: "stamped", id: crypto.randomUUID(), site_id, events, refusals: {} }], env);
  return new Response(null, { status: 204 });
}

async function measured(work: () => Promise<void>): Promise<Response> {
  const before = { ...tally };
  const start = performance.now();
  await work();
  return Response.json({ ms: performance.now() - start, tally: since(before) } satisfies PipelinePart);
}

/** A run: what waits, up to what one run takes. */
export const runOnce = (env: Cloudflare.Env): Promise<Response> =>
  measured(async () => {
    const own = countedEnv(env);
    const id = `bench-${crypto.randomUUID()}`;
    const steps = countedSteps();
    await beginRun(own.DB, { id, kind: "run", site_id: null, trigger: "owner" }, Date.now());
    const ENRICHMENT = {
      create: ({ params }: { params: EnrichmentParams }) => enrich(own, steps, { ...params, parent: null }),
    } as unknown as Workflow<EnrichmentParams>;
    await runPipeline({ ...own, ENRICHMENT }, steps, { trigger: "owner", due: Date.now() }, id);
  });

export const compactOnce = (env: Cloudflare.Env, siteId: string): Promise<Response> =>
  measured(async () => {
    const own = countedEnv(env);
    const id = `bench-${crypto.randomUUID()}`;
    await beginRun(own.DB, { id, kind: "compaction", site_id: siteId, trigger: "owner" }, Date.now());
    await runTask(own, countedSteps(), { kind: "compaction", site_id: siteId, due: Date.now(), daily: true }, id);
  });
