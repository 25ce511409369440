// The hub, held to its promises: few rows, messages that fit, nothing forgotten by an eviction, nobody recognizable.
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { flatten } from "../../../workers/domain/counts/difference";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { shardName } from "../../../workers/domain/visits/hub";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents } from "../beacons";
import { ask, countAll, differences, givenHeldQueue, lakeIds, lakeRows, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import { recount, type Sent } from "../recount";

givenFreshStorage();
const queue = givenHeldQueue();
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const hubOf = (siteId: string) => env.HUB.getByName(mainHub(siteId));
const bytesOf = (body: unknown) => new TextEncoder().encode(String(body)).length;

/** Sets the clock of the Worker and its hubs; timers run on. */
function setClock(time: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: time });
}

/** How many rows a table of a hub has: what is stored, not what is remembered. */
const rowsIn = (siteId: string, table: string): Promise<number> =>
  runInDurableObject(hubOf(siteId), (_, { storage }) =>
    Number(storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n),
  );

/** Everything that a hub has stored, as text. */
const storedText = (siteId: string): Promise<string> =>
  runInDurableObject(hubOf(siteId), (_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'",
    );
    return JSON.stringify([...tables].map(({ name }) => storage.sql.exec(`SELECT * FROM ${name}`).toArray()));
  });

async function live(siteId: string): Promise<Record<string, unknown>> {
  return (await call("GET", `/api/v1/properties/${siteId}/live`, { key: await givenKey() })).json();
}

describe("the journal", () => {
  it("calls that arrive together share rows", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id));
    const replies = await Promise.all(
      Array.from({ length: 200 }, (_, i) => sendBeacon(aBeacon(site_id), { "cf-connecting-ip": `192.0.2.${i}` })),
    );
    expect(replies.every(({ status }) => status === 202)).toBe(true);
    expect(await rowsIn(site_id, "journal")).toBeLessThan(20);
    await countAll(queue, mainHub(site_id));
    expect(await lakeIds(site_id)).toHaveLength(201);
  });

  it("a beacon that was only sent again writes no row", async () => {
    const { site_id } = await givenProperty();
    const beacon = aBeacon(site_id);
    await sendBeacon(beacon);
    const before = await rowsIn(site_id, "journal");
    await sendBeacon(beacon);
    expect(await rowsIn(site_id, "journal")).toBe(before);
  });

  it("is sent in messages of less than 128 KB without waiting for the alarm when there is enough", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    for (let i = 0; i < 3; i += 1)
      await sendEvents(key, {
        events: Array.from({ length: 300 }, () => anEvent(site_id, { title: "x".repeat(300) })),
      });
    await vi.waitFor(() => expect(queue.letters.length).toBeGreaterThan(1));
    await hubOf(site_id).flush();
    for (const { body } of queue.letters) expect(bytesOf(body)).toBeLessThan(128_000);
    await countAll(queue);
    expect(await lakeIds(site_id)).toHaveLength(900);
  });

  it("is sent by the alarm when there is little", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id, { i: "little" }));
    expect(queue.letters).toEqual([]);
    expect(await runDurableObjectAlarm(hubOf(site_id))).toBe(true);
    expect(queue.letters).toHaveLength(1);
    await countAll(queue);
    expect(await lakeIds(site_id)).toEqual(["little"]);
  });

  it("sends nothing twice, and nothing when there is nothing", async () => {
    const { site_id } = await givenProperty();
    await sendBeacon(aBeacon(site_id));
    await Promise.all([hubOf(site_id).flush(), hubOf(site_id).flush(), hubOf(site_id).flush()]);
    await evictDurableObject(hubOf(site_id));
    await hubOf(site_id).flush();
    expect(queue.letters).toHaveLength(1);
  });

  it("keeps everything over an outage of the queue and sends it once", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    queue.isAway = true;
    const ids: string[] = [];
    for (let round = 0; round < 4; round += 1) {
      const events = Array.from({ length: 200 }, (_, i) =>
        anEvent(site_id, { event_id: `${round}-${i}`, ip: "192.0.2.1" }),
      );
      ids.push(...events.map(({ event_id }) => String(event_id)));
      expect((await sendEvents(key, { events })).status).toBe(202);
      await runDurableObjectAlarm(hubOf(site_id));
      if (round === 2) await evictDurableObject(hubOf(site_id));
    }
    expect(queue.letters).toEqual([]);
    queue.isAway = false;
    // The alarm that failed has set another one.
    expect(await runDurableObjectAlarm(hubOf(site_id))).toBe(true);
    await countAll(queue, mainHub(site_id));
    expect(await lakeIds(site_id)).toEqual(ids);
    expect(await ask(site_id, ["visitors", "visits", "pageviews"])).toEqual([{ dimensions: [], metrics: [1, 1, 800] }]);
  });
});

