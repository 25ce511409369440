// The memory of Analysts: they share a budget, and whatever it is, answers are the same.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Analyst } from "../../../durable-objects/analyst/analyst";
import { ColumnBudget } from "../../../durable-objects/analyst/column-budget";
import type { AnalystReply } from "../../../workers/domain/analysis/analyst";
import { LIMITS } from "../../../workers/domain/analysis/limits";
import type { Ask } from "../../../workers/domain/analysis/question";
import { NOTHING_SAVED } from "../../../workers/domain/analysis/saved/known";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../../workers/domain/analysis/zone/tables";
import type { LakeFile } from "../../../workers/domain/lake/object";
import { tableToParquet } from "../../../workers/domain/lake/table-parquet";
import { addDays } from "../../../workers/domain/time/zone";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { readClosed } from "../../../workers/storage/analysis/frames";
import { chance } from "../chance";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenMessage, givenProcessed } from "../given-lake";

givenFreshStorage();
const SEED = Number(env.FAULT_SEED);

const DAY = "2026-10-05";
const TIME = Date.parse(`${DAY}T12:00:00Z`);

it(`the budget is exceeded by one question alone, and by nothing that is idle (seed ${SEED})`, async () => {
  const random = chance(SEED);
  const most = 100;
  const budget = new ColumnBudget(most);
  const held = new Map<number, { bytes: number; isBusy: boolean }>();
  const owners = [0, 1, 2, 3, 4].map((number) => ({ number }));
  const check = () => {
    const all = [...held.values()];
    const sum = all.reduce((total, { bytes }) => total + bytes, 0);
    expect(budget.held).toBe(sum);
    // A question that needs more than there is has it all for itself.
    if (sum > most) expect([all.length, all[0]!.isBusy]).toEqual([1, true]);
  };
  let answered = 0;
  let large = 0;
  const ask = async (owner: { number: number }) => {
    for (let question = 0; question < 40; question++) {
      const kept = Math.ceil(random() * 60);
      const need = kept + Math.floor(random() * 70);
      await budget.begin(
        owner,
        () => need,
        () => held.delete(owner.number),
      );
      if (need > most) large += 1;
      held.set(owner.number, { bytes: need, isBusy: true });
      // By then all who have begun have said so here.
      await new Promise((resolve) => setTimeout(resolve, 0));
      check();
      held.set(owner.number, { bytes: kept, isBusy: false });
      budget.end(owner, kept);
      check();
      answered += 1;
    }
  };
  await Promise.all(owners.map(ask));
  expect([answered, large > 0]).toEqual([200, true]);
});

it("an object that never ended its question does not keep others from theirs for ever", async () => {
  const budget = new ColumnBudget(10);
  const [gone, other] = [{}, {}];
  let released = 0;
  const { now } = Date;
  try {
    await budget.begin(
      gone,
      () => 8,
      () => {
        released += 1;
      },
    );
    Date.now = () => now() + 61_000;
    await budget.begin(
      other,
      () => 8,
      () => undefined,
    );
  } finally {
    Date.now = now;
  }
  expect([released, budget.held]).toEqual([1, 8]);
});

interface Inside {
  env: Cloudflare.Env;
  budget: ColumnBudget;
  release: () => void;
}

const analystOf = (siteId: string) => env.ANALYST.getByName(`${siteId}/2026-10`);

async function ask(siteId: string, asks: Partial<Ask>[]): Promise<unknown> {
  const standard = { filters: [], groups: [], time: null, times: null, first: DAY, humansOnly: false };
  const wants = { reading: true, ends: true, persons: true, revenue: false };
  const question = { from: DAY, to: addDays(DAY, 1), saved: NOTHING_SAVED, limits: LIMITS };
  const text = JSON.stringify({ ...question, asks: asks.map((given) => ({ ...standard, ...wants, ...given })) });
  const reply = (await analystOf(siteId).answer(text)) as AnalystReply;
  if ("problem" in reply) throw new Error(reply.problem.message);
  return reply.answer;
}

/** A property with a closed and an open day. */
async function givenTwoDays(events: number): Promise<string> {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  for (const day of [0, 1]) {
    const given = Array.from({ length: events }, (_, n) =>
      aStampedEvent(site_id, TIME + day * 86_400_000 + n, { city: `City ${n % 9}`, country: ["DE", "CH"][n % 2]! }),
    );
    await givenMessage(site_id, given);
  }
  await givenProcessed(site_id);
  expect(await closeLakeDay(env, site_id, DAY, Date.now())).toMatchObject({ outcome: "closed" });
  return site_id;
}

