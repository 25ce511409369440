// Whatever strangers send: it is taken, well-formed and whole, or refused with a reason. Never a failure of ours, never
// something half stored.
import { env, exports } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { isMeasuring } from "../../../workers/domain/events/measurement";
import { pageOfPath, STANDARD_PAGES } from "../../../workers/domain/events/path";
import { PROBLEM_STATUS } from "../../../workers/domain/requests/problem";
import { importName } from "../../../workers/domain/visits/hub";
import { KEYED_FIELDS } from "../../../workers/domain/visits/incoming";
import type { StampedMessage } from "../../../workers/domain/visits/message";
import { readMessage } from "../../../workers/domain/visits/message";
import { CHROME, sendBeacon, sendEvents, sendFromPage, sendImport } from "../beacons";
import { ask, countAll, differences, givenHeldQueue, type Letter, lakeRows, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty, measuringStream, ORIGIN } from "../given";
import { aBeaconOfAStranger, aLineOfAStranger, anEventOfAStranger, anyEncoded, anyJson } from "./hostile-values";

givenFreshStorage();
const queue = givenHeldQueue();
/** Each run of the suite tries others: the seed is new, and printed by a failure. */
const RUNS = 60;

/** Each request has an address of its own, so that nobody is limited. */
let requests = 0;
const address = () => `10.${(requests >> 16) & 255}.${(requests >> 8) & 255}.${requests++ & 255}`;

const aProperty = () =>
  givenProperty(undefined, {
    streams: [measuringStream({ first_visit: false })],
    privacy: { without_key: ["user_id", "revenue", "measurements"] },
  });

/** Holds a reply to the contract. @returns its body when something was taken. */
async function judge(reply: Response): Promise<Record<string, unknown> | null> {
  if (reply.headers.get("content-type") === "image/gif") return {};
  const body = await reply.text();
  if (reply.status >= 200 && reply.status < 300) return JSON.parse(body);
  const { error } = JSON.parse(body) as { error: { code: keyof typeof PROBLEM_STATUS; message: string } };
  expect(reply.status, body).toBeLessThan(500);
  expect(PROBLEM_STATUS[error.code], body).toBe(reply.status);
  expect(error.message).not.toBe("");
  return null;
}

/** Messages that hubs have sent so far. */
let sentSoFar: Letter[] = [];
beforeEach(() => {
  sentSoFar = [];
});

/** How many events a hub has stored since the last time this was asked. */
async function newlyStored(hub: string): Promise<number> {
  await env.HUB.getByName(hub).flush();
  const letters = queue.letters.splice(0);
  sentSoFar.push(...letters);
  return letters.reduce((sum, { body }) => sum + (JSON.parse(String(body)) as { events: unknown[] }).events.length, 0);
}

/** Ids of the events that a hub has stored since the last time. */
async function storedIds(hub: string): Promise<string[]> {
  const from = sentSoFar.length;
  await newlyStored(hub);
  return sentSoFar
    .slice(from)
    .flatMap(({ body }) => (readMessage(body) as StampedMessage).events.map((row) => row.event_id));
}

function expectWellFormed(row: object): void {
  for (const value of Object.values(row)) {
    if (typeof value === "string")
      expect(value.isWellFormed() && !value.includes("\0"), JSON.stringify(value)).toBe(true);
    if (typeof value === "number") expect(Number.isFinite(value)).toBe(true);
    if (typeof value === "object" && value !== null) expectWellFormed(value);
  }
}

/** Everything that was taken is in the lake once, whole; and D1 says the same as the lake. */
async function expectStored(siteId: string, hub: string, ids: Iterable<string>): Promise<StampedEvent[]> {
  await newlyStored(hub);
  queue.letters.push(...sentSoFar);
  await countAll(queue);
  const rows = await lakeRows(siteId);
  expect(rows.map(({ event_id }) => event_id).sort()).toEqual([...new Set(ids)].sort());
  for (const row of rows) expectWellFormed(row);
  expect(await differences(siteId)).toEqual([]);
  for (const [dimension, values] of [
    ["event:name", rows.filter(({ event_type }) => event_type !== "engagement").map(({ name }) => name)],
    // Pages of which something was only measured may have a row, which then counts nobody.
    ["event:page", rows.filter((row) => !isMeasuring(row.event_type)).map((row) => row.page ?? "(none)")],
  ] as const) {
    const answer = await ask(siteId, ["events", "visitors"], {
      dimensions: [dimension],
      pagination: { limit: 10_000 },
    });
    const told = answer.filter(({ metrics }) => metrics[0]! > 0).map(({ dimensions }) => dimensions[0]!);
    expect(told.sort()).toEqual([...new Set(values)].sort());
  }
  return rows;
}

