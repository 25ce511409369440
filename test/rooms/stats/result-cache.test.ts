// The result cache of an Analyst: it answers without reading, and never with what was true before a change.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Analyst } from "../../../durable-objects/analyst/analyst";
import type { AnalystQuestion, AnalystReply } from "../../../workers/domain/analysis/analyst";
import { derive } from "../../../workers/domain/analysis/derived";
import { LIMITS } from "../../../workers/domain/analysis/limits";
import {
  type Ask,
  check,
  derivedIn,
  joinRows,
  named,
  packRows,
  toPanel,
  wantedBy,
} from "../../../workers/domain/analysis/question";
import { NOTHING_SAVED, type Saved, toKnown } from "../../../workers/domain/analysis/saved/known";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import { toUnits } from "../../../workers/domain/lake/units";
import type { Property } from "../../../workers/domain/properties/property";
import { addDays } from "../../../workers/domain/time/zone";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { planProperty } from "../../../workers/maintenance/compact";
import { erase } from "../../../workers/maintenance/erasure/erase";
import { mergeUnit } from "../../../workers/maintenance/merge-unit";
import { restampDayOf } from "../../../workers/maintenance/restamp/task";
import { extract } from "../../../workers/pipeline/extract";
import { load } from "../../../workers/pipeline/load";
import { takeDaySnapshot } from "../../../workers/storage/analysis/day-list";
import { readClosed } from "../../../workers/storage/analysis/frames";
import { openDaysIn } from "../../../workers/storage/analysis/open-days";
import { processedUntil, waitingObjects } from "../../../workers/storage/runs/watermarks";
import { chance } from "../chance";
import { Chaos } from "../chaos";
import { deliverLetters, givenHeldQueue, mainHub } from "../downstream";
import { nextEvent } from "../fault-events";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenEnrichment, givenMessage, givenProcessed } from "../given-lake";
import { accept, DAY, FIRST, givenCounted, START } from "../maintenance/given-days";
import { readOpen } from "./given-frames";

givenFreshStorage();
const queue = givenHeldQueue();
const SEED = Number(env.FAULT_SEED);
const ROUNDS = Math.ceil(Number(env.FAULT_ROUNDS ?? 200) / 10);

function plainSteps() {
  const chaos = new Chaos(1);
  chaos.odds = 0;
  return chaos.steps(new Map());
}

const analystOf = (siteId: string) => env.ANALYST.getByName(`${siteId}/2026-10`);

const anAsk = (given: Partial<Ask>): Ask => ({
  ...{ filters: [], groups: [], time: null, times: null, first: FIRST },
  ...{ humansOnly: false, reading: false, ends: false, persons: false, revenue: false },
  ...given,
});

async function answer(siteId: string, question: AnalystQuestion) {
  const reply = (await analystOf(siteId).answer(JSON.stringify(question))) as AnalystReply;
  if ("problem" in reply) throw new Error(reply.problem.message);
  return reply.answer;
}

const sorted = (packed: string): string[] => (JSON.parse(packed) as unknown[]).map((row) => JSON.stringify(row)).sort();

/** The rows of each ask, counted anew from the storage. */
async function countAnew(siteId: string, { from, to, asks, saved }: AnalystQuestion): Promise<string[]> {
  const known = toKnown(saved);
  const checked = asks.map((ask) => check(ask, known));
  const snapshot = await takeDaySnapshot(env.DB, siteId, from, to);
  const open = await openDaysIn(env.LAKE, snapshot, from, to);
  const closed = snapshot.tables.filter(({ min_date }) => !open.includes(min_date));
  const wanted = wantedBy(checked);
  const frames = [await readClosed(env.LAKE, closed, wanted), ...(await readOpen(env.LAKE, snapshot, open, wanted))];
  for (const frame of frames) derive(frame, derivedIn(checked), known.pageGroup);
  return checked.map((ask) => {
    const rows = frames.map((frame) => {
      if (frame.dates.length === 0) return [];
      const { panel, labels } = toPanel(ask, frame);
      return named(scan(frame, panel), ask, labels);
    });
    return packRows(joinRows(rows, ask));
  });
}

async function runPipeline(siteId: string): Promise<void> {
  const waiting = await waitingObjects(env.DB, { [siteId]: await processedUntil(env.DB, siteId) }, 1000);
  for (const unit of toUnits(waiting)) {
    const extracted = await extract(env, unit, Date.now());
    if (extracted) await load(env, "run-test", extracted, Date.now());
  }
}

function worksOn(property: Property, random: () => number): Record<string, () => Promise<unknown>> {
  const { site_id } = property;
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const days = [0, 1, 2, 3].map((n) => addDays(FIRST, n));
  return {
    "late events": async () => {
      const arrivals = [0, 1, 2].map(
        (n) =>
          nextEvent({ random, pick }, n, START + Math.floor(random() * 3 * DAY), 1_000 + Math.floor(random() * 1e6))
            .arrival,
      );
      const before = queue.letters.length;
      const flush = async () => {
        while (queue.letters.length === before) await env.HUB.getByName(mainHub(site_id)).flush();
      };
      await Promise.all([accept(property, arrivals), flush()]);
      await deliverLetters(queue.letters.splice(0));
    },
    pipeline: () => runPipeline(site_id),
    close: () => closeLakeDay(env, site_id, pick(days), Date.now()),
    "close all": async () => {
      for (const day of days) await closeLakeDay(env, site_id, day, Date.now());
    },
    restamp: () => restampDayOf(env, site_id, pick(days), START + 4 * DAY),
    compaction: async () => {
      for (const { unit, today } of await planProperty(env, site_id, true, Date.now()))
        await mergeUnit(env, site_id, unit, today, Date.now());
    },
    nothing: () => Promise.resolve(),
  };
}

