// The run log of an installation that several share: who reads it learns nothing of other people's properties.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { PipelineView, RunDetails, RunStep } from "../../../workers/domain/runs/run";
import type { RunKind } from "../../../workers/domain/runs/tasks";
import { beginRun, endRun, noteStep, noteUnit } from "../../../workers/storage/runs/runs";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

const NOW = Date.UTC(2026, 10, 24, 12);
const step = (note: string, site_id: string | null | undefined): RunStep => ({
  place: 0,
  status: "failed",
  started_at: NOW,
  ended_at: NOW,
  attempts: 4,
  note,
  ...(site_id === undefined ? {} : { site_id }),
});

const see = async (key: string, siteId: string, runId: string) =>
  call("GET", `/api/v1/properties/${siteId}/pipeline/runs/${runId}`, { key });

/** A run of all properties that broke on `theirs`, and what it did for `mine`. */
async function givenRun(id: string, kind: RunKind, theirs: string, mine: string | null, isOld = false): Promise<void> {
  // Steps of runs before they named their property have it in their name only.
  const about = (siteId: string | null): string | null | undefined => (isOld ? undefined : siteId);
  const broken = `Error: lake lacks object raw/site_id=${theirs}/date=2026-11-23/1a2b.parquet`;
  await beginRun(env.DB, { id, kind, site_id: null, trigger: "cron" }, NOW);
  await noteStep(env.DB, id, "extract and transform", step(broken, about(null)));
  await noteStep(env.DB, id, `extract and transform: ${theirs}`, step(broken, about(theirs)));
  await noteStep(env.DB, id, `look up addresses 7 1: ${theirs}`, step("3 fetched in 3 calls", about(theirs)));
  if (mine !== null) {
    await noteStep(env.DB, id, `extract and transform: ${mine}`, step("1 of 1 properties", about(mine)));
    await noteUnit(env.DB, id, { site_id: mine, files: 1, rows: 2, report: { rows: 2 } }, NOW).run();
  }
  await endRun(env.DB, id, { status: "failed", ended_at: NOW, error: broken, files: 900, rows: 9_000 });
}

it.each([
  ["", false],
  [", also one that was logged before steps named their property", true],
])("a run of all properties tells of each one only to who may see it%s", async (_, isOld) => {
  const [mine, theirs] = [await givenProperty("mine"), await givenProperty("theirs")];
  await givenRun("run-1", "run", theirs.site_id, mine.site_id, isOld);
  await givenRun("run-2", "run", theirs.site_id, null, isOld);
  const key = await givenKey("mine");
  for (const id of ["run-1", "run-2"]) {
    const text = await (await see(key, mine.site_id, id)).text();
    expect(text).not.toContain(theirs.site_id);
    expect(text).not.toContain("1a2b");
    expect(text).not.toContain("9000");
  }
  expect((await (await see(key, mine.site_id, "run-1")).json()) as RunDetails).toMatchObject({
    status: "done",
    files: 1,
    rows: 2,
    error: null,
    steps: [
      { name: "extract and transform", note: null },
      { name: `extract and transform: ${mine.site_id}`, note: "1 of 1 properties" },
    ],
  });
  const told = (await (await see(key, mine.site_id, "run-2")).json()) as RunDetails;
  expect(told).toMatchObject({ status: "failed", files: 0, rows: 0, report: null });
});

it("a task of all properties is unknown where it did nothing, and tells the rest only what it did for them", async () => {
  const [mine, theirs] = [await givenProperty("mine"), await givenProperty("theirs")];
  await givenRun("compaction-1", "compaction", theirs.site_id, mine.site_id);
  await givenRun("compaction-2", "compaction", theirs.site_id, null);
  await beginRun(env.DB, { id: "check-1", kind: "check", site_id: null, trigger: "cron" }, NOW);
  await noteStep(env.DB, "check-1", "check 2026-11-23", step("2 objects, 40 rows, 3 differences", null));
  const report = { site_id: theirs.site_id, differences: 3, examples: "page /secret 3 instead of 4" };
  await endRun(env.DB, "check-1", { status: "done", ended_at: NOW, report });
  const key = await givenKey("mine");
  for (const id of ["compaction-2", "check-1"]) expect((await see(key, mine.site_id, id)).status).toBe(404);
  const text = await (await see(key, mine.site_id, "compaction-1")).text();
  for (const secret of [theirs.site_id, "1a2b", "9000"]) expect(text).not.toContain(secret);
  const reply = await call("GET", `/api/v1/properties/${mine.site_id}/pipeline`, { key });
  const { runs } = (await reply.json()) as PipelineView;
  expect(runs).toMatchObject([{ id: "compaction-1", files: 1, rows: 2, error: null }]);
  // Whom the check was about is told all of it.
  const about = (await (await see(await givenKey("theirs"), theirs.site_id, "check-1")).json()) as RunDetails;
  expect(about).toMatchObject({ report, steps: [{ note: "2 objects, 40 rows, 3 differences" }] });
});

it("who may see all properties is told why a run of all broke; a key of one property is not", async () => {
  const [one, other] = [await givenProperty(), await givenProperty()];
  await givenRun("run-1", "run", other.site_id, null);
  const whole = (await (await see(await givenKey(), one.site_id, "run-1")).json()) as RunDetails;
  expect(whole.error).toContain("lake lacks object");
  expect(whole.steps[0]?.note).toContain("lake lacks object");
  const narrow = await see(await givenKey("organization", ["stats"], one.site_id), one.site_id, "run-1");
  expect(await narrow.text()).not.toContain(other.site_id);
});
