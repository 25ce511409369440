// Addresses and agents never leave collect: what travels, waits or fails holds keyed hashes, whose secrets are destroyed
// after 48 hours. Messages of the version before, which hold both, are still counted.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Arrival, Sighting, StampedEvent } from "../../../workers/domain/events/event";
import type { Property } from "../../../workers/domain/properties/property";
import { importName, shardName } from "../../../workers/domain/visits/hub";
import type { UnstampedMessage } from "../../../workers/domain/visits/message";
import { keepHouse } from "../../../workers/maintenance/housekeeping";
import { replayLetter } from "../../../workers/maintenance/replay";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendImport } from "../beacons";
import { chance } from "../chance";
import { countAll, deliverLetters, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { nextEvent } from "../fault-events";
import { givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Noon in Zurich, years ahead: the runtime would start an alarm of the past by itself, at once. */
const NOON = Date.UTC(2099, 9, 5, 10);
const setClock = (time: number) => vi.useFakeTimers({ toFake: ["Date"], now: time });
const AGENT = `${CHROME} Distinct/77`;
const HOME = { "cf-connecting-ip": "203.0.113.201", "user-agent": AGENT };

/** Does something while no hub can be reached. */
async function whileAway<T>(act: () => Promise<T>): Promise<T> {
  const away = vi
    .spyOn(Object.getPrototypeOf(env.HUB) as DurableObjectNamespace, "getByName")
    .mockImplementation((() => ({ accept: () => Promise.reject(new Error("hub is away")) })) as never);
  try {
    return await act();
  } finally {
    away.mockRestore();
  }
}

/** Page views as `visitor visit`, visitors by the order of their first event. */
async function told(siteId: string, ...hubs: string[]): Promise<string[]> {
  await countAll(queue, ...(hubs.length > 0 ? hubs : [mainHub(siteId)]));
  const rows = (await lakeRows(siteId)).filter(({ event_type }) => event_type === "pageview");
  const visitors = [...new Set(rows.map(({ visitor_id }) => visitor_id))];
  return rows.map(({ visitor_id, visit_id }) => `${visitors.indexOf(visitor_id)} ${visit_id}`);
}

const secretDates = async (siteId: string): Promise<string[]> => {
  const { results } = await env.DB.prepare("SELECT date FROM visitor_secrets WHERE site_id = ? ORDER BY date")
    .bind(siteId)
    .all<{ date: string }>();
  return results.map(({ date }) => date);
};

/** Makes a dead letter of every message that waits. */
async function failAll(): Promise<void> {
  const broken = {
    ...env,
    HUB: { getByName: () => ({ accept: () => Promise.reject(new Error("hub is away")) }) },
  } as unknown as Cloudflare.Env;
  const { explicitAcks } = await deliverLetters(queue.letters.splice(0), "trackkit-dead-letters", broken);
  expect(explicitAcks.length).toBeGreaterThan(0);
}
const deadLetters = async (siteId: string): Promise<string[]> => {
  const { results } = await env.DB.prepare("SELECT id FROM dead_letters WHERE site_id = ?")
    .bind(siteId)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
};

/** Every row of every table of D1, and every object of R2, as text. */
async function storedText(): Promise<string> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite%'",
  ).all<{ name: string }>();
  const texts: string[] = [];
  for (const { name } of results)
    texts.push(JSON.stringify((await env.DB.prepare(`SELECT * FROM "${name}"`).all()).results));
  for (const { key } of (await env.LAKE.list()).objects)
    texts.push(new TextDecoder("latin1").decode(await (await env.LAKE.get(key))!.arrayBuffer()));
  return texts.join("\n");
}
const hubText = (name: string): Promise<string> =>
  runInDurableObject(env.HUB.getByName(name), (_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
    );
    return JSON.stringify([...tables].map(({ name: table }) => storage.sql.exec(`SELECT * FROM ${table}`).toArray()));
  });

