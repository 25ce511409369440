// Events that are sent again: known by their id, answered as duplicates, and never confused with a stranger's.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { shardName } from "../../../workers/domain/visits/hub";
import { replayLetter } from "../../../workers/maintenance/replay";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendFromPage } from "../beacons";
import { ask, countAll, deliverLetters, differences, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();
afterEach(() => vi.restoreAllMocks());

/** What became of the events of a property, first visits left out. */
async function rowsOf(siteId: string) {
  await countAll(queue, mainHub(siteId));
  return (await lakeRows(siteId)).filter(({ event_type }) => event_type !== "first_visit");
}

describe("an event with a key", () => {
  it("that is sent again within a day counts once, and is answered as a duplicate", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const same = anEvent(site_id, { event_id: "same" });
    const replies: unknown[] = [];
    for (let i = 0; i < 3; i += 1) {
      const reply = await sendEvents(key, same);
      expect(reply.status).toBe(202);
      replies.push(await reply.json());
    }
    const duplicate = { status: "duplicate", event_id: "same", message: "event was stored before" };
    expect(replies).toEqual([{ status: "queued", event_id: "same", message: "event is stored" }, duplicate, duplicate]);
    const toList = async (...events: unknown[]) => (await sendEvents(key, { events })).json();
    expect(await toList(same, anEvent(site_id, { event_id: "new" }), same)).toEqual({
      ...{ status: "queued", accepted: 1, duplicates: 2, rejected: [] },
    });
    expect(await toList(same, same)).toEqual({ status: "duplicate", accepted: 0, duplicates: 2, rejected: [] });
    expect(await toList(anEvent(site_id, { event_id: "twice" }), anEvent(site_id, { event_id: "twice" }))).toEqual({
      ...{ status: "queued", accepted: 1, duplicates: 1, rejected: [] },
    });
    expect((await rowsOf(site_id)).map(({ event_id }) => event_id)).toEqual(["same", "new", "twice"]);
    expect(await ask(site_id, ["pageviews"])).toEqual([{ dimensions: [], metrics: [3] }]);
  });

  it.each([
    ["names nobody", {}],
    ["names an address", { ip: "203.0.113.7" }],
    ["names an agent", { user_agent: CHROME }],
    ["names a session", { session_id: "one" }],
    ["names a user", { user_id: "anna", ip: "203.0.113.7" }],
  ])("an event that %s meets its first attempt, whichever server sends it again", async (_, who) => {
    const { site_id } = await givenProperty(undefined, { shards: 8 });
    const key = await givenKey();
    const shards = Array.from({ length: 8 }, (__, shard) => shardName(site_id, shard));
    for (let server = 1; server <= 6; server += 1) {
      const headers = { "user-agent": `server/${server}`, "cf-connecting-ip": `198.51.100.${server}` };
      const body = anEvent(site_id, { event_id: "order-1", ...who });
      const reply = await call("POST", "/api/events", { key, headers, body });
      expect(await reply.json()).toMatchObject({ status: server === 1 ? "queued" : "duplicate", event_id: "order-1" });
    }
    await countAll(queue, ...shards);
    const rows = (await lakeRows(site_id)).filter(({ event_type }) => event_type !== "first_visit");
    expect(rows.map(({ event_id, ip }) => [event_id, ip])).toEqual([["order-1", "ip" in who ? "203.0.113.0" : null]]);
  });

  it("events that name nobody are one visitor, in the first shard", async () => {
    const { site_id } = await givenProperty(undefined, { shards: 8 });
    const key = await givenKey();
    for (let server = 1; server <= 3; server += 1)
      await call("POST", "/api/events", {
        key,
        headers: { "user-agent": `server/${server}`, "cf-connecting-ip": `198.51.100.${server}` },
        body: anEvent(site_id, { event_type: "Order" }),
      });
    const rows = await rowsOf(site_id);
    expect(rows).toHaveLength(3);
    expect(new Set(rows.map(({ visitor_id }) => visitor_id)).size).toBe(1);
  });
});

describe("a stranger who guesses the id of a server's event", () => {
  const guess = async (siteId: string) => {
    await sendBeacon(aBeacon(siteId, { i: "order-1" }));
    const body = anEvent(siteId, { event_id: "order-2" });
    expect(await (await sendFromPage(body)).json()).toMatchObject({ status: "queued", event_id: "order-2" });
    // Who has no key repeats their own events only.
    expect(await (await sendFromPage(body)).json()).toMatchObject({ status: "duplicate", event_id: "order-2" });
  };
  const orders = (siteId: string) =>
    [1, 2].map((n) => anEvent(siteId, { event_type: "Order", event_id: `order-${n}` }));

  it.each(["before", "after"])("%s it was sent does not make it a duplicate, also after an eviction", async (order) => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const hub = env.HUB.getByName(mainHub(site_id));
    const sell = async () => {
      expect(await (await sendEvents(key, { events: orders(site_id) })).json()).toMatchObject({ accepted: 2 });
    };
    if (order === "after") await sell();
    await guess(site_id);
    await evictDurableObject(hub);
    if (order === "before") await sell();
    await evictDurableObject(hub).catch(() => undefined);
    expect(await (await sendEvents(key, { events: orders(site_id) })).json()).toMatchObject({ duplicates: 2 });
    await countAll(queue, mainHub(site_id));
    const rows = (await lakeRows(site_id)).filter(({ event_type }) => event_type !== "first_visit");
    expect(rows.map(({ event_id, name, anonymous }) => `${event_id} ${name} ${anonymous}`).sort()).toEqual([
      ...["order-1 Order null", "order-1 pageview 1", "order-2 Order null", "order-2 pageview 1"],
    ]);
    expect(await differences(site_id)).toEqual([]);
  });

  it("does not keep it from being counted when it is replayed from a dead letter", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    await guess(site_id);
    await countAll(queue, mainHub(site_id));
    const away = vi.spyOn(Object.getPrototypeOf(env.HUB) as DurableObjectNamespace, "getByName");
    away.mockImplementation((() => ({ accept: () => Promise.reject(new Error("hub is away")) })) as never);
    await sendEvents(key, { events: orders(site_id) });
    const { explicitAcks } = await deliverLetters(queue.letters.splice(0), "trackkit-dead-letters");
    expect(explicitAcks).toHaveLength(1);
    away.mockRestore();
    const id = await env.DB.prepare("SELECT id FROM dead_letters").first<string>("id");
    expect(await replayLetter(env, site_id, id!, Date.now())).toBeNull();
    await countAll(queue, mainHub(site_id));
    const sold = (await lakeRows(site_id)).filter(({ name }) => name === "Order");
    expect(sold.map(({ event_id }) => event_id)).toEqual(["order-1", "order-2"]);
  });
});
