// What a first user met: answers of the pipeline's routes that said too much, too little, or the wrong thing.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { PipelineView, RunDetails } from "../../../workers/domain/runs/run";
import { beginRun, noteUnit } from "../../../workers/storage/runs/runs";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "../given";

givenFreshStorage();

it("a task of a property that noted what it handled stands in the list once, with its figures", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const at = `/api/v1/properties/${site_id}/pipeline`;
  await beginRun(env.DB, { id: "compaction-1", kind: "compaction", site_id, trigger: "owner" }, 1000);
  await noteUnit(
    env.DB,
    "compaction-1",
    { site_id, files: 413, rows: 61_983, report: { objects_after: 12 } },
    1000,
  ).run();
  const { runs } = (await (await call("GET", at, { key })).json()) as PipelineView;
  expect(runs.map(({ id, files, rows }) => [id, files, rows])).toEqual([["compaction-1", 413, 61_983]]);
  const run = (await (await call("GET", `${at}/runs/compaction-1`, { key })).json()) as RunDetails;
  expect([run.files, run.rows]).toEqual([413, 61_983]);
});

it("limits of alerts have the lower below the upper", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const set = (visitors: object) =>
    call("PATCH", `/api/v1/properties/${site_id}/settings`, { key, body: { alerts: { limits: { visitors } } } });
  const refused = await set({ upper: 1, lower: 5 });
  expect([refused.status, await problemOf(refused)]).toEqual([400, "invalid"]);
  expect((await set({ upper: 5, lower: 1 })).status).toBe(200);
});

it("a replay without a body is one of all dead letters", async () => {
  const { site_id } = await givenProperty();
  const path = `/api/v1/properties/${site_id}/pipeline/dead-letters/replay`;
  const reply = await call("POST", path, { key: await givenKey() });
  expect([reply.status, await problemOf(reply)]).toEqual([404, "not_found"]);
});

it("no more than ten tasks of a kind go on for a property at once", async () => {
  const { site_id } = await givenProperty();
  for (let i = 0; i < 10; i++)
    await beginRun(env.DB, { id: `erasure-${i}`, kind: "erasure", site_id, trigger: "owner" }, Date.now());
  const body = { user_id: "u" };
  const reply = await call("POST", `/api/v1/properties/${site_id}/erasures`, { key: await givenKey(), body });
  expect([reply.status, await problemOf(reply)]).toEqual([429, "too_many"]);
});
