// After an import: the run that has processed it starts the task that prepares its days, and this takes the latest first.
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { addDays } from "../../../workers/domain/time/zone";
import type { Steps } from "../../../workers/jobs/steps";
import { closeOpenDays } from "../../../workers/maintenance/analysis/task";
import { type RunEnv, runPipeline } from "../../../workers/pipeline/run";
import { openDays } from "../../../workers/storage/analysis/open-days";
import { listFiles } from "../../../workers/storage/lake/reading";
import { beginRun, endRun } from "../../../workers/storage/runs/runs";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenMessage } from "../given-lake";

givenFreshStorage();

const LAST = "2026-06-30";
const steps: Steps = { do: (_, work) => work(() => undefined), waitFor: async () => false };

async function givenDays(siteId: string, days: number): Promise<void> {
  const time = (day: number) => Date.parse(`${addDays(LAST, -day)}T12:00:00Z`);
  await givenMessage(
    siteId,
    Array.from({ length: days }, (_, day) => aStampedEvent(siteId, time(day), { ip: null })),
  );
}

/** A run. @returns the tasks that it started. */
async function run(id: string): Promise<unknown[]> {
  const started: unknown[] = [];
  const create = vi.fn(async ({ params }: { params: { kind: string; site_id: string } }) => {
    started.push([params.kind, params.site_id]);
  });
  const ENRICHMENT = { create: async () => undefined };
  const bindings = { ...env, ENRICHMENT, MAINTENANCE: { create } } as unknown as RunEnv;
  await beginRun(env.DB, { id, kind: "run", site_id: null, trigger: "cron" }, Date.now());
  await runPipeline(bindings, steps, { trigger: "cron", due: Date.now() }, id);
  return started;
}

it("a run that has processed events of many past days starts their preparation, for that property alone", async () => {
  const [imported, late] = [
    await givenProperty("organization", { timezone: "UTC" }),
    await givenProperty("organization", { timezone: "UTC" }),
  ];
  await givenDays(imported.site_id, 12);
  await givenDays(late.site_id, 3);
  expect(await run("run-1")).toEqual([["analysis", imported.site_id]]);
  // While it is in progress no other is started; afterwards one is.
  await givenDays(imported.site_id, 12);
  expect(await run("run-2")).toEqual([]);
  await endRun(env.DB, `analysis-run-1-${imported.site_id}`, { status: "done", ended_at: Date.now() });
  await givenDays(imported.site_id, 12);
  expect(await run("run-3")).toEqual([["analysis", imported.site_id]]);
});

it("days are prepared from the latest to the first, all in one task", async () => {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  await givenDays(site_id, 25);
  await run("run-1");
  const { days } = await closeOpenDays(env, steps, { kind: "analysis", site_id, due: 0 });
  expect([days, await openDays(env.DB, site_id, "2026-07-02")]).toEqual([25, []]);
  const tables = (await listFiles(env.DB, site_id, ["visits"])).sort((a, b) => a.id - b.id);
  expect(tables.map(({ min_date }) => min_date)).toEqual(Array.from({ length: 25 }, (_, day) => addDays(LAST, -day)));
});
