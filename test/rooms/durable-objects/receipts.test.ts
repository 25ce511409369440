// What the hub has sent stays in its journal until D1 has the receipt: a queue may lose a message.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MOST_UNCONFIRMED, type SentMessage, TOO_OLD } from "../../../durable-objects/unconfirmed";
import { importName } from "../../../workers/domain/visits/hub";
import { RECEIPTS_MS } from "../../../workers/maintenance/housekeeping";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendImport } from "../beacons";
import { countAll, deliverLetters, differences, givenHeldQueue, lakeIds, mainHub } from "../downstream";
import { givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const hubOf = (siteId: string) => env.HUB.getByName(mainHub(siteId));

interface Inside {
  env: Cloudflare.Env;
  journal: { unconfirmed: SentMessage[] };
  groups: { commit(): void };
  checkpoint(): void;
}
const inside = <T>(name: string, look: (hub: Inside, state: DurableObjectState) => T): Promise<T> =>
  runInDurableObject(env.HUB.getByName(name), (hub, state) => look(hub as unknown as Inside, state));

const unconfirmed = (siteId: string): Promise<number> =>
  inside(mainHub(siteId), ({ journal }) => journal.unconfirmed.length);
const journalRows = (siteId: string): Promise<number> =>
  inside(mainHub(siteId), (_, { storage }) => Number(storage.sql.exec("SELECT count(*) AS n FROM journal").one().n));
const checkpoint = (siteId: string): Promise<void> =>
  inside(mainHub(siteId), (hub) => {
    hub.groups.commit();
    hub.checkpoint();
  });

/** Timers run on; only the date stands still, a day ahead so that no alarm comes by itself. */
const START = Date.now() + 24 * HOUR;
const setClock = (after: number): void => void vi.useFakeTimers({ toFake: ["Date"], now: START + after });
let errors: string[] = [];
beforeEach(() => {
  setClock(0);
  errors = [];
  vi.spyOn(console, "error").mockImplementation((...said) => void errors.push(said.map(String).join(" ")));
});
afterEach(() => vi.useRealTimers());

/** A hub that has sent one message, which waits in the queue. */
async function givenSent(...ids: string[]): Promise<string> {
  const { site_id } = await givenProperty();
  for (const i of ids) await sendBeacon(aBeacon(site_id, { i }));
  await hubOf(site_id).flush();
  expect(queue.letters).toHaveLength(1);
  return site_id;
}

/** Puts a database between the hub and D1, until the hub is evicted. */
const givenDatabase = (siteId: string, prepare: (sql: string) => D1PreparedStatement): Promise<void> =>
  inside(mainHub(siteId), (hub) => {
    hub.env = { ...env, DB: { prepare } as unknown as D1Database };
  });

describe("a message with its receipt", () => {
  it("frees its rows with the next flush", async () => {
    const site = await givenSent("one");
    await checkpoint(site);
    await sendBeacon(aBeacon(site, { i: "two" }));
    // The row of the first is kept, though the queue has it and a checkpoint covers it.
    expect(await journalRows(site)).toBe(2);
    await countAll(queue, mainHub(site));
    await hubOf(site).flush();
    await checkpoint(site);
    expect(await unconfirmed(site)).toBe(0);
    for (const i of ["three", "four"]) await sendBeacon(aBeacon(site, { i }));
    expect(await journalRows(site)).toBe(2);
    await countAll(queue, mainHub(site));
    expect(await lakeIds(site)).toEqual(["one", "two", "three", "four"]);
  });

  it("is not sent again, however long ago that was and however often the hub starts", async () => {
    const site = await givenSent("one");
    await countAll(queue);
    setClock(20 * MINUTE);
    await evictDurableObject(hubOf(site));
    await hubOf(site).flush();
    setClock(3 * HOUR);
    await evictDurableObject(hubOf(site));
    await hubOf(site).flush();
    expect(queue.letters).toEqual([]);
  });

  it("stands for its property's message alone: a shard and an import ask for their own", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const event = { event_type: "pageview", url: "https://shop.example/a", ip: "192.0.2.1", user_agent: CHROME };
    await sendImport(key, site_id, [{ ...event, event_id: "past", event_time: "2024-05-02T10:00:00Z" }], "file");
    await sendBeacon(aBeacon(site_id, { i: "live" }));
    await countAll(queue, mainHub(site_id));
    const hub = env.HUB.getByName(importName(site_id));
    await hub.flush();
    // Lost.
    expect(queue.letters.splice(0)).toHaveLength(1);
    setClock(10 * MINUTE);
    await hub.flush();
    await countAll(queue, mainHub(site_id));
    expect((await lakeIds(site_id)).sort()).toEqual(["live", "past"]);
    expect(await differences(site_id)).toEqual([]);
  });
});