it(`never answers with what was true before a change (seed ${SEED})`, async () => {
  const random = chance(SEED);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const property = await givenCounted(queue, random, 160);
  const { site_id } = property;
  const works = worksOn(property, random);
  const pageIs = (page: string) => ["is", "event:page", [page]];
  // Few definitions, so that a change often goes back to an earlier one.
  const somethingSaved = (): Saved => ({
    goals: [
      {
        ...{ name: "G", currency: null },
        filter: pick([pageIs("/"), ["contains", "event:page", ["a"]], ["is", "event:name", ["custom"]]]),
      },
    ],
    segments: [
      { id: "1", filter: pick([pageIs("/"), ["is", "event:goal", ["G"]], ["is", "event:page_group", ["P"]]]) },
    ],
    pathGroups: pick([[], [{ pattern: "/**", label: "P" }], [{ pattern: "/a/**", label: "P" }]]),
    exchange: null,
  });
  const asks = [
    anAsk({ ends: true }),
    anAsk({ groups: ["visit:country"], time: "time:day" }),
    anAsk({ groups: ["event:page_group"] }),
    anAsk({ filters: [["is", "event:goal", ["G"]]], persons: true }),
    anAsk({ filters: [["is", "segment", ["1"]]], groups: ["event:page"] }),
    anAsk({ filters: [["has_done", ["is", "event:goal", ["G"]]]] }),
  ];
  const done: string[] = [];
  let saved = somethingSaved();
  for (let round = 0; round < ROUNDS; round++) {
    const work = pick(Object.keys(works));
    done.push(work);
    await works[work]!();
    if (random() < 0.4) saved = somethingSaved();
    const from = addDays(FIRST, Math.floor(random() * 3) - 1);
    const to = addDays(from, Math.floor(random() * 4));
    const question = { from, to, saved, limits: LIMITS, asks: asks.filter(() => random() < 0.7) };
    const anew = await countAnew(site_id, question);
    for (const time of ["first", "again"]) {
      const { rows } = await answer(site_id, question);
      expect([SEED, time, done, rows.map(sorted)]).toEqual([SEED, time, done, anew.map(sorted)]);
    }
  }
});

it("forgets a result when its visitor is erased or a network is corrected", async () => {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  const day = "2026-10-05";
  const time = Date.parse(`${day}T12:00:00Z`);
  const anEvent = (user_id: string | null, ip: string) =>
    aStampedEvent(site_id, time, { user_id, ip, network: null, network_type: null });
  await givenMessage(site_id, [anEvent("ada", "192.0.2.7"), anEvent(null, "192.0.2.8")]);
  const raw = await givenProcessed(site_id);
  const question = {
    ...{ from: day, to: day, saved: NOTHING_SAVED, limits: LIMITS },
    asks: [anAsk({ groups: ["visit:network"] })],
  };
  const networks = async () =>
    (JSON.parse((await answer(site_id, question)).rows[0]!) as [null, string[], number[]][]).map(
      ([, [network], [visitors]]) => [network, visitors],
    );
  expect(await networks()).toEqual([[null, 2]]);
  await givenEnrichment(site_id, day, [raw, raw], [{ ip: "192.0.2.7", network: "Example Net" }]);
  expect((await networks()).sort()).toEqual(
    [
      ["Example Net", 1],
      [null, 1],
    ].sort(),
  );
  await erase(env, plainSteps(), { site_id, user_id: "ada" }, crypto.randomUUID());
  expect(await networks()).toEqual([[null, 1]]);
});

it("answers a question that it has answered before without reading columns", async () => {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  const day = "2026-10-05";
  await givenMessage(site_id, [aStampedEvent(site_id, Date.parse(`${day}T12:00:00Z`), { source: "Google" })]);
  await givenProcessed(site_id);
  expect(await closeLakeDay(env, site_id, day, Date.now())).toMatchObject({ outcome: "closed" });
  const ask = (...groups: string[][]) =>
    answer(site_id, {
      ...{ from: day, to: day, saved: NOTHING_SAVED, limits: LIMITS },
      asks: groups.map((group) => anAsk({ groups: group })),
    });
  const first = await ask(["visit:source"], ["visit:browser"]);
  expect(first.scanned).toBe(1);
  let reads = 0;
  await runInDurableObject(analystOf(site_id), (analyst: Analyst) => {
    const own = analyst as unknown as { env: Cloudflare.Env; columns: { release: () => void } };
    own.columns.release();
    const get = (key: string) => {
      reads += 1;
      return env.LAKE.get(key);
    };
    own.env = { ...own.env, LAKE: { get } as unknown as R2Bucket };
  });
  expect(await ask(["visit:source"], ["visit:browser"])).toEqual(first);
  expect(await ask(["visit:browser"])).toEqual({ rows: [first.rows[1]], people: null, scanned: 1 });
  expect(reads).toBe(0);
  expect((await ask(["visit:source"], ["visit:device"])).rows).toEqual([first.rows[0], expect.any(String)]);
  expect(reads).toBe(2);
});
