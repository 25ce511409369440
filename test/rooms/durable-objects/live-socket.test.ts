// Live sockets, held to their promises: who may open one, what it says and when, and that a quiet hub sleeps.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { shardName } from "../../../workers/domain/visits/hub";
import { aBeacon, sendBeacon } from "../beacons";
import { givenHeldQueue } from "../downstream";
import { call, givenFreshStorage, givenKey, givenMember, givenOwner, givenProperty, givenSession } from "../given";
import { openWatcher, socketPath, upgrade, type Watcher, waitFor, watch } from "./live-client";

givenFreshStorage();
givenHeldQueue();
afterEach(() => vi.useRealTimers());

const hubOf = (siteId: string, shard = 0) => env.HUB.getByName(shardName(siteId, shard));
const live = async (siteId: string, key: string) =>
  (await call("GET", `/api/v1/properties/${siteId}/live`, { key })).json();
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Inside {
  sockets: { isOpen: boolean | null; timer: unknown; isWatched: boolean; sending: unknown };
}
const inside = <T>(siteId: string, shard: number, look: (hub: Inside) => T): Promise<T> =>
  runInDurableObject(hubOf(siteId, shard), (hub) => look(hub as unknown as Inside));
const isQuiet = (siteId: string, shard = 0) =>
  inside(siteId, shard, ({ sockets }) => sockets.timer === null && sockets.sending === null);

/** False once the hub has heard that its last socket closed. */
const hasWatchers = (siteId: string) => inside(siteId, 0, ({ sockets }) => sockets.isOpen === true);

/** Stops the clock, timers run on: pictures of different minutes cannot be compared. */
const stopClock = () => vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });

/** Waits until the watcher's picture has so many page views. */
const hears = (watcher: Watcher, pageviews: number) => waitFor(() => watcher.picture().pageviews_30m === pageviews);

describe("an upgrade", () => {
  it("is for those who may see the property, and for the dashboard's own pages", async () => {
    const owner = await givenOwner();
    const stranger = await givenMember("owner");
    const { site_id } = await givenProperty(owner.organization.id);
    const session = await givenSession(owner);
    const bearer = async (...given: Parameters<typeof givenKey>) => ({
      authorization: `Bearer ${await givenKey(...given)}`,
    });
    const statusOf = async (headers: Record<string, string>, site = site_id) => {
      const reply = await upgrade(site, headers);
      reply.webSocket?.accept();
      reply.webSocket?.close();
      return reply.status;
    };
    expect(await statusOf(session)).toBe(101);
    expect(await statusOf(await bearer(owner.organization.id, ["stats"]))).toBe(101);
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ authorization: "Bearer tk_unknown" })).toBe(401);
    expect(await statusOf(await bearer(owner.organization.id, ["ingest"]))).toBe(403);
    expect(await statusOf(await bearer(stranger.organization.id))).toBe(404);
    expect(await statusOf(await givenSession(stranger))).toBe(404);
    expect(await statusOf(session, "0000000000")).toBe(404);
    // Another site's page can make a browser open it with the owner's cookie.
    expect(await statusOf({ ...session, origin: "https://evil.example" })).toBe(403);
    expect(await statusOf({ cookie: session.cookie! })).toBe(403);
    const plain = await call("GET", socketPath(site_id), { headers: session });
    expect([plain.status, plain.headers.get("upgrade")]).toEqual([426, "websocket"]);
    expect(await plain.json()).toMatchObject({ error: { code: "invalid" } });
  });
});