describe("a message without a receipt", () => {
  it("is sent again after ten minutes, as the same message, and counts once when both arrive", async () => {
    const site = await givenSent("one", "two");
    setClock(10 * MINUTE - 1);
    await hubOf(site).flush();
    expect(queue.letters).toHaveLength(1);
    setClock(10 * MINUTE);
    await Promise.all([hubOf(site).flush(), hubOf(site).flush()]);
    expect(queue.letters).toHaveLength(2);
    expect(queue.letters[1]!.body).toEqual(queue.letters[0]!.body);
    await countAll(queue, mainHub(site));
    expect(await lakeIds(site)).toEqual(["one", "two"]);
    expect(await differences(site)).toEqual([]);
    await hubOf(site).flush();
    expect(await unconfirmed(site)).toBe(0);
  });

  it("that the queue has lost is counted, also when the hub started in between", async () => {
    const site = await givenSent("one");
    queue.letters.splice(0);
    await evictDurableObject(hubOf(site));
    await sendBeacon(aBeacon(site, { i: "two" }));
    setClock(10 * MINUTE);
    await countAll(queue, mainHub(site));
    expect((await lakeIds(site)).sort()).toEqual(["one", "two"]);
    expect(await differences(site)).toEqual([]);
  });

  it("is sent again after waits that double, and given up with an error after a day", async () => {
    const site = await givenSent("one");
    const sent: number[] = [];
    for (let minutes = 5; minutes < 24 * 60; minutes += 5) {
      queue.letters.splice(0);
      setClock(minutes * MINUTE);
      await hubOf(site).flush();
      if (queue.letters.length > 0) sent.push(minutes);
    }
    expect(sent).toEqual([10, 30, 70, 150, 310, 630, 1270]);
    expect(await unconfirmed(site)).toBe(1);
    expect(errors.join()).not.toContain("gives up");
    setClock(24 * HOUR);
    await hubOf(site).flush();
    expect(await unconfirmed(site)).toBe(0);
    expect(errors.at(-1)).toMatch(/^hub gives up 1 messages without a receipt.*-1-1$/);
  });

  it("is sent again by a hub that slept for days, but not when its receipt may have been deleted", async () => {
    const site = await givenSent("one");
    queue.letters.splice(0);
    setClock(3 * 24 * HOUR);
    await evictDurableObject(hubOf(site));
    await hubOf(site).flush();
    // In the queue once more, and kept until that is counted.
    await hubOf(site).flush();
    expect(await unconfirmed(site)).toBe(1);
    await countAll(queue, mainHub(site));
    expect(await lakeIds(site)).toEqual(["one"]);

    const other = await givenSent("two");
    queue.letters.splice(0);
    setClock(3 * 24 * HOUR + TOO_OLD);
    await hubOf(other).flush();
    expect(queue.letters).toEqual([]);
    expect(await unconfirmed(other)).toBe(0);
    // A last copy may wait in the queue for 14 days.
    expect(RECEIPTS_MS).toBeGreaterThan(TOO_OLD + 14 * 24 * HOUR);
  });

  it("is left alone as a dead letter, and as the message of a property that is deleted", async () => {
    const site = await givenSent("one");
    const put = vi.spyOn(Object.getPrototypeOf(env.LAKE) as R2Bucket, "put");
    put.mockRejectedValueOnce(new Error("R2 is away"));
    await deliverLetters(queue.letters.splice(0), "trackkit-dead-letters");
    expect(await env.DB.prepare("SELECT count(*) AS n FROM dead_letters").first("n")).toBe(1);
    setClock(10 * MINUTE);
    await hubOf(site).flush();
    expect(queue.letters).toEqual([]);
    expect(await unconfirmed(site)).toBe(0);

    const gone = await givenSent("two");
    queue.letters.splice(0);
    await env.DB.prepare("UPDATE properties SET deleted_at = 1 WHERE site_id = ?").bind(gone).run();
    setClock(20 * MINUTE);
    await hubOf(gone).flush();
    expect(queue.letters).toEqual([]);
    expect(await unconfirmed(gone)).toBe(0);
  });

  it("is trusted to the queue when there are too many of them", async () => {
    const site = await givenSent("one");
    await inside(mainHub(site), ({ journal }) => {
      const [own] = journal.unconfirmed;
      const older = (n: number): SentMessage => ({ ...own!, from: -n, to: -n - 1, slots: new Uint32Array(0) });
      journal.unconfirmed = [
        ...Array.from({ length: MOST_UNCONFIRMED - 1 }, (_, i) => older(MOST_UNCONFIRMED - i)),
        own!,
      ];
    });
    await sendBeacon(aBeacon(site, { i: "two" }));
    await hubOf(site).flush();
    expect(await unconfirmed(site)).toBe(MOST_UNCONFIRMED);
    expect(errors.at(-1)).toContain("gives up 1 messages");
    expect(queue.letters).toHaveLength(2);
  });
});