/** Fields that are kept as they were sent. */
const KEPT = ["user_id", "session_id", "button_id", "selector"] as const;

function expectIntact(row: StampedEvent, sent: Record<string, unknown>): void {
  for (const field of KEPT) expect(row[field]).toBe(sent[field] || null);
  const given = Object.entries((sent.props ?? {}) as object).filter(([, value]) => value !== null);
  expect(row.props ?? {}).toEqual(JSON.parse(JSON.stringify(Object.fromEntries(given))));
  if (sent.page_path !== undefined) expect(row.page).toBe(pageOfPath(String(sent.page_path), STANDARD_PAGES));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const asSent = (value: unknown) => JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

const aStrangersEvent = fc.oneof({ arbitrary: anEventOfAStranger, weight: 8 }, anyJson);

describe("generated input", () => {
  it("POST /api/events takes or refuses an event as a whole", async () => {
    const { site_id } = await aProperty();
    const key = await givenKey();
    const taken = new Map<string, Record<string, unknown>>();
    await fc.assert(
      fc.asyncProperty(aStrangersEvent, async (given) => {
        const sent = isObject(given) && !Array.isArray(given) ? { site_id, ...given } : given;
        const reply = await judge(await sendEvents(key, JSON.stringify(sent)));
        const stored = await newlyStored(mainHub(site_id));
        const id = String(reply?.event_id);
        expect(stored).toBe(reply?.status === "queued" && !taken.has(id) ? 1 : 0);
        if (reply?.status !== "queued") return;
        if (!taken.has(id)) taken.set(id, asSent(sent));
      }),
      { numRuns: RUNS },
    );
    expect(taken.size).toBeGreaterThan(RUNS / 20);
    for (const row of await expectStored(site_id, mainHub(site_id), taken.keys()))
      expectIntact(row, taken.get(row.event_id)!);
  });

  it("POST /api/events tells of each event of a list what became of it", async () => {
    const { site_id } = await aProperty();
    const key = await givenKey();
    const taken = new Map<string, Record<string, unknown>>();
    await fc.assert(
      fc.asyncProperty(fc.array(aStrangersEvent, { maxLength: 40 }), async (given) => {
        const events = given.map((one) => (isObject(one) && !Array.isArray(one) ? { site_id, ...one } : one));
        const reply = await judge(await sendEvents(key, JSON.stringify({ events })));
        const before = taken.size;
        const rejected = new Set((reply?.rejected as { index: number }[] | undefined)?.map(({ index }) => index));
        events.forEach((one, index) => {
          if (!reply || rejected.has(index)) return;
          const { event_id } = one as { event_id: string };
          if (!taken.has(event_id)) taken.set(event_id, asSent(one));
        });
        expect(await newlyStored(mainHub(site_id))).toBe(taken.size - before);
      }),
      { numRuns: RUNS / 2 },
    );
    expect(taken.size).toBeGreaterThan(RUNS / 4);
    for (const row of await expectStored(site_id, mainHub(site_id), taken.keys()))
      expectIntact(row, taken.get(row.event_id)!);
  });

  it("POST /api/events from a page", async () => {
    const { site_id } = await aProperty();
    const ids: string[] = [];
    await fc.assert(
      fc.asyncProperty(aStrangersEvent, async (given) => {
        const own = isObject(given) ? { ...given } : given;
        if (isObject(own)) for (const field of KEYED_FIELDS) delete own[field];
        const sent = isObject(own) && !Array.isArray(own) ? { site_id, ...own, hostname: "shop.example" } : own;
        const reply = await judge(await sendFromPage(JSON.stringify(sent), { "cf-connecting-ip": address() }));
        if (reply?.status === "queued") ids.push(String(reply.event_id));
        if (reply === null) expect(await newlyStored(mainHub(site_id))).toBe(0);
        else await newlyStored(mainHub(site_id));
      }),
      { numRuns: RUNS },
    );
    expect(ids.length).toBeGreaterThan(RUNS / 20);
    await expectStored(site_id, mainHub(site_id), ids);
  });

  it("POST /e", async () => {
    const { site_id } = await aProperty();
    const ids: string[] = [];
    await fc.assert(
      fc.asyncProperty(fc.oneof({ arbitrary: aBeaconOfAStranger, weight: 6 }, anyJson), async (given) => {
        const sent = isObject(given) && !Array.isArray(given) ? { s: site_id, ...given } : given;
        const reply = await sendBeacon(JSON.stringify(sent), { "cf-connecting-ip": address() });
        const isRefused = reply.headers.has("x-trackkit-refused");
        const taken = await judge(reply);
        if (taken && !isRefused) ids.push((sent as { h: { i: string }[] }).h[0]!.i);
        else expect(await newlyStored(mainHub(site_id))).toBe(0);
        await newlyStored(mainHub(site_id));
      }),
      { numRuns: RUNS },
    );
    expect(ids.length).toBeGreaterThan(RUNS / 20);
    await expectStored(site_id, mainHub(site_id), ids);
  });

  it("POST …/imports", async () => {
    const { site_id } = await aProperty();
    const key = await givenKey();
    const hub = importName(site_id);
    const taken = new Map<string, Record<string, unknown>>();
    await fc.assert(
      fc.asyncProperty(fc.array(aLineOfAStranger, { maxLength: 40 }), async (lines) => {
        const reply = await judge(await sendImport(key, site_id, lines, "hostile"));
        const before = taken.size;
        if (reply) {
          const told = reply as { accepted: number; duplicates: number; refused: object; rejected_total: number };
          const refused = Object.values(told.refused).reduce((sum, count) => sum + count, 0);
          const full = lines.filter((one) => one.trim() !== "").length;
          expect(told.accepted + told.duplicates + refused + told.rejected_total).toBe(full);
          for (const letter of await storedIds(hub)) taken.set(letter, {});
          expect(taken.size - before).toBe(told.accepted);
        } else expect(await newlyStored(hub)).toBe(0);
      }),
      { numRuns: RUNS / 2 },
    );
    expect(taken.size).toBeGreaterThan(RUNS / 4);
    await expectStored(site_id, hub, taken.keys());
  });

  it("GET /p.gif", async () => {
    const { site_id } = await aProperty();
    let taken = 0;
    const query = fc.record({
      s: fc.oneof({ arbitrary: fc.constant(site_id), weight: 6 }, anyEncoded),
      u: fc.oneof(
        anyEncoded.map((path) => `https://shop.example/${path}`),
        anyEncoded,
      ),
      t: anyEncoded,
      r: anyEncoded,
    });
    await fc.assert(
      fc.asyncProperty(query, async (given) => {
        const path = Object.entries(given)
          .map(([name, value]) => `${name}=${value}`)
          .join("&");
        const headers = { "user-agent": CHROME, "cf-connecting-ip": address() };
        const reply = await call("GET", `/p.gif?${path}`, { headers });
        const isRefused = reply.headers.has("x-trackkit-refused");
        const stored = (await judge(reply)) && !isRefused ? 1 : 0;
        taken += stored;
        expect(await newlyStored(mainHub(site_id))).toBe(stored);
      }),
      { numRuns: RUNS },
    );
    queue.letters.push(...sentSoFar.splice(0));
    await countAll(queue);
    const rows = await lakeRows(site_id);
    expect(rows).toHaveLength(taken);
    for (const row of rows) expectWellFormed(row);
    expect(await differences(site_id)).toEqual([]);
  });

  it("bytes that are no text, alone and inside of JSON", async () => {
    const { site_id } = await aProperty();
    const key = await givenKey();
    const encoder = new TextEncoder();
    const frames: [string, string, string, Record<string, string>][] = [
      ["/e", `{"s":"${site_id}","h":[{"n":"`, '","i":"ID","u":"https://shop.example/"}]}', {}],
      ["/e", `{"s":"${site_id}","h":[{"n":"pageview","i":"ID","t":"x","u":"https://shop.example/`, '"}]}', {}],
      [
        "/api/events",
        `{"site_id":"${site_id}","event_id":"ID","event_type":"`,
        '"}',
        { authorization: `Bearer ${key}` },
      ],
      ["/api/events", "", "", { authorization: `Bearer ${key}` }],
      [`/api/v1/properties/${site_id}/imports?import_id=bytes`, "", "\n", { authorization: `Bearer ${key}` }],
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...frames),
        fc.uint8Array({ maxLength: 60 }),
        async ([path, head, tail, headers], middle) => {
          const id = crypto.randomUUID();
          const parts = [encoder.encode(head.replace("ID", id)), middle, encoder.encode(tail.replace("ID", id))];
          const reply = await exports.default.fetch(`${ORIGIN}${path}`, {
            method: "POST",
            headers: { "user-agent": CHROME, "cf-connecting-ip": address(), ...headers },
            body: await new Blob(parts).arrayBuffer(),
          });
          const taken = await judge(reply);
          const stored = await newlyStored(mainHub(site_id));
          if (!taken) expect(stored).toBe(0);
        },
      ),
      { numRuns: RUNS },
    );
    queue.letters.push(...sentSoFar.splice(0));
    await countAll(queue);
    for (const row of await lakeRows(site_id)) expectWellFormed(row);
    expect(await differences(site_id)).toEqual([]);
  });
});

