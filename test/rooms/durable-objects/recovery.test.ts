// A hub that starts again: after it sent and wrote a checkpoint, after an import, after a queue that was away.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { importName } from "../../../workers/domain/visits/hub";
import { anEvent, CHROME, sendEvents, sendImport } from "../beacons";
import { countAll, givenHeldQueue, lakeIds, lakeRows, mainHub } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();
const hubOf = (siteId: string) => env.HUB.getByName(mainHub(siteId));

interface Inside {
  journal: { covered: number; sent: number; head: number };
  groups: { commit(): void };
  checkpoint(): void;
  memory: { live: { visits: Map<string, unknown> } };
}
const inside = <T>(name: string, look: (hub: Inside) => T): Promise<T> =>
  runInDurableObject(env.HUB.getByName(name), (hub) => look(hub as unknown as Inside));

it("sends what it would send again, also when a checkpoint came between", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const ids: string[] = [];
  const send = async (...given: string[]) => {
    ids.push(...given);
    const events = given.map((event_id, i) =>
      anEvent(site_id, { event_id, title: "x".repeat(300), ip: `192.0.2.${i % 250}` }),
    );
    expect((await sendEvents(key, { events })).status).toBe(202);
  };
  for (let round = 0; round < 60; round += 1) {
    await send(...Array.from({ length: 150 }, (_, i) => `${round}-${i}`));
    if ((await inside(mainHub(site_id), ({ journal }) => journal.covered)) > 0) break;
  }
  expect(await inside(mainHub(site_id), ({ journal }) => journal.covered)).toBeGreaterThan(0);
  for (let i = 0; i < 3; i += 1) await send(`more-${i}`);
  await evictDurableObject(hubOf(site_id));
  await countAll(queue, mainHub(site_id));
  expect((await lakeIds(site_id)).sort()).toEqual(ids.sort());
});

it("carries an import's visit over midnight as it would have without the start", async () => {
  const run = async (evict: boolean) => {
    const { site_id } = await givenProperty("organization", { timezone: "UTC" });
    const key = await givenKey();
    const view = (event_id: string, ip: string, minute: number) => ({
      event_type: "pageview",
      event_id,
      url: "https://shop.example/a",
      ip,
      user_agent: CHROME,
      event_time: new Date(Date.UTC(2024, 4, 2) + minute * 60_000).toISOString(),
    });
    await sendImport(key, site_id, [view("a1", "192.0.2.1", -10), view("b1", "198.51.100.1", 1)], "past");
    const name = importName(site_id);
    await inside(name, (hub) => {
      hub.groups.commit();
      hub.checkpoint();
      // What ended long ago is in no live picture.
      expect(hub.memory.live.visits.size).toBe(0);
    });
    if (evict) await evictDurableObject(env.HUB.getByName(name));
    await sendImport(key, site_id, [view("a2", "192.0.2.1", 5)], "past");
    await countAll(queue, name);
    return (await lakeRows(site_id)).map(({ event_id, visit_id, new_visit }) => [event_id, visit_id, new_visit]);
  };
  expect(await run(true)).toEqual(await run(false));
});

it("writes checkpoints while the queue is away, so that a start has little to do again", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  await sendEvents(key, { events: [anEvent(site_id, {})] });
  await runInDurableObject(hubOf(site_id), (hub) => {
    const away = { send: () => Promise.reject(new Error("queue is away")) };
    Object.assign(hub, { env: { ...env, EVENTS: away } });
  });
  for (let round = 0; round < 12; round += 1)
    await sendEvents(key, {
      events: Array.from({ length: 250 }, () => anEvent(site_id, { title: "x".repeat(300) })),
    });
  await hubOf(site_id)
    .flush()
    .catch(() => undefined);
  expect(await inside(mainHub(site_id), ({ journal }) => [journal.sent, journal.covered > 0])).toEqual([0, true]);
});