const OFFSET = 5.5 * HOUR;
const PAGES = ["/", "/a", "/b", "/c"];

interface Act {
  event: Record<string, unknown>;
  sent: Sent;
}

/** What a person did, as it is sent and as the recount takes it. */
function anAct(siteId: string, n: number, person: number, time: number, page: string, type = "pageview"): Act {
  const country = ["CH", "IN", null][person % 3]!;
  const city = `City ${person % 4}`;
  const isEngagement = type === "engagement";
  const event = {
    event_type: type,
    site_id: siteId,
    event_id: `event-${n}`,
    event_time: new Date(time).toISOString(),
    url: `https://shop.example${page}`,
    ip: `192.0.${person >> 8}.${person & 255}`,
    user_agent: CHROME,
    language: "en",
    screen: "390x844",
    // Weight, so that two megabytes and with them a checkpoint are soon reached.
    title: "x".repeat(300),
    ...(country ? { country } : {}),
    city,
    ...(isEngagement ? { engaged_ms: 1500 } : {}),
  };
  const sent = {
    event_id: event.event_id,
    type: type === "Signup" ? "custom" : type,
    interactive: type === "Signup",
    time,
    person: String(person),
    event: { name: type, page, hostname: "shop.example" },
    visit: {
      ...{ source: null, referrer: null, channel: "Direct" },
      ...{ utm_source: null, utm_medium: null, utm_campaign: null, utm_term: null, utm_content: null },
      ...{ device: "Desktop", browser: "Chrome", browser_version: "141", os: "Windows", os_version: "10+" },
      ...{ screen: "390x844", language: "en", country, city, region: null, network: null, network_type: null },
    },
    page,
    engaged: isEngagement ? 1500 : 0,
    scroll: null,
    scrollBefore: null,
    props: null,
    href: null,
  };
  return { event, sent };
}

/** Every third second belongs to somebody who comes once in hours, the others to people who stay. */
const personOf = (n: number, people: number) => (n % 3 === 0 ? people + ((n * 7919) % 2600) : (n * 7919) % people);

/** A second's event each, of many people, with the plain recount beside it. */
function aStream(siteId: string, start: number, count: number, people: number, from = 0) {
  const acts = Array.from({ length: count }, (_, i) => {
    const n = from + i;
    const type = n % 5 === 4 ? "engagement" : n % 11 === 3 ? "Signup" : "pageview";
    return anAct(siteId, n, personOf(n, people), start + n * 1000, PAGES[(n * 31) % PAGES.length]!, type);
  });
  return { events: acts.map(({ event }) => event), sent: acts.map(({ sent }) => sent) };
}

/** A property without first visits, so that what was sent is what is counted. */
const aPlainProperty = (shards = 1) =>
  givenProperty(undefined, {
    timezone: "Asia/Kolkata",
    shards,
    streams: [{ url: "https://shop.example", name: "Shop", measurements: { first_visit: false } }],
  });

async function sendAll(key: string, events: readonly unknown[]): Promise<void> {
  for (let at = 0; at < events.length; at += 500) {
    const reply = await sendEvents(key, { events: events.slice(at, at + 500) });
    expect(await reply.json()).toMatchObject({ rejected: [] });
  }
}

async function expectRecount(siteId: string, sent: readonly Sent[]): Promise<void> {
  const kept = flatten(await readRollup(env.DB, siteId));
  expect(Object.fromEntries([...kept].sort())).toEqual(Object.fromEntries([...recount(sent, OFFSET)].sort()));
  expect(await differences(siteId)).toEqual([]);
}

