// Days that are not prepared yet, as after an import: however many events they have together, a question about them is
// answered as the rollups answer it, within bounds of memory.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Analyst } from "../../../durable-objects/analyst/analyst";
import type { AnalystReply } from "../../../workers/domain/analysis/analyst";
import { LIMITS } from "../../../workers/domain/analysis/limits";
import { NOTHING_SAVED } from "../../../workers/domain/analysis/saved/known";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { toParquet } from "../../../workers/domain/lake/parquet";
import type { Property } from "../../../workers/domain/properties/property";
import { toQuery } from "../../../workers/domain/queries/query";
import { addDays } from "../../../workers/domain/time/zone";
import { answerQuery } from "../../../workers/stats/answer-query";
import { daysOfObjects, ObjectDays } from "../../../workers/storage/analysis/object-days";
import { ObjectReader } from "../../../workers/storage/analysis/object-reader";
import { openDays } from "../../../workers/storage/analysis/open-days";
import { listFiles } from "../../../workers/storage/lake/reading";
import { chance } from "../chance";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenMessage, givenProcessed } from "../given-lake";

givenFreshStorage();
const SEED = Number(env.FAULT_SEED);
const FIRST = "2026-08-20";
const DAYS = 60;
/** Of a portion, and in memory. */
const [PART, OPEN] = [20, 25];
const limits = { ...LIMITS, part: PART, open: OPEN };

const noonOf = (day: number): number => Date.parse(`${addDays(FIRST, day)}T12:00:00Z`);

const QUESTIONS = [
  { metrics: ["visitors", "visits", "pageviews", "events", "bounce_rate"], dimensions: [] },
  { metrics: ["visitors", "visits", "pageviews"], dimensions: ["time:day"] },
  { metrics: ["visitors", "pageviews"], dimensions: ["event:page"] },
  { metrics: ["visitors", "visits"], dimensions: ["visit:source", "time:month"] },
];

/** Met by each event, so that the scan answers. */
const SCANNED = { filters: [["is_not", "event:page", ["/nowhere"]]] };

async function ask(property: Property, question: object) {
  const { site_id } = property;
  const date_range = [FIRST, addDays(FIRST, DAYS)];
  const query = toQuery({ site_id, date_range, ...question });
  const { results, meta } = await answerQuery(env, property, query, Date.now(), { limits });
  return {
    source: meta.source,
    rows: Object.fromEntries(results.map(({ dimensions, metrics }) => [JSON.stringify(dimensions), metrics])),
  };
}

it(`open days with far more events than fit into memory are answered as by the rollups (seed ${SEED})`, async () => {
  const random = chance(SEED);
  const property = await givenProperty("organization", { timezone: "UTC" });
  const { site_id } = property;
  let events: StampedEvent[] = [];
  for (let day = 0; day < DAYS; day++) {
    // A day that is cut into parts, small ones, and some without events.
    const count = day === 30 ? 150 : day % 9 === 4 ? 0 : Math.floor(random() * 18);
    for (let n = 0; n < count; n++) events.push(aStampedEvent(site_id, noonOf(day) + n));
    // Objects of several days, of which some have much more than their share.
    if (day % 7 === 6 || day === DAYS - 1) {
      await givenMessage(site_id, events);
      events = [];
    }
  }
  const skewed = Array.from({ length: 70 }, (_, n) => aStampedEvent(site_id, noonOf(n === 0 ? 2 : 40) + n));
  await givenMessage(site_id, skewed);
  for (const isProcessed of [false, true]) {
    if (isProcessed) await givenProcessed(site_id);
    for (const question of QUESTIONS) {
      const scanned = await ask(property, { ...question, ...SCANNED });
      expect(scanned.source).toBe("scan");
      const expected = question.dimensions.length > 1 ? null : await ask(property, question);
      if (expected) expect([question, scanned.rows]).toEqual([question, expected.rows]);
      const months = Object.values(scanned.rows).reduce((sum, [, visits]) => sum + Number(visits), 0);
      if (!expected) expect(months).toBe((await ask(property, { metrics: ["visits"] })).rows["[]"]![0]);
    }
  }
  expect((await openDays(env.DB, site_id, addDays(FIRST, DAYS))).length).toBeGreaterThan(40);
});