describe("neither address nor agent", () => {
  const SECRET = /203\.0\.113\.201|cccc|Distinct|203\.0\.113\.77|Mozilla/;

  it("is in a message that waits, a dead letter, a journal, a table, an object or a log", async () => {
    const logged: string[] = [];
    for (const level of ["log", "info", "warn", "error", "debug"] as const)
      vi.spyOn(console, level).mockImplementation((...args) => void logged.push(args.map(String).join(" ")));
    const { site_id } = await givenProperty(undefined, { shards: 2 });
    const key = await givenKey();
    const hubs = [shardName(site_id, 0), shardName(site_id, 1)];
    const sendAll = async () => {
      await sendBeacon(aBeacon(site_id), HOME);
      await sendBeacon(aBeacon(site_id), { ...HOME, "cf-connecting-ip": "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1" });
      const named = { ip: "203.0.113.201:4711, 10.0.0.1", user_agent: AGENT };
      await sendEvents(key, anEvent(site_id, named));
      await sendEvents(key, anEvent(site_id));
      await sendImport(key, site_id, [anEvent(site_id, { ...named, event_time: "2024-03-01T10:00:00Z" })], "past");
    };
    await whileAway(sendAll);
    expect(queue.letters).toHaveLength(5);
    const waiting = JSON.stringify(queue.letters);
    expect(waiting).toContain('"unstamped"');
    expect(waiting).toContain("203.0.113.0");
    await failAll();
    expect(await deadLetters(site_id)).toHaveLength(5);
    const dead = await storedText();
    expect(dead).toContain("203.0.113.0");
    await sendAll();
    for (const id of await deadLetters(site_id)) expect(await replayLetter(env, site_id, id, Date.now())).toBeNull();
    const journals = await Promise.all([...hubs, importName(site_id)].map(hubText));
    await countAll(queue, ...hubs, importName(site_id));
    expect((await lakeRows(site_id)).length).toBeGreaterThan(8);
    for (const text of [waiting, dead, ...journals, await storedText(), logged.join("\n")])
      expect(text).not.toMatch(SECRET);
  });

  it("is in a message that waits where the owner keeps whole addresses, but for the address as the event's own", async () => {
    const privacy = { address: "full" as const, storage: "none" as const, honour_dnt: false };
    const { site_id } = await givenProperty(undefined, {
      privacy: { ...privacy, excluded_addresses: [], excluded_paths: [] },
    });
    await whileAway(() => sendBeacon(aBeacon(site_id), HOME));
    const [{ batch }] = queue.letters.map(({ body }) => body as UnstampedMessage) as [UnstampedMessage];
    expect(batch.arrivals).toMatchObject([{ ip: "203.0.113.201" }]);
    expect(JSON.stringify(batch)).not.toMatch(/Distinct|Mozilla|"address":"203|"agent"/);
    await countAll(queue);
    await told(site_id);
    expect((await lakeRows(site_id))[0]!.ip).toBe("203.0.113.201");
  });

  it("can be guessed from a key: it differs by day, property and visitor, and the shard's has eight bits", async () => {
    setClock(NOON);
    const properties = [await givenProperty(undefined, { shards: 4 }), await givenProperty()];
    const midnight = NOON + 12 * HOUR;
    for (const time of [midnight - MINUTE, midnight + 29 * MINUTE, midnight + 30 * MINUTE])
      for (const { site_id } of properties) {
        setClock(time);
        await whileAway(async () => {
          for (const last of [1, 2]) await sendBeacon(aBeacon(site_id), { "cf-connecting-ip": `203.0.113.${last}` });
        });
      }
    const keys = queue.letters.flatMap(({ body }) =>
      ((body as UnstampedMessage).batch.arrivals as Arrival[]).map((arrival) => arrival.keys),
    );
    expect(new Set(keys.map(({ today }) => today)).size).toBe(8);
    for (const { today } of keys) expect(today).toMatch(/^[\w-]{16}$/);
    const [before, after, later] = [keys.slice(0, 4), keys.slice(4, 8), keys.slice(8)];
    expect(later.map(({ today }) => today)).toEqual(after.map(({ today }) => today));
    // Yesterday's key is what was today's before midnight, and is there only where a visit may go on.
    expect(after.map(({ yesterday }) => yesterday)).toEqual(before.map(({ today }) => today));
    for (const { yesterday } of [...before, ...later]) expect(yesterday).toBeNull();
    expect(after.map(({ shard }) => shard)).toEqual(before.map(({ shard }) => shard));
    for (const { shard } of keys) expect(shard).toBeLessThan(256);
    // A property with one shard needs none.
    expect([...before.slice(2), ...after.slice(2)].map(({ shard }) => shard)).toEqual([0, 0, 0, 0]);
  });
});

describe("one visitor, whichever way the events took", () => {
  it("live, by the queue and from a dead letter that is replayed within 48 hours, over midnight and evictions", async () => {
    const { site_id } = await givenProperty();
    const midnight = NOON + 12 * HOUR;
    setClock(midnight - 20 * MINUTE);
    await sendBeacon(aBeacon(site_id, { i: "live" }), HOME);
    await evictDurableObject(env.HUB.getByName(mainHub(site_id)));
    setClock(midnight + 5 * MINUTE);
    await whileAway(() => sendBeacon(aBeacon(site_id, { i: "queued" }), HOME));
    const waiting = queue.letters.splice(0);
    setClock(midnight + 6 * MINUTE);
    await whileAway(() => sendBeacon(aBeacon(site_id, { i: "dead" }), HOME));
    await failAll();
    setClock(midnight + 7 * MINUTE);
    await sendBeacon(aBeacon(site_id, { i: "stranger" }), { ...HOME, "cf-connecting-ip": "203.0.113.202" });
    await deliverLetters(waiting);
    await sendBeacon(aBeacon(site_id, { i: "later" }), HOME);
    setClock(midnight + 40 * HOUR);
    await evictDurableObject(env.HUB.getByName(mainHub(site_id)));
    const [id] = await deadLetters(site_id);
    expect(await replayLetter(env, site_id, id!, Date.now())).toBeNull();
    // Visitor 1 is visitor 0 after midnight.
    expect(await told(site_id)).toEqual(["0 live", "1 stranger", "2 live", "2 live", "2 live"]);
  });

  it("in a repeated or continued import, on each day of the past, but not after 48 hours", async () => {
    setClock(NOON);
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const line = (event_id: string, day: number, last = 1) =>
      anEvent(site_id, {
        event_id,
        event_time: `2024-03-0${day}T1${event_id.length}:00:00Z`,
        ip: `203.0.113.${last}`,
        user_agent: AGENT,
      });
    await sendImport(key, site_id, [line("a", 1), line("bb", 1), line("c", 1, 2), line("d", 2)], "past");
    setClock(NOON + 20 * HOUR);
    const again = await sendImport(key, site_id, [line("a", 1), line("d", 2)], "past");
    expect(await again.json()).toMatchObject({ accepted: 0, duplicates: 2 });
    setClock(NOON + 47 * HOUR);
    await sendImport(key, site_id, [line("eee", 1), line("ff", 2)], "past");
    setClock(NOON + 49 * HOUR);
    await sendImport(key, site_id, [line("gggg", 1)], "past");
    await countAll(queue, importName(site_id));
    const rows = (await lakeRows(site_id)).filter(({ event_type }) => event_type === "pageview");
    const visitors = [...new Set(rows.map(({ visitor_id }) => visitor_id))];
    expect(rows.map(({ event_id, visitor_id }) => `${event_id} ${visitors.indexOf(visitor_id)}`)).toEqual([
      ...["a 0", "bb 0", "c 1", "d 2", "eee 0", "ff 2", "gggg 3"],
    ]);
  });
});

describe("visitor secrets", () => {
  it("are made for the event's day, and near midnight for the day before, read once, and remembered", async () => {
    const { site_id } = await givenProperty();
    setClock(NOON);
    await sendBeacon(aBeacon(site_id), HOME);
    expect(await secretDates(site_id)).toEqual(["2099-10-05"]);
    setClock(NOON - 12 * HOUR + 5 * MINUTE);
    const batch = vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch");
    for (let i = 0; i < 5; i += 1) await sendBeacon(aBeacon(site_id), HOME);
    const reads = batch.mock.calls.length;
    for (let i = 0; i < 5; i += 1) await sendBeacon(aBeacon(site_id), HOME);
    expect(batch.mock.calls.length).toBe(reads);
    expect(await secretDates(site_id)).toEqual(["2099-10-04", "2099-10-05"]);
  });

  it("are read before midnight, so that events count when D1 is away at midnight", async () => {
    const { site_id } = await givenProperty();
    setClock(NOON + 11 * HOUR);
    await sendBeacon(aBeacon(site_id), HOME);
    await vi.waitFor(async () => expect(await secretDates(site_id)).toEqual(["2099-10-05", "2099-10-06"]));
    setClock(NOON + 12 * HOUR + MINUTE);
    vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch").mockRejectedValue(new Error("D1 is away"));
    expect((await sendBeacon(aBeacon(site_id), HOME)).status).toBe(202);
  });

  it("that cannot be read leave an event unacknowledged, and nothing of it anywhere", async () => {
    setClock(NOON);
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id, { n: "Warm" }), { ...HOME, "user-agent": "Googlebot/2.1" });
    const away = vi.spyOn(Object.getPrototypeOf(env.DB) as D1Database, "batch");
    away.mockRejectedValue(new Error("D1 is away"));
    const reply = await sendBeacon(aBeacon(site_id, { i: "again" }), HOME);
    expect(reply.status).toBe(503);
    expect(queue.letters).toEqual([]);
    away.mockRestore();
    expect((await sendBeacon(aBeacon(site_id, { i: "again" }), HOME)).status).toBe(202);
    expect(await told(site_id)).toEqual(["0 again"]);
  });

  it("are the same for all who ask at once", async () => {
    setClock(NOON);
    const { site_id } = await givenProperty();
    await Promise.all(Array.from({ length: 20 }, () => sendBeacon(aBeacon(site_id), HOME)));
    expect(new Set((await told(site_id)).map((line) => line.split(" ")[0]))).toEqual(new Set(["0"]));
  });

  it("are destroyed 48 hours after they were made, by the cron, and not used until then", async () => {
    setClock(NOON);
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id), HOME);
    const secrets = async () =>
      (await env.DB.prepare("SELECT secret FROM visitor_secrets WHERE site_id = ?").bind(site_id).all()).results;
    const before = await secrets();
    await keepHouse(env, NOON + 48 * HOUR - 1);
    expect(await secrets()).toEqual(before);
    // A late event, before the cron has come: the old secret is not used any more.
    setClock(NOON + 48 * HOUR);
    const late = { event_time: new Date(NOON).toISOString(), ip: "203.0.113.201", user_agent: AGENT };
    await sendEvents(await givenKey(), anEvent(site_id, { ...late, event_id: "late" }));
    const after = await secrets();
    expect(after).toHaveLength(1);
    for (const one of before) expect(after).not.toContainEqual(one);
    expect((await told(site_id)).map((line) => line.split(" ")[0])).toEqual(["0", "1"]);
    await keepHouse(env, NOON + 96 * HOUR);
    expect(await secrets()).toEqual([]);
  });
});