describe("an eviction after a checkpoint", () => {
  it("breaks no visit, forgets no id, and leaves the live picture as it was", async () => {
    const { site_id } = await aPlainProperty();
    const key = await givenKey();
    // From 22:30 to 01:00 in Kolkata: everybody's visit crosses midnight, some before the eviction and some after.
    const start = Date.UTC(2026, 9, 5, 17);
    setClock(start + 3 * HOUR);
    const before = aStream(site_id, start, 5430, 150);
    await sendAll(key, before.events);
    await hubOf(site_id).flush();
    expect(await rowsIn(site_id, "seen")).toBeGreaterThan(0);
    const picture = await live(site_id);
    await evictDurableObject(hubOf(site_id));
    expect(await live(site_id)).toEqual(picture);

    // The same people go on, and some of what was sent before comes again.
    const after = aStream(site_id, start, 3570, 150, 5430);
    await sendAll(key, [...before.events.slice(0, 250), ...after.events, ...before.events.slice(-250)]);
    // An event from before midnight comes late, after its visit has gone on: it belongs to the same visit.
    const wanderers = Array.from({ length: 10 }, (_, i) => personOf(5401 + i * 3, 150));
    const midnight = start + 1.5 * HOUR;
    const late = [midnight - 500, start + 2.5 * HOUR].flatMap((time, round) =>
      wanderers.map((person, i) => anAct(site_id, 20_000 + round * 100 + i, person, time, "/late")),
    );
    await sendAll(
      key,
      late.map(({ event }) => event),
    );
    await evictDurableObject(hubOf(site_id));
    await countAll(queue, mainHub(site_id));
    expect(await lakeIds(site_id)).toHaveLength(9020);
    await expectRecount(site_id, [...before.sent, ...after.sent, ...late.map(({ sent }) => sent)]);
  });
});

describe("shards", () => {
  it("four give the same totals and the same live picture as one", async () => {
    // Pictures of different minutes cannot be compared.
    setClock(Date.now());
    const [one, four] = [await aPlainProperty(1), await aPlainProperty(4)];
    const key = await givenKey();
    const start = Math.floor((Date.now() - 20 * MINUTE) / 1000) * 1000;
    for (const { site_id } of [one, four]) await sendAll(key, aStream(site_id, start, 1000, 60).events);
    expect(await live(four.site_id)).toEqual(await live(one.site_id));
    await countAll(queue, mainHub(one.site_id), ...[0, 1, 2, 3].map((shard) => shardName(four.site_id, shard)));
    const { sent } = aStream("", start, 1000, 60);
    await expectRecount(one.site_id, sent);
    await expectRecount(four.site_id, sent);
    // Visits never cross shards, and each shard had its part.
    const messages = await env.LAKE.list({ prefix: `raw/site_id=${four.site_id}/` });
    expect(messages.objects.length).toBeGreaterThanOrEqual(4);
  });
});

