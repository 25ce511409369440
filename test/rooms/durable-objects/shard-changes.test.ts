// A property that gets another number of shards while people are on it: nothing is lost, doubled, or cut in two.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { flatten } from "../../../workers/domain/counts/difference";
import type { Property } from "../../../workers/domain/properties/property";
import { shardName } from "../../../workers/domain/visits/hub";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { CHROME, sendEvents } from "../beacons";
import { countAll, deliverLetters, differences, givenHeldQueue, lakeIds } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import { openWatcher, waitFor } from "./live-client";

givenFreshStorage();
const queue = givenHeldQueue();
afterEach(() => vi.useRealTimers());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const MOST = 3;
const setClock = (time: number) => vi.useFakeTimers({ toFake: ["Date"], now: time });
const hubsOf = (siteId: string) => Array.from({ length: MOST }, (_, shard) => shardName(siteId, shard));

const aPlainProperty = (shards = 1) =>
  givenProperty(undefined, {
    timezone: "UTC",
    shards,
    streams: [{ url: "https://shop.example", name: "Shop", measurements: { first_visit: false } }],
  });

/** What a person does, at one time, on two properties alike. */
const anEventOf = (siteId: string, person: number, id: string, time: number, page: string) => ({
  event_type: page === "/signup" ? "Signup" : "pageview",
  site_id: siteId,
  event_id: id,
  event_time: new Date(time).toISOString(),
  url: `https://shop.example${page}`,
  ip: `198.51.100.${person}`,
  user_agent: CHROME,
  ...(person % 7 === 0 ? { user_id: `user ${person}` } : {}),
  country: ["CH", "IN", "BR"][person % 3],
});

async function send(key: string, events: readonly unknown[], isAgain = false): Promise<void> {
  const reply = await sendEvents(key, { events });
  const [accepted, duplicates] = isAgain ? [0, events.length] : [events.length, 0];
  expect(await reply.json()).toMatchObject({ accepted, duplicates, rejected: [] });
}

async function reshard(siteId: string, key: string, shards: number): Promise<Property> {
  const reply = await call("PATCH", `/api/v1/properties/${siteId}`, { key, body: { shards } });
  expect(reply.status).toBe(200);
  return reply.json() as Promise<Property>;
}
const live = async (siteId: string, key: string) =>
  (await call("GET", `/api/v1/properties/${siteId}/live`, { key })).json();
const countsOf = async (siteId: string) =>
  Object.fromEntries([...flatten(await readRollup(env.DB, siteId))].sort(([a], [b]) => (a < b ? -1 : 1)));

it("from one shard to three to two, over midnights, evictions and late events, every number is that of one shard", async () => {
  const [one, several] = [await aPlainProperty(), await aPlainProperty()];
  const key = await givenKey();
  const start = Date.UTC(2026, 9, 5, 21);
  const people = Array.from({ length: 28 }, (_, i) => i + 1);
  const changes = new Map([
    [4, 3],
    [17, 2],
    [30, 3],
  ]);
  let n = 0;
  // Fifteen hours in steps of twenty minutes, then on into the next night: visits go on over changes and midnights.
  for (let step = 0; step < 42; step += 1) {
    const now = start + step * 20 * MINUTE + (step > 24 ? 13 * HOUR : 0);
    setClock(now);
    const shards = changes.get(step);
    if (shards) {
      const { shard_changes } = await reshard(several.site_id, key, shards);
      expect(shard_changes.at(-1)).toEqual({ from: now + 5 * MINUTE, shards });
    }
    // Some are here at every step, some now and then, some come anew.
    const here = people.filter((person) => person % 4 === 0 || (person * 7 + step * 3) % 5 === 0);
    const acts = here.map((person) => {
      // Now and then an event comes late, some from before a change or midnight.
      const late = (person + step) % 9 === 0 ? 70 * MINUTE : (person + step) % 13 === 0 ? 5 * MINUTE : 0;
      const page = (person + step) % 6 === 0 ? "/signup" : `/${(person * step) % 5}`;
      return { person, id: `event-${n++}`, time: now - late - person * 100, page };
    });
    for (const { site_id } of [one, several]) {
      const events = acts.map(({ person, id, time, page }) => anEventOf(site_id, person, id, time, page));
      await send(key, events);
      // Sent again, as a caller does that heard no answer.
      if (step % 5 === 0) await send(key, events.slice(0, 5), true);
    }
    if (step % 4 === 1)
      for (const hub of hubsOf(several.site_id))
        await evictDurableObject(env.HUB.getByName(hub)).catch(() => undefined);
    if (step % 3 === 0) expect(await live(several.site_id, key)).toEqual(await live(one.site_id, key));
  }
  for (const { site_id } of [one, several]) await countAll(queue, ...hubsOf(site_id));
  expect((await lakeIds(several.site_id)).sort()).toEqual(Array.from({ length: n }, (_, i) => `event-${i}`).sort());
  expect(await countsOf(several.site_id)).toEqual(await countsOf(one.site_id));
  expect(await differences(several.site_id)).toEqual([]);
  // Each of three shards had its part.
  const { objects } = await env.LAKE.list({ prefix: `raw/site_id=${several.site_id}/` });
  expect(new Set(objects.map(({ key: name }) => name.split("/").at(-1)!.slice(0, 16))).size).toBe(3);
});

it("what waited in the queue over the change goes to whom the visitor belongs now", async () => {
  const { site_id } = await aPlainProperty();
  const key = await givenKey();
  const noon = Date.UTC(2026, 9, 5, 12);
  setClock(noon);
  const people = Array.from({ length: 12 }, (_, i) => i + 1);
  const views = (id: string, time: number) =>
    people.map((person) => anEventOf(site_id, person, `${id}-${person}`, time, "/"));
  await reshard(site_id, key, 3);
  // The hub is away: collect gives the events to the queue.
  const away = vi
    .spyOn(Object.getPrototypeOf(env.HUB) as DurableObjectNamespace, "getByName")
    .mockImplementation(() => {
      throw new Error("hub is away");
    });
  await send(key, views("early", noon));
  away.mockRestore();
  const waiting = queue.letters.splice(0);
  expect(waiting.length).toBeGreaterThan(0);
  setClock(noon + 10 * MINUTE);
  await send(key, views("late", noon + 10 * MINUTE));
  await deliverLetters(waiting);
  await deliverLetters(waiting);
  await countAll(queue, ...hubsOf(site_id));
  expect(await lakeIds(site_id)).toHaveLength(24);
  const total = (await countsOf(site_id))["total 2026-10-05 "];
  expect(total).toMatchObject({ visitors: 12, visits: 12, pageviews: 24 });
});

it("who watches comes again and sees the new shards too", async () => {
  const { site_id } = await aPlainProperty();
  const key = await givenKey();
  const watcher = await openWatcher(site_id, key);
  await reshard(site_id, key, 3);
  await waitFor(() => watcher.closed !== null);
  expect(watcher.closed).toEqual({ code: 1012 });
  const now = Date.now() + 6 * MINUTE;
  setClock(now);
  const again = await openWatcher(site_id, key);
  await send(
    key,
    Array.from({ length: 12 }, (_, i) => anEventOf(site_id, i, `e-${i}`, now, "/")),
  );
  await waitFor(() => again.picture().active_5m === 12);
});