const inside = (siteId: string, act: (analyst: Inside) => void) =>
  runInDurableObject(analystOf(siteId), (analyst: Analyst) => act(analyst as unknown as Inside));

const ASKS: Partial<Ask>[][] = [
  [{ groups: ["visit:city"] }],
  [
    { groups: ["visit:country", "event:page"] },
    { groups: ["event:page_group"], filters: [["is", "visit:country", ["DE"]]] },
  ],
  [{ groups: ["visit:duration_bucket"] }, { groups: ["event:scroll_bucket"] }, { groups: ["visit:source"] }],
];

it(`answers are the same under every budget, and the budget is kept (seed ${SEED})`, async () => {
  const random = chance(SEED);
  const sites = [await givenTwoDays(40), await givenTwoDays(25), await givenTwoDays(60)];
  const expected = new Map<string, unknown>();
  let largest = 0;
  for (const site of sites) {
    const alone = new ColumnBudget();
    await inside(site, (analyst) => {
      analyst.budget = alone;
      // While an open day is read, its events are in memory as rows.
      const get = (key: string) => {
        largest = Math.max(largest, alone.held);
        return env.LAKE.get(key);
      };
      analyst.env = { ...env, LAKE: { get } as unknown as R2Bucket };
    });
    for (const [i, asks] of ASKS.entries()) expected.set(`${site} ${i}`, await ask(site, asks));
    largest = Math.max(largest, alone.held);
  }
  for (const most of [1, largest * 0.6, largest * 1.2, largest * 10].map(Math.floor)) {
    const budget = new ColumnBudget(most);
    let heldMost = 0;
    for (const site of sites)
      await inside(site, (analyst) => {
        analyst.release();
        analyst.budget = budget;
        const get = (key: string) => {
          heldMost = Math.max(heldMost, budget.held);
          return env.LAKE.get(key);
        };
        analyst.env = { ...env, LAKE: { get } as unknown as R2Bucket };
      });
    await Promise.all(
      Array.from({ length: 24 }, async () => {
        const site = sites[Math.floor(random() * sites.length)]!;
        const i = Math.floor(random() * ASKS.length);
        expect(await ask(site, ASKS[i]!)).toEqual(expected.get(`${site} ${i}`));
        expect(budget.held).toBeLessThanOrEqual(Math.max(most, largest * 2));
      }),
    );
    expect(heldMost).toBeGreaterThan(0);
    expect(heldMost).toBeLessThanOrEqual(Math.max(most, largest * 2));
    expect(budget.held).toBeLessThanOrEqual(most);
    // With less, whoever is idle may have to give up everything.
    if (most > largest) expect(budget.held).toBeGreaterThan(0);
  }
});

it("fills the frame of closed days table by table, with a few objects ahead", async () => {
  const dates = Array.from({ length: 20 }, (_, n) => addDays("2026-11-01", n));
  const bodies = {
    visits: tableToParquet(VISIT_COLUMNS as never, [{ visitor_id: "v", began: 1, actions: 1 }]),
    actions: tableToParquet(ACTION_COLUMNS as never, [{ use: 0, counted: 1, pageview: 1, page: "/" }]),
  };
  const tables = dates.flatMap((date, n) =>
    (["visits", "actions"] as const).map(
      (zone, i) => ({ id: 2 * n + i, zone, key: `${zone} ${date}`, rows: 1, min_date: date }) as unknown as LakeFile,
    ),
  );
  let asked = 0;
  let taken = 0;
  let ahead = 0;
  const lake = {
    get: (key: string) => {
      asked += 1;
      ahead = Math.max(ahead, asked - taken);
      const arrayBuffer = () => {
        taken += 1;
        return Promise.resolve(bodies[key.split(" ")[0] as "visits"]);
      };
      return new Promise((resolve) => setTimeout(() => resolve({ arrayBuffer }), 0));
    },
  } as unknown as R2Bucket;
  const wanted = { visits: new Set(["began"]), actions: new Set(["use", "page"]) };
  const frame = await readClosed(lake, tables.toReversed(), wanted);
  expect([frame.dates, frame.visits.rows, frame.actions.rows, asked]).toEqual([dates, 20, 20, 40]);
  expect([...frame.visitors]).toEqual(dates.map((_, n) => n + 1));
  expect(ahead).toBeLessThanOrEqual(6);

  asked = 0;
  const more = await readClosed(lake, tables, { visits: new Set(), actions: new Set(["counted"]) }, frame);
  expect(more).toBe(frame);
  expect([asked, [...more.actions.numbers.keys()], more.actions.texts.get("page")!.values]).toEqual([
    20,
    ["use", "counted"],
    ["", "/"],
  ]);
});