describe("a live socket", () => {
  it("says the whole picture first, then what changed, and together they are the picture", async () => {
    stopClock();
    const { site_id } = await givenProperty();
    const key = await givenKey();
    await sendBeacon(aBeacon(site_id, { u: "https://shop.example/first" }));
    const watcher = await openWatcher(site_id, key);
    expect(watcher.picture()).toEqual(await live(site_id, key));
    expect(watcher.picture()).toMatchObject({ active_5m: 1, pages: [{ value: "/first", visitors: 1 }] });
    await sendBeacon(aBeacon(site_id, { u: "https://shop.example/second" }), { "cf-connecting-ip": "192.0.2.99" });
    await hears(watcher, 2);
    expect(watcher.picture()).toEqual(await live(site_id, key));
    const [, change] = watcher.messages;
    // The visitor's country and the rules are what they were.
    expect(Object.keys(change?.type === "change" ? change.change : {})).not.toContain("rules");
    expect(watcher.picture().feed.map(({ page }) => page)).toContain("/second");
  });

  it("says at most one change a second, however many events come", async () => {
    const { site_id } = await givenProperty();
    const watcher = await openWatcher(site_id, await givenKey());
    const times: number[] = [];
    watcher.socket.addEventListener("message", () => {
      times.push(Date.now());
    });
    let sent = 0;
    const end = Date.now() + 3_500;
    while (Date.now() < end) {
      await sendBeacon(aBeacon(site_id));
      sent += 1;
      await pause(20);
    }
    await hears(watcher, sent);
    expect(times.length).toBeGreaterThan(1);
    // The hub keeps the second; what arrives here may be held up on the way and then be nearer together.
    expect(times.length).toBeLessThanOrEqual(Math.ceil((times.at(-1)! - end + 3_500) / 1000) + 1);
  });

  it("is answered a ping without waking the hub, and a look with what time changed", async () => {
    const { site_id } = await givenProperty();
    const start = Date.now();
    await sendBeacon(aBeacon(site_id));
    const watcher = await openWatcher(site_id, await givenKey());
    await evictDurableObject(hubOf(site_id));
    watcher.socket.send("ping");
    await waitFor(() => watcher.texts.includes("pong"));
    expect(watcher.messages).toHaveLength(1);
    vi.useFakeTimers({ toFake: ["Date"], now: start + 6 * 60_000 });
    watcher.socket.send("look");
    await waitFor(() => watcher.picture().active_5m === 0);
    expect(watcher.picture()).toMatchObject({ active_30m: 1, pageviews_30m: 1 });
    // Nothing that it says otherwise is heard, or does harm.
    const said = watcher.texts.length;
    for (const text of ["", "Look", "{}", "x".repeat(10_000)]) watcher.socket.send(text);
    watcher.socket.send("ping");
    await waitFor(() => watcher.texts.length > said);
    expect(watcher.texts.slice(said)).toEqual(["pong"]);
    expect(await isQuiet(site_id)).toBe(true);
  });

  it("goes on after the hub slept, with the right picture", async () => {
    stopClock();
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const watcher = await openWatcher(site_id, key);
    for (let sent = 1; sent <= 3; sent += 1) {
      await sendBeacon(aBeacon(site_id), { "cf-connecting-ip": `192.0.2.${sent}` });
      await hears(watcher, sent);
      await vi.waitFor(async () => expect(await isQuiet(site_id)).toBe(true));
      await evictDurableObject(hubOf(site_id));
    }
    expect(watcher.picture()).toEqual(await live(site_id, key));
    expect(watcher.picture()).toMatchObject({ active_5m: 3 });
    expect(watcher.closed).toBeNull();
  });

  it("closes when its property is deleted, and when its authorization is an hour old", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    const old = await openWatcher(site_id, key);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_001 });
    const young = await openWatcher(site_id, key);
    await sendBeacon(aBeacon(site_id));
    await hears(young, 1);
    await waitFor(() => old.closed !== null);
    expect(old.closed).toEqual({ code: 1012 });
    expect(old.messages).toHaveLength(1);
    expect((await call("DELETE", `/api/v1/properties/${site_id}`, { key })).status).toBe(204);
    await waitFor(() => young.closed !== null);
    expect(young.closed).toEqual({ code: 4404 });
  });

  it("costs nothing when nobody watches: no timer, no message", async () => {
    const { site_id } = await givenProperty();
    const key = await givenKey();
    await sendBeacon(aBeacon(site_id));
    expect(await isQuiet(site_id)).toBe(true);
    const watcher = await openWatcher(site_id, key);
    expect(await isQuiet(site_id)).toBe(true);
    watcher.socket.close();
    await vi.waitFor(async () => expect(await hasWatchers(site_id)).toBe(false));
    await sendBeacon(aBeacon(site_id));
    expect(await isQuiet(site_id)).toBe(true);
  });
});