describe("a visitor", () => {
  const agent = `${CHROME} Distinct/77`;
  const visitorsOf = (rows: StampedEvent[]) => rows.map(({ visitor_id }) => visitor_id);

  it("is kept without the address's last part and without the user agent, everywhere", async () => {
    const { site_id } = await givenProperty();
    for (const address of ["203.0.113.201", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"])
      await sendBeacon(aBeacon(site_id), { "cf-connecting-ip": address, "user-agent": agent });
    const stored = await storedText(site_id);
    await hubOf(site_id).flush();
    const messages = JSON.stringify(queue.letters);
    await countAll(queue);
    const rows = await lakeRows(site_id);
    for (const text of [stored, messages, JSON.stringify(rows)]) {
      expect(text).not.toMatch(/Distinct|203\.0\.113\.201|cccc/);
      expect(text).toContain("203.0.113.0");
    }
    expect(new Set(rows.map(({ ip }) => ip))).toEqual(new Set(["203.0.113.0", "2001:db8:aaaa::"]));
  });

  it.each([
    ["full", "203.0.113.201"],
    ["none", null],
  ] as const)("is kept with the address as the property wants it: %s", async (address, kept) => {
    const privacy = {
      address,
      storage: "none" as const,
      honour_dnt: false,
      excluded_addresses: [],
      excluded_paths: [],
    };
    const { site_id } = await givenProperty(undefined, { privacy });
    await sendBeacon(aBeacon(site_id), { "cf-connecting-ip": "203.0.113.201" });
    await countAll(queue, mainHub(site_id));
    expect((await lakeRows(site_id))[0]!.ip).toBe(kept);
  });

  it("has another id on another day and in another property", async () => {
    const [one, two] = [await givenProperty(), await givenProperty()];
    const noon = Date.UTC(2026, 9, 5, 10);
    for (const time of [noon, noon + MINUTE, noon + 24 * HOUR]) {
      setClock(time);
      for (const { site_id } of [one, two]) await sendBeacon(aBeacon(site_id, { n: "Signup" }));
    }
    await countAll(queue, mainHub(one.site_id), mainHub(two.site_id));
    const [a, b] = [visitorsOf(await lakeRows(one.site_id)), visitorsOf(await lakeRows(two.site_id))];
    expect(a[0]).toBe(a[1]);
    expect(new Set([...a, ...b]).size).toBe(4);
  });

  it("whose visit crosses midnight goes on in it, also over an eviction", async () => {
    const { site_id } = await givenProperty();
    const midnight = Date.UTC(2026, 9, 5, 22); // in Zurich
    for (const [minutes, i] of [
      [-20, "before"],
      [5, "after"],
      [20, "later"],
    ] as const) {
      setClock(midnight + minutes * MINUTE);
      await sendBeacon(aBeacon(site_id, { i }));
      await evictDurableObject(hubOf(site_id));
    }
    await countAll(queue, mainHub(site_id));
    const rows = (await lakeRows(site_id)).filter(({ event_type }) => event_type === "pageview");
    expect(rows.map(({ visit_id }) => visit_id)).toEqual(["before", "before", "before"]);
    expect(rows.map(({ local_date }) => local_date)).toEqual(["2026-10-05", "2026-10-06", "2026-10-06"]);
    const days = await ask(site_id, ["visitors", "visits", "pageviews"], {
      dimensions: ["time:day"],
      date_range: ["2026-10-05", "2026-10-06"],
    });
    expect(days).toEqual([
      { dimensions: ["2026-10-05"], metrics: [1, 1, 1] },
      { dimensions: ["2026-10-06"], metrics: [1, 0, 2] },
    ]);
    expect(await differences(site_id)).toEqual([]);
  });

  const saltsOf = (siteId: string) =>
    runInDurableObject(hubOf(siteId), (_, { storage }) => {
      const row = storage.sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = 'salts'").one();
      return Object.keys(JSON.parse(row.value) as object);
    });

  it("cannot be found again after 48 hours, also while the queue is away", async () => {
    const { site_id } = await givenProperty();
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const noon = Date.UTC(2099, 9, 5, 10);
    setClock(noon);
    await sendBeacon(aBeacon(site_id));
    queue.isAway = true;
    setClock(noon + 48 * HOUR);
    expect(await runDurableObjectAlarm(hubOf(site_id))).toBe(true);
    expect(queue.letters).toEqual([]);
    expect(await saltsOf(site_id)).toEqual([]);
    queue.isAway = false;
    expect(await runDurableObjectAlarm(hubOf(site_id))).toBe(true);
    expect(queue.letters).toHaveLength(1);
  });

  it("cannot be found again after 48 hours: the salts are destroyed, by the alarm alone", async () => {
    const { site_id } = await givenProperty();
    const salts = () => saltsOf(site_id);
    // Years ahead: the runtime would start an alarm of the past by itself, at once.
    const noon = Date.UTC(2099, 9, 5, 10);
    setClock(noon);
    await sendBeacon(aBeacon(site_id));
    setClock(noon + 24 * HOUR);
    await sendBeacon(aBeacon(site_id));
    await runDurableObjectAlarm(hubOf(site_id));
    expect(await salts()).toEqual(["2099-10-05", "2099-10-06"]);
    setClock(noon + 48 * HOUR);
    expect(await runDurableObjectAlarm(hubOf(site_id))).toBe(true);
    expect(await salts()).toEqual(["2099-10-06"]);
    setClock(noon + 72 * HOUR);
    await evictDurableObject(hubOf(site_id));
    expect(await runDurableObjectAlarm(hubOf(site_id))).toBe(true);
    expect(await salts()).toEqual([]);
  });
});
