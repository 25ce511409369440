// Ingest, held to exactly once: deliver anything twice, in any grouping, at the same time, with poison among it.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LAKE_COLUMN_NAMES } from "../../../workers/domain/events/columns";
import { readMessage, type StampedMessage } from "../../../workers/domain/visits/message";
import { consume } from "../../../workers/ingest/consume";
import { aBeacon, anEvent, sendBeacon, sendEvents } from "../beacons";
import {
  ask,
  countAll,
  deliverLetters,
  differences,
  givenHeldQueue,
  type Letter,
  lakeIds,
  lakeRows,
  mainHub,
  storedTraces,
} from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const letter = (body: unknown): Letter => ({ id: crypto.randomUUID(), body });
const receipts = () => env.DB.prepare("select count(*) as n from receipts").first("n");

/** Some messages of a hub, each of a few page views. @returns the messages and how many events they hold. */
async function givenMessages(siteId: string, messages: number, perMessage = 3): Promise<Letter[]> {
  const key = await givenKey();
  const hub = env.HUB.getByName(mainHub(siteId));
  const before = queue.letters.length;
  for (let n = 0; n < messages; n += 1) {
    const events = Array.from({ length: perMessage }, (_, i) =>
      anEvent(siteId, { event_id: `${n}-${i}`, ip: `192.0.2.${i}`, url: `https://shop.example/${n % 4}` }),
    );
    // A flush sends at once what a call has brought: one message per call.
    const taken = sendEvents(key, { events });
    const sent = async () => {
      while (queue.letters.length <= before + n) await hub.flush();
    };
    await Promise.all([taken, sent()]);
  }
  return queue.letters.splice(before);
}

async function expectCounted(siteId: string, pageviews: number): Promise<void> {
  expect(await ask(siteId, ["pageviews"])).toEqual([{ dimensions: [], metrics: [pageviews] }]);
  const ids = await lakeIds(siteId);
  expect([ids.length, new Set(ids).size]).toEqual([pageviews, pageviews]);
  expect(await differences(siteId)).toEqual([]);
}

describe("a message is counted once", () => {
  it("when it is delivered again", async () => {
    const { site_id } = await givenProperty();
    const letters = await givenMessages(site_id, 2);
    for (let i = 0; i < 3; i += 1) expect((await deliverLetters(letters)).retryMessages).toEqual([]);
    await expectCounted(site_id, 6);
  });

  it("when it comes again in another company", async () => {
    const { site_id } = await givenProperty();
    const [a, b, c, d] = (await givenMessages(site_id, 4)) as [Letter, Letter, Letter, Letter];
    for (const group of [[a, b], [b, c], [d, a, c], [c], [a, b, c, d]])
      expect((await deliverLetters(group)).explicitAcks).toHaveLength(group.length);
    await expectCounted(site_id, 12);
  });

  it("when it is in one batch twice, under two names", async () => {
    const { site_id } = await givenProperty();
    const [one] = (await givenMessages(site_id, 1)) as [Letter];
    const result = await deliverLetters([one, letter(one.body), letter(one.body)]);
    expect(result.explicitAcks).toHaveLength(3);
    await expectCounted(site_id, 3);
    expect(await receipts()).toBe(1);
  });

  it("when several consumers have it at the same time", async () => {
    const { site_id } = await givenProperty();
    const letters = await givenMessages(site_id, 8);
    const groups = [letters.slice(0, 5), letters.slice(3), letters.slice(2, 6), letters, [...letters].reverse()];
    const results = await Promise.all(groups.map((group) => deliverLetters(group)));
    const again = results.flatMap(({ retryMessages }) => retryMessages);
    // What lost a race is asked for again, not lost.
    if (again.length > 0) await deliverLetters(letters);
    await expectCounted(site_id, 24);
    expect(await receipts()).toBe(8);
  });
});

describe("what ingest writes", () => {
  it("is one object, one receipt and one file row per message, and rollups that equal them", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id, { i: "a", u: "https://shop.example/one?utm_source=letter" }));
    await sendBeacon(aBeacon(site_id, { i: "b", u: "https://shop.example/two" }));
    await countAll(queue, mainHub(site_id));
    const { objects } = await env.LAKE.list({ prefix: `raw/site_id=${site_id}/date=` });
    const { results: files } = await env.DB.prepare("select * from lake_files").all();
    const rows = await lakeRows(site_id);
    const [first] = rows;
    expect(files).toEqual([
      {
        id: 1,
        site_id,
        zone: "raw",
        key: objects[0]!.key,
        rows: 3,
        bytes: objects[0]!.size,
        min_time: first!.event_time,
        max_time: Math.max(...rows.map(({ event_time }) => event_time)),
        min_date: first!.local_date,
        max_date: first!.local_date,
        level: 0,
        event_type: null,
        first_id: null,
        last_id: null,
        created_at: expect.any(Number),
      },
    ]);
    expect([objects.length, await receipts()]).toEqual([1, 1]);
    const metrics = ["visitors", "visits", "pageviews", "events", "bounce_rate"];
    expect(await ask(site_id, metrics)).toEqual([{ dimensions: [], metrics: [1, 1, 2, 2, 0] }]);
    expect(await ask(site_id, ["pageviews"], { dimensions: ["event:page"] })).toEqual([
      { dimensions: ["/one"], metrics: [1] },
      { dimensions: ["/two"], metrics: [1] },
    ]);
    expect(await ask(site_id, ["visits"], { dimensions: ["visit:source"] })).toEqual([
      { dimensions: ["letter"], metrics: [1] },
    ]);
    expect(await differences(site_id)).toEqual([]);
  });

  it("may be a hundred messages of several properties at once", async () => {
    const properties = [await givenProperty(), await givenProperty()];
    const letters: Letter[] = [];
    for (const { site_id } of properties) letters.push(...(await givenMessages(site_id, 50, 8)));
    expect((await deliverLetters(letters)).explicitAcks).toHaveLength(100);
    for (const { site_id } of properties) await expectCounted(site_id, 400);
  });
});

