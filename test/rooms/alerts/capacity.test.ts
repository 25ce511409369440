// Capacity: an owner hears well before a property has more visitors a day than its shards remember.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { emptyRollup } from "../../../workers/domain/counts/rollup";
import { MANY_VISITORS, MOST_VISITORS } from "../../../workers/domain/visits/capacity";
import { call, givenFreshStorage, givenKey } from "../given";
import { aMailbox, givenTold, HOUR, LAST_HOUR, mailsOf, NOW, run } from "./given-alerts";
import { addCrowd, givenCounts, type ZonedProperty } from "./given-counts";

givenFreshStorage();

async function givenVisitors(place: ZonedProperty, visitors: number): Promise<void> {
  const rollup = emptyRollup();
  addCrowd(rollup, place, LAST_HOUR, { visitors });
  await givenCounts(place, rollup, false);
}

/** Mails about capacity, whatever else there is to tell. */
const subjectsOf = async (place: ZonedProperty): Promise<string[]> =>
  (await mailsOf(place)).filter(({ kind }) => kind === "capacity").map(({ subject }) => subject);

it("is told at 40 % and at 90 %, once each, whether or not anomalies are", async () => {
  const place = await givenTold({ alerts: { enabled: false } });
  const box = aMailbox();
  await givenVisitors(place, MANY_VISITORS - 1);
  await run(box.given);
  expect(await subjectsOf(place)).toEqual([]);
  await givenVisitors(place, 1);
  for (const hours of [1, 2]) await run(box.given, NOW + hours * HOUR);
  expect(await subjectsOf(place)).toEqual(["Shop: shards are 40% full"]);
  expect(box.sent).toEqual(["Shop: shards are 40% full"]);
  await givenVisitors(place, 0.9 * MOST_VISITORS - MANY_VISITORS);
  for (const hours of [3, 4]) await run(box.given, NOW + hours * HOUR);
  expect((await subjectsOf(place)).sort()).toEqual(["Shop: shards are 40% full", "Shop: shards are 90% full"]);
});

it("counts by shard: a property with more shards is not warned", async () => {
  const place = await givenTold();
  await env.DB.prepare("UPDATE properties SET shards = 4 WHERE site_id = ?").bind(place.site_id).run();
  await givenVisitors(place, 2 * MANY_VISITORS);
  await run(aMailbox().given);
  expect(await subjectsOf(place)).toEqual([]);
});

it("is on the pipeline's page, with the number of shards that would do", async () => {
  const place = await givenTold();
  const rollup = emptyRollup();
  addCrowd(rollup, place, Math.floor(Date.now() / HOUR) * HOUR, { visitors: 250_000 });
  await givenCounts(place, rollup, false);
  const reply = await call("GET", `/api/v1/properties/${place.site_id}/pipeline`, { key: await givenKey() });
  expect((await reply.json()) as object).toMatchObject({
    capacity: {
      visitors: 250_000,
      shards: 1,
      visitors_per_shard: 250_000,
      most_per_shard: MOST_VISITORS,
      level: "near",
      advised_shards: 3,
    },
  });
});

it("of the budget of rows is told once a day, by mail and in the API", async () => {
  const place = await givenTold();
  const { site_id } = place;
  await givenVisitors(place, 1);
  const shed = (day: string, level: number, since: number) =>
    env.DB.prepare("INSERT OR REPLACE INTO shed_days VALUES (?, ?, ?, 'rows', ?)")
      .bind(site_id, day, level, since)
      .run();
  await run(aMailbox().given);
  expect(await subjectsOf(place)).toEqual([]);
  await shed("2026-04-08", 1, NOW);
  await shed("2026-04-07", 2, NOW);
  for (const hours of [1, 2]) await run(aMailbox().given, NOW + hours * HOUR);
  expect(await subjectsOf(place)).toEqual(["Shop: some counts are summed"]);
  const key = await givenKey();
  const budget = async () =>
    (await call("GET", `/api/v1/properties/${site_id}/pipeline/row-budget`, { key })).json() as Promise<object>;
  expect(await budget()).toEqual({ rows: 0, budget: 200_000, shed: null });
  const now = Date.now();
  await shed("2026-04-07", 3, now);
  expect(await budget()).toEqual({
    rows: 0,
    budget: 200_000,
    shed: { day: "2026-04-07", level: 3, reason: "rows", since: new Date(now).toISOString() },
  });
  const reply = await call("GET", `/api/v1/properties/${site_id}/pipeline`, { key });
  expect((await reply.json()) as object).toMatchObject({ row_budget: { shed: { level: 3 } } });
});
