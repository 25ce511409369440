// A run of the pipeline as the platform does it: real Workflows, D1, R2.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { removeRemains } from "../../../workers/admin/deletion";
import type { PipelineView, RunDetails } from "../../../workers/domain/runs/run";
import { startRun } from "../../../workers/jobs/schedule";
import { extract } from "../../../workers/pipeline/extract";
import { load } from "../../../workers/pipeline/load";
import { markPropertyDeleted } from "../../../workers/storage/properties/properties";
import { processedUntil } from "../../../workers/storage/runs/watermarks";
import { givenHeldQueue } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";
import { aStampedEvent, givenMessage, givenProcessed } from "../given-lake";
import { givenEvents, SAFARI, untilEnded } from "./given-pipeline";

givenFreshStorage();
const queue = givenHeldQueue();

const view = async (siteId: string): Promise<PipelineView> => {
  const reply = await call("GET", `/api/v1/properties/${siteId}/pipeline`, { key: await givenKey() });
  return (await reply.json()) as PipelineView;
};

describe("a run of the pipeline", () => {
  it("processes what has arrived, step by step, and moves the watermark", async () => {
    const { site_id } = await givenProperty();
    await givenEvents(queue, site_id, [
      { ip: "81.62.1.9" },
      { ip: "81.62.1.9", url: "https://shop.example/pricing" },
      { ip: "92.104.7.1", user_agent: SAFARI, screen: "390x844" },
    ]);
    expect((await view(site_id)).datasets.map(({ waiting_files, position }) => [waiting_files, position])).toEqual([
      [1, 0],
      [1, 0],
      [1, 0],
    ]);
    const { run_id } = await startRun(env, "cron", Date.now());
    expect(await untilEnded(run_id!)).toMatchObject({ status: "done", error: null });

    const after = await view(site_id);
    expect(after.datasets.map(({ waiting_files, position }) => [waiting_files, position])).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    expect(after.zones.map(({ zone, files }) => [zone, files])).toEqual([
      ["raw", 1],
      ["events", 0],
      ["techstack", 1],
      ["ip_list", 1],
      ["ip_enrichment", 1],
      ["visits", 0],
      ["actions", 0],
    ]);
    expect(after.runs).toMatchObject([
      { id: run_id, kind: "run", status: "done", files: 1, report: { addresses: 2, addresses_edge: 2, cube_rows: 2 } },
    ]);
    const reply = await call("GET", `/api/v1/properties/${site_id}/pipeline/runs/${run_id}`, { key: await givenKey() });
    const { steps } = (await reply.json()) as RunDetails;
    expect(steps.map(({ name, status }) => [name, status])).toEqual(
      [
        "look up watermarks",
        "list lake files",
        "extract and transform",
        "start IP processing",
        "enrich addresses 1",
        "tell the run",
        "load and move watermarks",
        "look up watermarks (2)",
        "notify",
        "end",
      ].map((name) => [name, "done"]),
    );
    const { results } = await env.DB.prepare(
      "SELECT browser, os, screen, visitors, visits, pageviews FROM techstack_days ORDER BY browser",
    ).all();
    expect(results).toEqual([
      { browser: "Chrome", os: "Windows", screen: "1920x1080", visitors: 1, visits: 1, pageviews: 2 },
      { browser: "Safari", os: "iOS", screen: "390x844", visitors: 1, visits: 1, pageviews: 1 },
    ]);
  });

  it("is not started by the cron when nothing is new, nor while another is going on", async () => {
    const { site_id } = await givenProperty();
    expect(await startRun(env, "cron", Date.now())).toEqual({ run_id: null, isBusy: false });
    await givenEvents(queue, site_id, [{}]);
    const key = await givenKey();
    const first = await call("POST", `/api/v1/properties/${site_id}/pipeline/run`, { key });
    expect(first.status).toBe(202);
    const { run_id } = (await first.json()) as { run_id: string };
    const second = await call("POST", `/api/v1/properties/${site_id}/pipeline/run`, { key });
    // Unless the first was that fast.
    if (second.status !== 202) expect(await problemOf(second)).toBe("conflict");
    expect((await untilEnded(run_id)).status).toBe("done");
  });
});

it.each([false, true])(
  "a property that was deleted while the run waited is left alone (processed before: %s)",
  async (isOld) => {
    const { site_id } = await givenProperty();
    const time = Date.UTC(2026, 9, 20, 12);
    if (isOld) {
      await givenMessage(site_id, [aStampedEvent(site_id, time)]);
      await givenProcessed(site_id);
    }
    const position = await processedUntil(env.DB, site_id);
    const id = await givenMessage(site_id, [aStampedEvent(site_id, time)]);
    const unit = { site_id, position, first_id: id, last_id: id, files: 1, rows: 1 };
    const extracted = await extract(env, unit, Date.now());
    await markPropertyDeleted(env.DB, site_id, Date.now());
    // Loaded twice: while its objects are still there, and when nothing is.
    expect(await load(env, "run", extracted!, Date.now())).toBe(null);
    expect(await removeRemains(env, site_id)).toBe(true);
    expect(await load(env, "run", extracted!, Date.now())).toBe(null);
    for (const table of ["lake_files", "techstack_days", "watermarks", "networks", "pipeline_run_properties"])
      expect(await env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first("n"), table).toBe(0);
  },
);