describe("a property that was deleted", () => {
  it("has its messages dropped; its neighbour's are counted", async () => {
    const [gone, kept] = [await givenProperty(), await givenProperty()];
    const letters = [...(await givenMessages(gone.site_id, 1)), ...(await givenMessages(kept.site_id, 1))];
    const unstamped = {
      kind: "unstamped",
      hub: mainHub(gone.site_id),
      batch: { property: { site_id: gone.site_id, timezone: "UTC", address: "none" }, arrivals: [] },
    };
    await call("DELETE", `/api/v1/properties/${gone.site_id}`, { key: await givenKey() });
    expect((await deliverLetters([...letters, letter(unstamped)])).explicitAcks).toHaveLength(3);
    await expectCounted(kept.site_id, 3);
    expect(await lakeIds(gone.site_id)).toEqual([]);
    const rows = await env.DB.prepare("select count(*) as n from rollup_pending where site_id = ?")
      .bind(gone.site_id)
      .first("n");
    expect(rows).toBe(0);
  });
});

describe("a message that cannot be counted", () => {
  const POISON = [
    "{not json",
    '{"kind":"unstamped"}',
    "null",
    '{"kind":"unheard of"}',
    '{"kind":"stamped","id":"x"}',
    "[]",
  ];

  it("keeps no other from being counted", async () => {
    const { site_id } = await givenProperty();
    const [a, b] = (await givenMessages(site_id, 2)) as [Letter, Letter];
    const poison = POISON.map(letter);
    const result = await deliverLetters([a, ...poison, b]);
    expect(result.explicitAcks.sort()).toEqual([a.id, b.id].sort());
    expect(result.retryMessages.map(({ msgId }) => msgId).sort()).toEqual(poison.map(({ id }) => id).sort());
    await expectCounted(site_id, 6);
  });

  it("keeps no other from being counted, also when only its writing fails", async () => {
    const { site_id } = await givenProperty();
    const [good, spoilt] = (await givenMessages(site_id, 2)) as [Letter, Letter];
    const message = readMessage(spoilt.body) as StampedMessage;
    const events = message.events.map((row) =>
      LAKE_COLUMN_NAMES.map((column) => (column === "event_time" ? "not a time" : row[column])),
    );
    const bad = letter(JSON.stringify({ ...message, events }));
    const result = await deliverLetters([bad, good]);
    expect([result.explicitAcks, result.retryMessages.map(({ msgId }) => msgId)]).toEqual([[good.id], [bad.id]]);
    await expectCounted(site_id, 3);
  });

  it.each(POISON)("ends in the dead letters with its reason, in R2 and in D1: %s", async (body) => {
    const dead = letter(body);
    expect((await deliverLetters([dead], "trackkit-dead-letters")).explicitAcks).toEqual([dead.id]);
    const row = await env.DB.prepare("select * from dead_letters").first<{ id: string; key: string; reason: string }>();
    expect(row!.reason).not.toBe("");
    const kept = await (await env.LAKE.get(row!.key))!.json();
    expect(kept).toMatchObject({ id: row!.id, message: body, reason: row!.reason });
  });

  it("is kept once however often it comes", async () => {
    const dead = letter("{not json");
    for (let i = 0; i < 2; i += 1) await deliverLetters([dead], "trackkit-dead-letters");
    expect(await env.DB.prepare("select count(*) as n from dead_letters").first("n")).toBe(1);
  });

  it("that can be counted after all is counted by the dead-letter consumer", async () => {
    const { site_id } = await givenProperty();
    const letters = await givenMessages(site_id, 2);
    await deliverLetters(letters, "trackkit-dead-letters");
    await deliverLetters(letters);
    await expectCounted(site_id, 6);
    expect(await env.DB.prepare("select count(*) as n from dead_letters").first("n")).toBe(0);
  });
});

describe("while D1 or R2 are away", () => {
  const away = () => Promise.reject(new Error("away"));

  it.each([
    ["R2", { LAKE: { ...env.LAKE, put: away } }],
    ["D1", { DB: { prepare: env.DB.prepare.bind(env.DB), batch: away } }],
  ])("%s: nothing is acknowledged, and everything is counted afterwards", async (_, broken) => {
    const { site_id } = await givenProperty();
    const letters = await givenMessages(site_id, 3);
    const result = await deliverLetters(letters, "trackkit-events", { ...env, ...broken } as unknown as Cloudflare.Env);
    expect([result.explicitAcks, result.retryMessages.length]).toEqual([[], 3]);
    expect(await env.DB.prepare("select count(*) as n from rollup_pending").first("n")).toBe(0);
    await deliverLetters(letters);
    await expectCounted(site_id, 9);
  });

  it("the dead-letter consumer acknowledges nothing either", async () => {
    const broken = { ...env, LAKE: { put: away } } as unknown as Cloudflare.Env;
    await expect(deliverLetters([letter("{not json")], "trackkit-dead-letters", broken)).rejects.toThrow("away");
    expect(await storedTraces()).toBe(0);
  });
});

it("a queue's batch without messages is nothing to do", async () => {
  await consume({ messages: [], queue: "trackkit-events" } as unknown as MessageBatch, env);
  expect(await storedTraces()).toBe(0);
});
