// Who is who: first-party ids that a browser keeps, and users whom the page names.
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Envelope, Hit } from "../../../workers/domain/events/beacon";
import type { Privacy } from "../../../workers/domain/properties/property";
import { shardName } from "../../../workers/domain/visits/hub";
import { aBeacon, sendBeacon } from "../beacons";
import { ask, countAll, differences, givenHeldQueue, lakeRows, mainHub } from "../downstream";
import { givenFreshStorage, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const DAY = 86_400_000;
const HOME = { "cf-connecting-ip": "192.0.2.7" };
const TRAIN = { "cf-connecting-ip": "198.51.100.9" };

const privacy = (storage: Privacy["storage"]): Partial<Privacy> => ({
  address: "truncated",
  storage,
  honour_dnt: false,
  excluded_addresses: [],
  excluded_paths: [],
});
/** An id as the tracker makes it. */
const idMadeAt = (time: number): string => `${time.toString(36)}.0.123456789`;

type Said = Partial<Hit> & Pick<Partial<Envelope>, "c" | "v" | "n">;

/** Sends a page view of a browser, with what its beacon says of who it is. */
async function send(siteId: string, { c, v, ...rest }: Said, headers: Record<string, string> = HOME, isNew = false) {
  const { n: _, ...hit } = rest;
  const beacon = { ...aBeacon(siteId, hit), c, v, ...(isNew ? { n: 1 as const } : {}) };
  const reply = await sendBeacon(beacon, headers);
  expect(reply.status).toBe(202);
  return reply.json();
}

/** All that is counted, as `type visitor`, visitors by the order of their first event. */
async function told(siteId: string): Promise<string[]> {
  await countAll(queue, mainHub(siteId));
  const rows = await lakeRows(siteId);
  const visitors = [...new Set(rows.map(({ visitor_id }) => visitor_id))];
  expect(await differences(siteId)).toEqual([]);
  return rows.map(({ event_type, visitor_id }) => `${event_type} ${visitors.indexOf(visitor_id)}`);
}

describe("a stored id", () => {
  it("makes the visitor the same on every day and at every address, with one first visit ever", async () => {
    const { site_id } = await givenProperty(undefined, { privacy: privacy("local") });
    await send(site_id, { v: "browser-1", a: DAY }, HOME, true);
    await send(site_id, { v: "browser-1" }, TRAIN);
    expect(await told(site_id)).toEqual(["pageview 0", "first_visit 0", "pageview 0"]);
    // Visitors of several days are those of each day, added up: rollups know no others.
    expect(await ask(site_id, ["visitors", "visits"])).toEqual([{ dimensions: [], metrics: [2, 2] }]);
  });

  it("keeps two browsers at one address apart", async () => {
    const { site_id } = await givenProperty(undefined, { privacy: privacy("local") });
    await send(site_id, { v: "browser-1" });
    await send(site_id, { v: "browser-2" });
    expect(await told(site_id)).toEqual(["pageview 0", "pageview 1"]);
  });

  it("changes nothing on the day on which it is made, since the page was seen without it: one visitor, one visit", async () => {
    const { site_id } = await givenProperty(undefined, { privacy: privacy("local") });
    const v = idMadeAt(Date.now() - DAY);
    await send(site_id, { a: DAY });
    await send(site_id, { v, a: DAY - 2_000, u: "https://shop.example/two" }, HOME, true);
    await send(site_id, { v, a: DAY - 3_000, u: "https://shop.example/three" });
    await send(site_id, { v });
    await send(site_id, { v, u: "https://shop.example/two" }, TRAIN);
    expect(await told(site_id)).toEqual([
      "pageview 0",
      "first_visit 0",
      "pageview 0",
      "pageview 0",
      "pageview 1",
      "pageview 1",
    ]);
    expect(await ask(site_id, ["visitors", "visits"])).toEqual([{ dimensions: [], metrics: [2, 2] }]);
  });

  it("is kept nowhere as it was sent", async () => {
    const { site_id } = await givenProperty(undefined, { privacy: privacy("local") });
    await send(site_id, { v: "browser-secret-1" });
    await env.HUB.getByName(mainHub(site_id)).flush();
    expect(JSON.stringify(queue.letters)).not.toContain("browser-secret");
    await told(site_id);
    expect(JSON.stringify(await lakeRows(site_id))).not.toContain("browser-secret");
  });

  it("is asked for by the reply only where the owner wants it, and ignored where not", async () => {
    const stored = await givenProperty(undefined, { privacy: privacy("local") });
    expect(await send(stored.site_id, {})).toEqual({ off: [], on: ["file_downloads", "identity"], store: true });
    const { site_id } = await givenProperty(undefined, { privacy: privacy("none") });
    expect(await send(site_id, { v: "browser-1" })).toEqual({ off: [], on: ["file_downloads"] });
    await send(site_id, { v: "browser-2" });
    expect(await told(site_id)).toEqual(["pageview 0", "first_visit 0", "pageview 0"]);
  });
});

describe("a user whom the page names", () => {
  it("stays the visitor who came, for that day: one visitor, one visit", async () => {
    const { site_id } = await givenProperty();
    await send(site_id, {});
    await send(site_id, { c: "user-1", u: "https://shop.example/account" });
    await send(site_id, { u: "https://shop.example/" });
    expect(await told(site_id)).toEqual(["pageview 0", "first_visit 0", "pageview 0", "pageview 0"]);
    expect((await lakeRows(site_id)).map(({ user_id }) => user_id)).toEqual([null, null, "user-1", null]);
  });

  it("is told from others by as many shards as by one", async () => {
    const [one, several] = [await givenProperty(), await givenProperty(undefined, { shards: 4 })];
    for (const { site_id } of [one, several])
      for (const i of [1, 2, 3, 4, 5, 6]) {
        const [here, elsewhere] = [`192.0.2.${i}`, `198.51.100.${i}`].map((ip) => ({ "cf-connecting-ip": ip }));
        const c = `user-${i}`;
        await send(site_id, {}, here);
        await send(site_id, { c, u: "https://shop.example/account" }, here);
        await send(site_id, {}, here);
        if (i > 4) await send(site_id, { c }, elsewhere);
        await send(site_id, { c }, here);
      }
    const asked = ["visitors", "visits", "pageviews", "bounce_rate"];
    for (const { site_id } of [one, several]) {
      await countAll(queue, ...[0, 1, 2, 3].map((shard) => shardName(site_id, shard)));
      expect(await differences(site_id)).toEqual([]);
    }
    expect((await ask(one.site_id, asked))[0]!.metrics.slice(0, 3)).toEqual([8, 8, 26]);
    expect(await ask(several.site_id, asked)).toEqual(await ask(one.site_id, asked));
  });

  it("is one visitor on all devices that name him from the start, on every day", async () => {
    const { site_id } = await givenProperty();
    await send(site_id, { c: "user-1", a: DAY }, HOME);
    await send(site_id, { c: "user-1" }, TRAIN);
    await send(site_id, { c: "user-1" }, HOME);
    expect((await told(site_id)).filter((line) => line.startsWith("pageview"))).toEqual(Array(3).fill("pageview 0"));
  });
});