it("only the day of a visitor with too many events is refused, by its date", async () => {
  const property = await givenProperty("organization", { timezone: "UTC" });
  const { site_id } = property;
  const one = { visitor_id: "program", visit_id: "endless" };
  const endless = Array.from({ length: 40 }, (_, n) => aStampedEvent(site_id, noonOf(3) + n, one));
  await givenMessage(site_id, [...[0, 1, 2].map((day) => aStampedEvent(site_id, noonOf(day))), ...endless]);
  await givenProcessed(site_id);
  await expect(ask(property, { metrics: ["visits"], ...SCANNED })).rejects.toMatchObject({
    code: "invalid",
    message: expect.stringMatching(/^date_range has about \d+ events on 2026-08-23, which is not prepared/),
  });
  const others = { metrics: ["visits"], date_range: [FIRST, addDays(FIRST, 2)], ...SCANNED };
  expect((await ask(property, others)).rows).toEqual({ "[]": [3] });
});

it("what comes in today does not make an Analyst read the days before again", async () => {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  for (const day of [0, 4, 8])
    await givenMessage(
      site_id,
      Array.from({ length: 15 }, (_, n) => aStampedEvent(site_id, noonOf(day) + n)),
    );
  const analyst = env.ANALYST.getByName(`${site_id}/2026-08`);
  const asked: string[] = [];
  await runInDurableObject(analyst, (instance: Analyst) => {
    const own = instance as unknown as { env: Cloudflare.Env };
    const get = (key: string) => {
      asked.push(key);
      return env.LAKE.get(key);
    };
    own.env = { ...env, LAKE: { get } as unknown as R2Bucket };
  });
  const counted = async (group: string): Promise<number> => {
    const wants = { reading: false, ends: false, persons: false, revenue: false, humansOnly: false };
    const asks = [{ filters: [], groups: [group], time: null, times: null, first: FIRST, ...wants }];
    const question = { from: FIRST, to: addDays(FIRST, 9), saved: NOTHING_SAVED, limits, asks };
    const reply = (await analyst.answer(JSON.stringify(question))) as AnalystReply;
    if ("problem" in reply) throw new Error(reply.problem.message);
    const rows = JSON.parse(reply.answer.rows[0]!) as [unknown, unknown, number[]][];
    return rows.reduce((sum, [, , sums]) => sum + sums[0]!, 0);
  };
  expect(await counted("event:page")).toBe(45);
  asked.length = 0;
  await givenMessage(site_id, [aStampedEvent(site_id, noonOf(8))]);
  expect(await counted("event:page")).toBe(46);
  const raw = (await listFiles(env.DB, site_id, ["raw"])).map(({ key }) => key);
  // The new object also to see of which days it is.
  expect(asked.toSorted()).toEqual([raw[2]!, raw[3]!, raw[3]!].sort());
});

it("an object that waits for the pipeline is looked at once, and once more when it has been forgotten", async () => {
  const bodies = new Map<string, ArrayBuffer>(
    [0, 1, 2].map((day) => [`object ${day}`, toParquet([aStampedEvent("site", noonOf(day))])] as const),
  );
  const asked: string[] = [];
  const get = async (key: string) => {
    asked.push(key);
    return { arrayBuffer: async () => bodies.get(key)! };
  };
  const lake = { get } as unknown as R2Bucket;
  const files = [...bodies.keys()].map((key) => ({ key }) as never);
  // Each is of the day and the one after.
  const known = new ObjectDays(4);
  const days = [0, 1, 2, 3].map((day) => addDays(FIRST, day));
  expect([...(await daysOfObjects(lake, files.slice(0, 2), known))]).toEqual(days.slice(0, 3));
  expect([...(await daysOfObjects(lake, files.slice(0, 2), known))]).toEqual(days.slice(0, 3));
  expect(asked).toEqual(["object 0", "object 1"]);
  expect([...(await daysOfObjects(lake, files, known))].sort()).toEqual(days);
  await daysOfObjects(lake, files.slice(0, 1), known);
  expect(asked).toEqual(["object 0", "object 1", "object 2", "object 0"]);
});

it("a reader keeps the objects that it read last, up to its bound", async () => {
  let asked = 0;
  const get = async () => {
    asked += 1;
    return { arrayBuffer: async () => new ArrayBuffer(10) };
  };
  const objects = new ObjectReader({ get } as unknown as R2Bucket, 40);
  const read = async (...keys: string[]) => {
    for (const key of keys) expect((await objects.read({ key })).byteLength).toBe(10);
    return asked;
  };
  expect(await read("a", "b", "a", "c", "d", "a", "b")).toBe(4);
  expect(await read("e", "a", "b", "c")).toBe(6);
});