describe("sockets of a property with shards", () => {
  it("hear of every shard's events, also after all of them slept, and the shards fall silent with the last", async () => {
    stopClock();
    const { site_id } = await givenProperty("organization", { shards: 3 });
    const key = await givenKey();
    const watcher = await openWatcher(site_id, key);
    const sendAll = async (from: number) => {
      for (let i = 0; i < 12; i += 1)
        await sendBeacon(aBeacon(site_id), { "cf-connecting-ip": `198.51.100.${from + i}` });
    };
    await sendAll(0);
    await hears(watcher, 12);
    expect(watcher.picture()).toEqual(await live(site_id, key));
    for (const shard of [0, 1, 2]) {
      await vi.waitFor(async () => expect(await isQuiet(site_id, shard)).toBe(true));
      await evictDurableObject(hubOf(site_id, shard));
    }
    await sendAll(12);
    await hears(watcher, 24);
    expect(watcher.picture()).toEqual(await live(site_id, key));
    expect(watcher.picture()).toMatchObject({ active_30m: 24 });

    watcher.socket.close();
    await vi.waitFor(async () => expect(await hasWatchers(site_id)).toBe(false));
    await sendAll(24);
    // A picture that was under way when the socket closed asks the shards once more: then one more change is told.
    await vi.waitFor(
      async () => {
        await sendAll(36);
        for (const shard of [0, 1, 2]) {
          const { isOpen, isWatched, timer, sending } = await inside(site_id, shard, ({ sockets }) => ({ ...sockets }));
          expect({ shard, isOpen: isOpen ?? false, isWatched, isTimed: timer !== null, sending }).toEqual({
            shard,
            isOpen: false,
            isWatched: false,
            isTimed: false,
            sending: null,
          });
        }
      },
      { timeout: 20_000, interval: 500 },
    );
  });
});

describe("a thousand sockets on one hub", () => {
  it("all receive a change, and the hub sleeps with them open", async () => {
    const { site_id } = await givenProperty();
    // As the Worker opens them, less a thousand questions to D1 whether it may.
    const open = () =>
      hubOf(site_id).fetch(`https://hub/?site_id=${site_id}&hubs=1`, { headers: { upgrade: "websocket" } });
    const watchers: Watcher[] = [];
    for (let group = 0; group < 20; group += 1)
      watchers.push(...(await Promise.all(Array.from({ length: 50 }, async () => watch(await open())))));
    let heard = 0;
    let last = 0;
    for (const { socket } of watchers)
      socket.addEventListener("message", () => {
        heard += 1;
        last = performance.now();
      });
    for (const state of ["awake", "asleep"]) {
      await vi.waitFor(async () => expect(await isQuiet(site_id)).toBe(true));
      if (state === "asleep") await evictDurableObject(hubOf(site_id));
      heard = 0;
      const start = performance.now();
      await sendBeacon(aBeacon(site_id));
      await waitFor(() => heard === watchers.length);
      console.log(
        `a change reached 1,000 sockets of a hub ${state} ${Math.round(last - start)} ms after its event left`,
      );
    }
    expect(watchers.every((watcher) => watcher.picture().pageviews_30m === 2)).toBe(true);
    expect(watchers.every(({ closed }) => closed === null)).toBe(true);
    await vi.waitFor(async () => expect(await isQuiet(site_id)).toBe(true));
    await evictDurableObject(hubOf(site_id));
    for (const { socket } of watchers) socket.close();
  });
});