describe("ten thousand levels deep", () => {
  const DEPTH = 10_000;
  const list = "[".repeat(DEPTH) + "]".repeat(DEPTH);
  const object = `${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`;

  it.each([
    ["a list", list],
    ["an object", object],
    ["a list that never ends", "[".repeat(DEPTH)],
  ])("%s is refused everywhere", async (_, deep) => {
    const { site_id } = await aProperty();
    const key = await givenKey();
    const replies = [
      await sendBeacon(deep),
      await sendBeacon(`{"s":"${site_id}","h":${deep}}`),
      await sendBeacon(`{"s":"${site_id}","h":[{"n":"x","i":"x","u":"https://shop.example/","p":{"a":${deep}}}]}`),
      await sendEvents(key, deep),
      await sendEvents(key, `{"site_id":"${site_id}","event_type":"x","props":{"a":${deep}}}`),
      await sendEvents(key, `{"site_id":"${site_id}","event_type":${deep}}`),
      await sendEvents(key, `{"events":${deep}}`),
      await sendImport(key, site_id, [deep], "deep"),
    ];
    for (const reply of replies) {
      expect(await judge(reply)).toBeNull();
      expect(reply.status).toBe(400);
    }
    expect(await newlyStored(mainHub(site_id))).toBe(0);
    expect(await newlyStored(importName(site_id))).toBe(0);
  });

  it("a field that nobody reads does no harm", async () => {
    const { site_id } = await aProperty();
    const reply = await sendEvents(
      await givenKey(),
      `{"site_id":"${site_id}","event_type":"x","event_id":"x","more":${list}}`,
    );
    expect(reply.status).toBe(202);
    await expectStored(site_id, mainHub(site_id), ["x"]);
  });
});

it("names that objects have by themselves are names like others", async () => {
  const { site_id } = await aProperty();
  const key = await givenKey();
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"];
  const events = names.map((name, i) => ({
    event_type: name,
    event_id: name,
    site_id,
    url: `https://shop.example/?utm_source=${name}&utm_campaign=${name}`,
    ip: `192.0.2.${i}`,
    props: name === "__proto__" ? {} : { [name]: name },
  }));
  expect(await (await sendEvents(key, { events })).json()).toMatchObject({ accepted: names.length, rejected: [] });
  const live = await call("GET", `/api/v1/properties/${site_id}/live`, { key });
  const { sources } = (await live.json()) as { sources: { value: string; visitors: number }[] };
  expect(sources.map(({ value }) => value).sort()).toEqual([...names].sort());
  await expectStored(site_id, mainHub(site_id), names);
  const answer = await ask(site_id, ["visits"], { dimensions: ["visit:utm_campaign"] });
  expect(answer.map(({ dimensions }) => dimensions[0]).sort()).toEqual([...names].sort());
});