describe("the hub asks for receipts", () => {
  it("in one read of a flush, for all messages, and not when there is nothing to ask for", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id));
    const reads: string[] = [];
    await givenDatabase(site_id, (sql) => {
      reads.push(sql);
      return env.DB.prepare(sql);
    });
    await hubOf(site_id).flush();
    expect(reads).toHaveLength(0);
    // A flush commits what waits for its group.
    for (let n = 1; n <= 100; n += 1) {
      const sent = sendBeacon(aBeacon(site_id));
      while (queue.letters.length <= n) await hubOf(site_id).flush();
      await sent;
    }
    expect(queue.letters).toHaveLength(101);
    reads.splice(0);
    await hubOf(site_id).flush();
    expect(reads).toHaveLength(1);
    expect(await unconfirmed(site_id)).toBe(101);
    while (queue.letters.length > 0) await deliverLetters(queue.letters.splice(0, 100));
    await hubOf(site_id).flush();
    expect(reads).toHaveLength(2);
    expect(await unconfirmed(site_id)).toBe(0);
  });

  it("by one alarm ten minutes after the last message before quiet", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id, { i: "last" }));
    const alarmAt = () => inside(mainHub(site_id), (_, { storage }) => storage.getAlarm());
    await runDurableObjectAlarm(hubOf(site_id));
    expect(queue.letters.splice(0)).toHaveLength(1);
    expect(await alarmAt()).toBe(START + 10 * MINUTE);
    setClock(10 * MINUTE);
    await runDurableObjectAlarm(hubOf(site_id));
    await countAll(queue);
    expect(await lakeIds(site_id)).toEqual(["last"]);
    expect(await alarmAt()).toBe(START + 30 * MINUTE);
    setClock(30 * MINUTE);
    await runDurableObjectAlarm(hubOf(site_id));
    // With the day the hub deletes what it has sent, instead of keeping it until the row is used again.
    const midnight = (Math.floor((START + 30 * MINUTE) / (24 * HOUR)) + 1) * 24 * HOUR;
    expect(await alarmAt()).toBe(midnight);
    expect(await journalRows(site_id)).toBe(1);
    setClock(midnight - START);
    await runDurableObjectAlarm(hubOf(site_id));
    expect(await journalRows(site_id)).toBe(0);
    // Nothing is left but the day's salt, which is destroyed after two days.
    expect(await alarmAt()).toBe(START + 48 * HOUR);
    expect(queue.letters).toEqual([]);
  });

  it("by an alarm that a start sets, when the one before was never set", async () => {
    const site = await givenSent("one");
    await inside(mainHub(site), (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(hubOf(site));
    queue.letters.splice(0);
    expect(await inside(mainHub(site), (_, { storage }) => storage.getAlarm())).toBe(START + 10 * MINUTE);
    setClock(10 * MINUTE);
    await runDurableObjectAlarm(hubOf(site));
    await countAll(queue);
    expect(await lakeIds(site)).toEqual(["one"]);
  });

  it("and keeps everything, and serves visitors, while D1 does not answer", async () => {
    const site = await givenSent("one");
    await givenDatabase(site, () => {
      throw new Error("D1 is away");
    });
    queue.letters.splice(0);
    for (const minutes of [10, 30, 26 * 60]) {
      setClock(minutes * MINUTE);
      expect((await sendBeacon(aBeacon(site, { i: `at ${minutes}` }))).status).toBe(202);
      await runDurableObjectAlarm(hubOf(site));
    }
    // What is new leaves; nothing is sent again in the dark, and nothing is freed.
    expect(queue.letters).toHaveLength(3);
    expect(await unconfirmed(site)).toBe(4);
    await evictDurableObject(hubOf(site));
    await countAll(queue, mainHub(site));
    expect((await lakeIds(site)).sort()).toEqual(["at 10", "at 1560", "at 30", "one"]);
    expect(await differences(site)).toEqual([]);
  });

  it("and writes nothing when it is destroyed meanwhile", async () => {
    const site = await givenSent("one");
    // Flags, because a promise of one context cannot be resolved in another.
    let isAsked = false;
    let isAnswered = false;
    await givenDatabase(site, (sql) => {
      isAsked = true;
      const statement = env.DB.prepare(sql);
      const all = async (bound: unknown[]) => {
        while (!isAnswered) await scheduler.wait(1);
        return statement.bind(...bound).all();
      };
      return { bind: (...bound: unknown[]) => ({ all: () => all(bound) }) } as unknown as D1PreparedStatement;
    });
    setClock(10 * MINUTE);
    const flushed = hubOf(site).flush();
    await vi.waitFor(() => expect(isAsked).toBe(true));
    await hubOf(site).destroy();
    isAnswered = true;
    await flushed;
    expect(queue.letters).toHaveLength(1);
    const left = await inside(mainHub(site), async (_, { storage }) => [
      await storage.getAlarm(),
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name IN ('journal', 'meta')").toArray(),
    ]);
    expect(left).toEqual([null, []]);
  });
});

it("a hub that the version before stored starts, and sends on", async () => {
  const { site_id } = await givenProperty();
  const key = await givenKey();
  await sendEvents(key, { events: [anEvent(site_id, { event_id: "before" })] });
  await countAll(queue, mainHub(site_id));
  await sendEvents(key, { events: [anEvent(site_id, { event_id: "unsent" })] });
  await inside(mainHub(site_id), (_, { storage }) => {
    const sent = JSON.stringify({ sent: 1, cut: null });
    storage.sql.exec("UPDATE meta SET value = ? WHERE key = 'sent'", sent);
  });
  await evictDurableObject(hubOf(site_id));
  setClock(10 * MINUTE);
  await countAll(queue, mainHub(site_id));
  expect(await lakeIds(site_id)).toEqual(["before", "unsent"]);
  await hubOf(site_id).flush();
  expect(queue.letters).toEqual([]);
  expect(await unconfirmed(site_id)).toBe(0);
});
