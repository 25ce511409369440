// The Analyst: what it keeps in memory does not change what it answers.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Analyst } from "../../../durable-objects/analyst/analyst";
import type { AnalystReply } from "../../../workers/domain/analysis/analyst";
import { LIMITS } from "../../../workers/domain/analysis/limits";
import type { Ask } from "../../../workers/domain/analysis/question";
import { NOTHING_SAVED } from "../../../workers/domain/analysis/saved/known";
import type { SavedFilter } from "../../../workers/domain/analysis/saved/saved";
import { toParquet } from "../../../workers/domain/lake/parquet";
import { addDays } from "../../../workers/domain/time/zone";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { loadSaved } from "../../../workers/storage/saved/known";
import { createSegment } from "../../../workers/storage/saved/segments";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenEnrichment, givenMessage, givenProcessed } from "../given-lake";
import { readOpen } from "./given-frames";

givenFreshStorage();

const TIME = Date.parse("2026-10-05T12:00:00Z");
const DAY = "2026-10-05";
const PHONES: SavedFilter = ["is", "visit:device", ["Mobile"]];

const analystOf = (siteId: string) => env.ANALYST.getByName(`${siteId}/2026-10`);
const questionBy = (...groups: string[]): string => {
  const ask: Ask = {
    ...{ filters: [], groups, time: null, times: null, first: DAY },
    ...{ humansOnly: false, reading: false, ends: false, persons: false, revenue: false },
  };
  return JSON.stringify({ from: DAY, to: DAY, saved: NOTHING_SAVED, limits: LIMITS, asks: [ask] });
};

/** The values by which an Analyst groups the one event. */
async function valuesBy(siteId: string, ...groups: string[]): Promise<unknown> {
  const reply = (await analystOf(siteId).answer(questionBy(...groups))) as AnalystReply;
  return "answer" in reply ? (JSON.parse(reply.answer.rows[0]!) as unknown[][]).map(([, values]) => values) : reply;
}

async function givenEvent() {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  const event = aStampedEvent(site_id, TIME, { source: "Google", device: "Mobile", ip: "192.0.2.7", network: null });
  await givenMessage(site_id, [event]);
  return { site_id, raw: await givenProcessed(site_id) };
}

it("goes on with its columns when another Analyst takes their memory while it reads more", async () => {
  const { site_id } = await givenEvent();
  expect(await closeLakeDay(env, site_id, DAY, Date.now())).toMatchObject({ outcome: "closed" });
  expect(await valuesBy(site_id, "visit:source")).toEqual([["Google"]]);
  let taken = 0;
  await runInDurableObject(analystOf(site_id), (analyst: Analyst) => {
    const own = analyst as unknown as { env: Cloudflare.Env; release: () => void };
    const { LAKE } = own.env;
    const get = async (key: string) => {
      const object = await LAKE.get(key);
      taken += 1;
      own.release();
      return object;
    };
    own.env = { ...own.env, LAKE: { get } as unknown as R2Bucket };
  });
  expect(await valuesBy(site_id, "visit:source", "visit:device")).toEqual([["Google", "Mobile"]]);
  // The table of visits: the column of actions is there already.
  expect(taken).toBe(1);
});

it("knows of an open day what has been learnt of its addresses since the last question", async () => {
  const { site_id, raw } = await givenEvent();
  expect(await valuesBy(site_id, "visit:network")).toEqual([[null]]);
  await givenEnrichment(site_id, DAY, [raw, raw], [{ ip: "192.0.2.7", network: "Example Net" }]);
  expect(await valuesBy(site_id, "visit:network")).toEqual([["Example Net"]]);
});

it("is given only the segments that a question names, and of these only those that the viewer sees", async () => {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  const save = async (viewer: string, shared: boolean) =>
    (await createSegment(env.DB, site_id, viewer, { name: "S", filter: PHONES, shared }, TIME))!.id;
  const [own, others, shared, unnamed] = [
    await save("anna", false),
    await save("bert", false),
    await save("bert", true),
    await save("anna", true),
  ];
  const filters = [
    ["not", ["is", "segment", [own, others]]],
    ["is", "segment", [shared]],
  ];
  const idsFor = async (viewer: string | null) =>
    (await loadSaved(env.DB, site_id, viewer, [{ filters }])).segments.map(({ id }) => id).sort();
  expect(await idsFor("anna")).toEqual([own, shared].sort());
  expect(await idsFor(null)).toEqual([shared]);
  expect([own, others, shared]).not.toContain(unnamed);
});

it("does not read the closed days between open ones", async () => {
  const body = toParquet([]);
  const dates = Array.from({ length: 30 }, (_, n) => addDays("2026-11-01", n));
  const asked: string[] = [];
  const lake = {
    get: (key: string) => {
      asked.push(key);
      return Promise.resolve({ arrayBuffer: () => Promise.resolve(body) });
    },
  } as unknown as R2Bucket;
  const events = dates.map((date, id) => ({ id, zone: "events", key: date, rows: 10, min_date: date, max_date: date }));
  const snapshot = { tables: [], enrichments: [], processed: 0, events } as unknown as Parameters<typeof readOpen>[1];
  const wanted = { visits: new Set(["began"]), actions: new Set(["use"]) };
  const days = ["2026-11-01", "2026-11-29", "2026-11-30"];
  expect((await readOpen(lake, snapshot, days, wanted)).flatMap(({ dates }) => dates)).toEqual(days);
  expect(asked.sort()).toEqual(days);
});