describe("a message of the version before, with address and agent", () => {
  const aFormer = (event_id: string, time: number, last = 201): Sighting => ({
    ...nextEvent({ random: chance(1), pick: (list) => list[0]! }, 1, time, 1).arrival,
    ...{ event_id, event_type: "pageview", name: "pageview", address: `203.0.113.${last}`, agent: AGENT },
    first_visit: false,
  });
  const batchOf = ({ site_id, timezone }: Property, ...arrivals: Sighting[]) => ({
    property: { site_id, timezone, address: "truncated" as const },
    arrivals,
  });

  it("is counted, with the visitor that it has when the former version calls the hub itself", async () => {
    const property = await givenProperty(undefined, { shards: 3 });
    const { site_id } = property;
    const midnight = NOON + 12 * HOUR;
    setClock(midnight + HOUR);
    const hubs = [0, 1, 2].map((shard) => shardName(site_id, shard));
    const unstamped = (arrival: Sighting): UnstampedMessage => ({
      kind: "unstamped",
      hub: hubs[0]!,
      batch: batchOf(property, arrival),
    });
    queue.letters.push({ id: "1", body: unstamped(aFormer("a", midnight - 10 * MINUTE)) });
    await countAll(queue);
    queue.letters.push({ id: "2", body: unstamped(aFormer("b", midnight + 5 * MINUTE)) });
    await failAll();
    const [id] = await deadLetters(site_id);
    expect(await replayLetter(env, site_id, id!, Date.now())).toBeNull();
    await countAll(queue, ...hubs);
    const [first, second] = (await lakeRows(site_id)) as [StampedEvent, StampedEvent];
    expect([first.visit_id, second.visit_id, first.ip]).toEqual(["a", "a", "203.0.113.0"]);
    // The same visitor, from a Worker of the former version that still runs.
    const own = await Promise.all(
      hubs.map((hub) =>
        runInDurableObject(
          env.HUB.getByName(hub),
          (_, { storage }) => storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'meta'").toArray().length,
        ),
      ),
    );
    const hub = hubs[own.indexOf(1)]!;
    await env.HUB.getByName(hub).accept(batchOf(property, aFormer("c", midnight + 6 * MINUTE)));
    await countAll(queue, hub);
    const third = (await lakeRows(site_id)).find(({ event_id }) => event_id === "c");
    expect([third?.visitor_id, third?.visit_id]).toEqual([second.visitor_id, "a"]);
  });

  it("is not counted again when its event has come to the hub after all", async () => {
    const property = await givenProperty();
    const { site_id } = property;
    const batch = batchOf(property, aFormer("once", Date.now()));
    await env.HUB.getByName(mainHub(site_id)).accept(batch);
    queue.letters.push({ id: "1", body: { kind: "unstamped", hub: mainHub(site_id), batch } });
    await countAll(queue);
    expect(await told(site_id)).toEqual(["0 once"]);
  });
});
