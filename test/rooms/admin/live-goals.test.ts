// Goals in live data: made by the owner, counted by the hubs, read over HTTP and by socket.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { Goal, SavedFilter } from "../../../workers/domain/analysis/saved/saved";
import { importName, type LivePicture, type SocketMessage } from "../../../workers/domain/visits/hub";
import { aBeacon, anEvent, CHROME, sendBeacon, sendEvents, sendImport } from "../beacons";
import { countAll, givenHeldQueue, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

const SIGN_UP: SavedFilter = ["is", "event:name", ["Sign up"]];
const BLOG: SavedFilter = [
  "and",
  [
    ["matches_wildcard", "event:page", ["/blog/**"]],
    ["is", "event:name", ["pageview"]],
  ],
];

async function givenGoals(shards = 1) {
  const { site_id } = await givenProperty("organization", { shards });
  const key = await givenKey();
  const at = `/api/v1/properties/${site_id}`;
  const make = async (name: string, filter: SavedFilter): Promise<string> => {
    const reply = await call("POST", `${at}/goals`, { key, body: { name, filter } });
    expect(reply.status).toBe(201);
    return ((await reply.json()) as Goal).id;
  };
  const picture = async () => (await (await call("GET", `${at}/live`, { key })).json()) as LivePicture;
  const event = (event_type: string, given: object = {}) =>
    anEvent(site_id, { event_type, ip: "192.0.2.1", user_agent: CHROME, ...given });
  return {
    ...{ site_id, key, make, event, picture },
    change: (id: string, body: object) => call("PATCH", `${at}/goals/${id}`, { key, body }),
    remove: (id: string) => call("DELETE", `${at}/goals/${id}`, { key }),
    send: async (...events: object[]) => expect((await sendEvents(key, { events })).status).toBe(202),
    /** Conversions by id. */
    counts: async () => Object.fromEntries((await picture()).goals.map(({ id, conversions }) => [id, conversions])),
    hub: () => env.HUB.getByName(mainHub(site_id)),
  };
}

describe("the live counter of a goal", () => {
  test("is what a query counts of it, once each, without imports, and outlives the hub", async () => {
    const { site_id, key, make, send, event, counts, hub, picture } = await givenGoals();
    const [signUp, blog] = [await make("Sign up", SIGN_UP), await make("Blog", BLOG)];
    // Made by the hub, and only measuring.
    const first = await make("First visit", ["is", "event:name", ["first_visit"]]);
    const others = [
      await make("Germans", ["is", "visit:country", ["DE"]]),
      await make("Regex", ["matches", "event:name", ["^Sign"]]),
      await make("Readers", ["has_done", BLOG]),
    ];
    expect(await counts()).toEqual({});
    const twice = event("Sign up", { event_id: crypto.randomUUID() });
    await send(twice, event("pageview", { url: "https://shop.example/blog/a/b" }), event("sign up"));
    await send(twice, event("pageview", { url: "https://shop.example/blog" }), event("Sign up"));
    expect((await sendBeacon(aBeacon(site_id, { n: "pageview", u: "https://shop.example/blog/a" }))).status).toBe(202);
    await sendImport(key, site_id, [event("Sign up", { event_time: "2026-01-02T10:00:00Z" })], "history");
    const expected = { [signUp]: 2, [blog]: 2, [first]: 2 };
    expect(await counts()).toEqual(expected);
    expect(Date.parse((await picture()).goals[0]!.last_conversion_at)).toBeGreaterThan(Date.now() - 60_000);
    // Once out of the journal, once out of a checkpoint with nothing left to replay.
    for (const isCheckpointed of [false, true]) {
      if (isCheckpointed)
        await runInDurableObject(hub(), (inside) => (inside as unknown as { checkpoint(): void }).checkpoint());
      await evictDurableObject(hub());
      expect(await counts()).toEqual(expected);
    }
    await countAll(queue, mainHub(site_id), importName(site_id));
    for (const [id, name] of [
      [signUp, "Sign up"],
      [blog, "Blog"],
      [first, "First visit"],
    ] as const) {
      const body = {
        ...{ site_id, metrics: ["events"], date_range: "day" },
        filters: [["is", "event:goal", [name]]],
      };
      const answer = await (await call("POST", "/api/v2/query", { key, body })).json();
      expect([name, answer]).toMatchObject([name, { results: [{ metrics: [expected[id]] }] }]);
    }
    expect(Object.keys(await counts())).not.toEqual(expect.arrayContaining(others));
  });

  test("says how many of them fell into the last 30 minutes, also after the hub was read again", async () => {
    const { make, change, send, event, picture, hub } = await givenGoals();
    const id = await make("Sign up", SIGN_UP);
    const minutes = async () => {
      const { goals } = await picture();
      return goals.map(({ conversions, conversions_30m }) => [conversions, conversions_30m]);
    };
    const ago = (count: number) => new Date(Date.now() - count * 60_000).toISOString();
    await send(...[0, 5, 28, 31, 40, 600].map((count) => event("Sign up", { event_time: ago(count) })));
    expect(await minutes()).toEqual([[6, 3]]);
    for (const isCheckpointed of [false, true]) {
      if (isCheckpointed)
        await runInDurableObject(hub(), (inside) => (inside as unknown as { checkpoint(): void }).checkpoint());
      await evictDurableObject(hub());
      expect(await minutes()).toEqual([[6, 3]]);
    }
    expect((await change(id, { filter: ["is", "event:name", ["Buy"]] })).status).toBe(200);
    await send(event("Buy"));
    expect(await minutes()).toEqual([[1, 1]]);
  });

  test("begins anew when the filter is changed, not with the name, and ends with the goal", async () => {
    const { make, change, remove, send, event, counts, hub } = await givenGoals();
    // Events in the journal are those of the goals of their time, also when the hub reads it again.
    const read = async () => {
      const before = await counts();
      await evictDurableObject(hub());
      expect(await counts()).toEqual(before);
      return before;
    };
    await send(event("Sign up"));
    const id = await make("Goal", SIGN_UP);
    expect(await read()).toEqual({});
    await send(event("Sign up"), event("Buy"));
    expect(await read()).toEqual({ [id]: 1 });
    expect((await change(id, { name: "Joined" })).status).toBe(200);
    await send(event("Sign up"));
    expect(await read()).toEqual({ [id]: 2 });
    expect((await change(id, { filter: ["is", "event:name", ["Buy"]] })).status).toBe(200);
    expect(await read()).toEqual({});
    await send(event("Sign up"), event("Buy"), event("Buy"), event("Buy"));
    expect(await read()).toEqual({ [id]: 3 });
    expect((await change(id, { filter: ["is", "visit:country", ["CH"]] })).status).toBe(200);
    expect(await read()).toEqual({});
    expect((await change(id, { filter: SIGN_UP })).status).toBe(200);
    await send(event("Sign up"));
    expect(await read()).toEqual({ [id]: 1 });
    expect((await remove(id)).status).toBe(204);
    await send(event("Sign up"));
    expect(await read()).toEqual({});
  });

  test("counts from the first event of a hub that has forgotten what it was told while it was empty", async () => {
    const { make, send, event, counts, hub } = await givenGoals();
    const id = await make("Goal", SIGN_UP);
    await evictDurableObject(hub()).catch(() => undefined);
    await send(event("Sign up"));
    expect(await counts()).toEqual({ [id]: 1 });
  });

  test("does not go back to the goals of an older configuration", async () => {
    const { site_id, make, change, send, event, counts, hub } = await givenGoals();
    await send(event("pageview"));
    const id = await make("Goal", SIGN_UP);
    expect((await change(id, { filter: ["is", "event:name", ["Buy"]] })).status).toBe(200);
    await send(event("Buy"));
    const property = { site_id, timezone: "UTC", address: "none" as const };
    const old = { version: 1, list: [{ id, filter: SIGN_UP }] };
    await hub().accept({ property: { ...property, version: 1, goals: old }, arrivals: [] });
    await send(event("Buy"), event("Sign up"));
    expect(await counts()).toEqual({ [id]: 2 });
  });

  test("comes with a page's next view when storage failed as the hub was told of it", async () => {
    const { site_id, make, send, event, counts, hub } = await givenGoals();
    const view = async () => expect((await sendBeacon(aBeacon(site_id))).status).toBe(202);
    await send(event("pageview"));
    await view();
    await runInDurableObject(hub(), (inside) => {
      const { memory } = inside as unknown as { memory: { checkpoint(now: number): void } };
      memory.checkpoint = () => {
        throw new Error("storage is full");
      };
    });
    const id = await make("Goal", SIGN_UP);
    await send(event("Sign up"));
    expect(await counts()).toEqual({});
    // This one hears of the newer version, and the next brings what is in it.
    await view();
    await view();
    await send(event("Sign up"));
    expect(await counts()).toEqual({ [id]: 1 });
  });

  test("is the sum of the shards, and the last conversion of any", async () => {
    const { make, send, event, picture } = await givenGoals(4);
    const id = await make("Goal", SIGN_UP);
    const times = Array.from({ length: 20 }, (_, i) => new Date(Date.now() - i * 60_000).toISOString());
    await send(...times.map((event_time, i) => event("Sign up", { event_time, ip: `192.0.2.${i}` })));
    const goal = { id, conversions: 20, conversions_30m: 20, last_conversion_at: times[0] };
    expect((await picture()).goals).toEqual([goal]);
  });

  test("is in the picture of a socket and in its changes", async () => {
    const { site_id, key, make, send, event } = await givenGoals();
    const id = await make("Goal", SIGN_UP);
    await send(event("Sign up"));
    const reply = await call("GET", `/api/v1/properties/${site_id}/live/socket`, {
      key,
      headers: { upgrade: "websocket" },
    });
    const socket = reply.webSocket!;
    const heard: SocketMessage[] = [];
    const changed = new Promise<void>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        const message = JSON.parse(data as string) as SocketMessage;
        heard.push(message);
        if (message.type === "change" && message.change.goals) resolve();
      });
    });
    socket.accept();
    await send(event("Sign up"));
    await changed;
    socket.close();
    expect(heard[0]).toMatchObject({ type: "picture", picture: { goals: [{ id, conversions: 1 }] } });
    expect(heard.at(-1)).toMatchObject({ type: "change", change: { goals: [{ id, conversions: 2 }] } });
  });
});
