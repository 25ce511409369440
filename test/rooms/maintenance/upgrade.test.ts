// Upgrades: what a deployment had counted before it knew a dimension agrees with its record afterwards.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { bitFor } from "../../../workers/domain/events/catalog";
import { checkAll } from "../../../workers/maintenance/rebuild";
import { foldPending } from "../../../workers/storage/counts/pending";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenMessage } from "../given-lake";

givenFreshStorage();

const NOON = Date.UTC(2026, 9, 20, 12);
const DAY = 86_400_000;

it("days counted before networks had types are no different from their record after the upgrade", async () => {
  const { site_id } = await givenProperty();
  const old = { network_type: null, firsts: 2 ** 28 - 1 - bitFor("network_type") };
  const read = {
    ...old,
    event_type: "engagement" as const,
    name: "engagement",
    engaged_ms: 900,
    new_visit: 0,
    bounce_delta: 0,
  };
  const message = (time: number) =>
    givenMessage(site_id, [
      aStampedEvent(site_id, time, old),
      aStampedEvent(site_id, time, { ...old, network: null }),
      // A visit that came over midnight.
      aStampedEvent(site_id, time, { ...read, visit_date: new Date(time - DAY).toISOString().slice(0, 10) }),
    ]);
  for (const day of [0, 1]) await message(NOON + day * DAY);
  await foldPending(env.DB, [site_id]);
  // One day has counts on both sides.
  for (const day of [1, 2]) await message(NOON + day * DAY);
  // As the code before it left the counts.
  await env.DB.batch([
    env.DB.prepare("DELETE FROM rollup_days WHERE dimension = 'network_type'"),
    env.DB.prepare("UPDATE rollup_pending SET body = jsonb_remove(body, '$.network_type') WHERE dimension = '*'"),
    env.DB.prepare("DELETE FROM rollup_pending WHERE dimension = 'network_type'"),
  ]);
  expect((await checkAll(env, site_id)).length).toBeGreaterThan(0);
  const { queries } = env.MIGRATIONS.find(({ name }) => name.startsWith("0004"))!;
  for (const sql of queries.filter((query) => query.includes("'network_type'"))) await env.DB.prepare(sql).run();
  expect(await checkAll(env, site_id)).toEqual([]);
});
