// Forgetting a person in a hub: all of them goes, nothing of others is lost, and what is not counted yet comes first.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import type { Forgotten, HubPerson, LivePicture } from "../../../workers/domain/visits/hub";
import { personOfUser } from "../../../workers/storage/visitors/person";
import { anEvent, sendEvents } from "../beacons";
import { countAll, differences, givenHeldQueue, lakeIds, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const hubOf = (siteId: string) => env.HUB.getByName(mainHub(siteId));
const personIn = (siteId: string, user: string, before = Date.now()): string =>
  JSON.stringify({ visitors: [personOfUser(siteId, user)], visits: [], before } satisfies HubPerson);
const forget = (siteId: string, user: string, before?: number): Promise<Forgotten> =>
  hubOf(siteId).forget(personIn(siteId, user, before));

/** Everything that the hub's tables hold, as text. */
const stored = (siteId: string): Promise<string> =>
  runInDurableObject(hubOf(siteId), (_, { storage: { sql } }) => {
    const tables = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
      )
      .toArray();
    return tables
      .map(({ name }) => `${name}: ${JSON.stringify(sql.exec(`SELECT * FROM ${name}`).toArray())}`)
      .join("\n");
  });

const visit = (siteId: string, user: string, id: string, page = `/${user}`) =>
  anEvent(siteId, { event_id: id, user_id: user, url: `https://shop.example${page}`, props: { of: `${user}-mark` } });

it("a person leaves journal, visitors and feed, and others go on where they were", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  const users = ["ada", "bob"];
  for (const n of [1, 2]) await sendEvents(key, { events: users.map((user) => visit(site_id, user, `${user}-${n}`)) });
  await countAll(queue, mainHub(site_id));
  await hubOf(site_id).flush();
  const before = await stored(site_id);
  expect(before).toContain("ada-mark");
  const done = await forget(site_id, "ada");
  expect(done).toMatchObject({ waiting: 0, visitors: 1, feed: 3, is_clean: true });
  const left = await stored(site_id);
  expect(left).not.toMatch(/ada-mark|\/ada/);
  expect(left).not.toContain(personOfUser(site_id, "ada"));
  expect(left).toContain(personOfUser(site_id, "bob"));
  expect(left).not.toMatch(/filler_|copy_of_/);
  // Memory and storage say the same, also after a start.
  for (const start of [false, true]) {
    if (start) await evictDurableObject(hubOf(site_id));
    const live = (await (await call("GET", `/api/v1/properties/${site_id}/live`, { key })).json()) as LivePicture;
    expect(live.feed.map(({ page }) => page)).toEqual(["/bob", "/bob", "/bob"]);
    expect(live.active_30m).toBe(1);
    expect(JSON.stringify(live)).not.toContain(personOfUser(site_id, "bob"));
  }
  // The other's visit goes on, and his ids are still known.
  await sendEvents(key, { events: [visit(site_id, "bob", "bob-2"), visit(site_id, "bob", "bob-3", "/next")] });
  await countAll(queue, mainHub(site_id));
  expect((await lakeIds(site_id)).sort()).toEqual(["ada-1", "ada-2", "bob-1", "bob-2", "bob-3"]);
  const visits = await env.DB.prepare("SELECT sum(visits) AS n FROM rollup_hours WHERE site_id = ?").bind(site_id);
  expect(await visits.first("n")).toBe(2);
  expect(await differences(site_id)).toEqual([]);
});

it("nothing is forgotten while anything from before is not counted, and nothing of anybody is lost", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  await sendEvents(key, { events: ["ada", "bob"].map((user) => visit(site_id, user, user)) });
  // What was not sent yet is sent; the queue has it and D1 does not.
  expect(await forget(site_id, "ada")).toMatchObject({ waiting: 1, visitors: 0 });
  expect(queue.letters.length).toBe(1);
  expect(await stored(site_id)).toContain("ada-mark");
  await countAll(queue);
  // What comes later does not hold it up, and is kept until it is counted.
  const asked = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  await sendEvents(key, visit(site_id, "bob", "later"));
  expect(await forget(site_id, "ada", asked)).toMatchObject({ waiting: 0, visitors: 1 });
  expect(await stored(site_id)).toContain("later");
  await evictDurableObject(hubOf(site_id));
  await countAll(queue, mainHub(site_id));
  expect((await lakeIds(site_id)).sort()).toEqual(["ada", "bob", "later"]);
  queue.isAway = true;
  await sendEvents(key, visit(site_id, "bob", "last"));
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  expect(await forget(site_id, "ada").then(() => null, String)).toContain("queue is away");
  queue.isAway = false;
  await countAll(queue, mainHub(site_id));
  expect((await lakeIds(site_id)).length).toBe(4);
});

it("visitors beyond memory are forgotten in every row that has them, also in outdated ones", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  for (let round = 0; round < 4; round += 1) {
    const users = ["ada", ...Array.from({ length: 30 }, (_, n) => `user-${n}`)];
    await sendEvents(key, {
      events: users.map((user) => visit(site_id, user, `${user}-${round}`, `/${user}/${round}`)),
    });
    await countAll(queue, mainHub(site_id));
    await runInDurableObject(hubOf(site_id), (hub) => {
      const { groups, checkpoint } = hub as unknown as { groups: { commit(): void }; checkpoint(): void };
      groups.commit();
      checkpoint.call(hub);
    });
  }
  await evictDurableObject(hubOf(site_id));
  expect((await stored(site_id)).split(personOfUser(site_id, "ada")).length).toBeGreaterThan(3);
  expect(await forget(site_id, "ada")).toMatchObject({ visitors: 1 });
  const left = await stored(site_id);
  expect(left).not.toContain(personOfUser(site_id, "ada"));
  for (let n = 0; n < 30; n += 1) expect(left).toContain(personOfUser(site_id, `user-${n}`));
  // She is a visitor like any other who comes for the first time.
  await sendEvents(key, visit(site_id, "ada", "again"));
  await sendEvents(key, visit(site_id, "user-7", "on"));
  await countAll(queue, mainHub(site_id));
  const visits = await env.DB.prepare("SELECT sum(visits) AS n FROM rollup_hours WHERE site_id = ?").bind(site_id);
  expect(await visits.first("n")).toBe(32);
  await evictDurableObject(hubOf(site_id));
  expect(await forget(site_id, "nobody")).toMatchObject({ waiting: 0, visitors: 0 });
});

it("a hub that was never used stays without storage", async () => {
  const { site_id } = await givenProperty();
  expect(await forget(site_id, "ada")).toMatchObject({ waiting: 0, journal_rows: 0 });
  expect(await stored(site_id)).toBe("");
});
