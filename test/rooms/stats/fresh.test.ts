// What an answer promises of its freshness: every event accepted before `meta.fresh_until` is in it, wherever events wait.
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import type { Answer } from "../../../workers/domain/queries/answer";
import { importName } from "../../../workers/domain/visits/hub";
import { anEvent, sendEvents, sendImport } from "../beacons";
import { chance } from "../chance";
import { countAll, deliverLetters, givenHeldQueue, mainHub } from "../downstream";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();
const queue = givenHeldQueue();

async function givenAsker() {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  const key = await givenKey();
  const ask = async (more: object = {}): Promise<{ events: number; until: number; header: string; meta: object }> => {
    const body = { site_id, metrics: ["events"], date_range: "all", ...more };
    const reply = await call("POST", "/api/v2/query", { key, body });
    const { results, meta } = (await reply.json()) as Answer;
    const until = Date.parse(meta.fresh_until!);
    return { events: Number(results[0]!.metrics[0]), until, header: reply.headers.get("server-timing") ?? "", meta };
  };
  const send = async () => {
    expect((await sendEvents(key, anEvent(site_id))).status).toBe(202);
    return Date.now();
  };
  return { site_id, key, ask, send };
}

const SCANNED = { filters: [["is", "event:name", ["pageview"]]] };

it("every event accepted before fresh_until is in the answer, wherever the others wait and whatever answers", async () => {
  const seed = Number(env.FAULT_SEED);
  const random = chance(seed);
  const { site_id, key, ask, send } = await givenAsker();
  const hub = env.HUB.getByName(mainHub(site_id));
  const accepted: number[] = [];
  const steps = [
    async () => void accepted.push(await send()),
    async () => void accepted.push(await send()),
    () => hub.flush(),
    // In any order.
    async () => {
      const [letter] = queue.letters.splice(Math.floor(random() * queue.letters.length), 1);
      if (letter) await deliverLetters([letter]);
    },
    async () => evictDurableObject(hub).catch(() => undefined),
    async () => {
      const at = new Date().toISOString();
      const line = anEvent(site_id, { event_time: at, event_id: `import ${accepted.length}` });
      expect((await sendImport(key, site_id, [line])).status).toBe(202);
      accepted.push(Date.now());
      if (random() < 0.5) await env.HUB.getByName(importName(site_id)).flush();
    },
  ];
  for (let n = 0; n < 60; n += 1) {
    await steps[Math.floor(random() * steps.length)]!();
    const { events, until } = await ask(random() < 0.5 ? SCANNED : {});
    const sure = accepted.filter((time) => time < until).length;
    expect([seed, n, events >= sure]).toEqual([seed, n, true]);
    expect(until).toBeLessThanOrEqual(Date.now());
  }
  await countAll(queue, mainHub(site_id), importName(site_id));
  const before = Date.now();
  const { events, until } = await ask();
  expect(events).toBe(accepted.length);
  // Nothing waits: it is fresh until it was asked.
  expect(until).toBeGreaterThanOrEqual(before);
});

it("an event that waits keeps fresh_until at its own time, also in the queue and after the hub was evicted", async () => {
  const { site_id, ask, send } = await givenAsker();
  const hub = env.HUB.getByName(mainHub(site_id));
  const sent = await send();
  for (const wait of [
    async () => undefined,
    () => evictDurableObject(hub),
    () => hub.flush(),
    () => evictDurableObject(hub),
  ]) {
    await wait();
    const { events, until } = await ask();
    expect([events, until <= sent, until > sent - 60_000]).toEqual([0, true, true]);
  }
  await countAll(queue, mainHub(site_id));
  expect(await ask()).toMatchObject({ events: 1 });
});

it("an answer comes without fresh_until when a hub does not reply, and says where its time went", async () => {
  const { ask } = await givenAsker();
  const { header } = await ask();
  expect(header).toMatch(/^fresh;dur=\d+, plan;dur=\d+, rollups;dur=\d+, total;dur=\d+$/);
  expect((await ask(SCANNED)).header).toMatch(/^fresh;dur=\d+, plan;dur=\d+, scan;dur=\d+, total;dur=\d+$/);
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  vi.spyOn(Object.getPrototypeOf(env.HUB) as typeof env.HUB, "getByName").mockImplementation(() => {
    throw new Error("hub is away");
  });
  expect((await ask()).meta).toMatchObject({ fresh_until: null, source: "rollups" });
});
