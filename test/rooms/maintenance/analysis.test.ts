// The analysis zone over the real storage: whichever days are closed, and whatever comes late, is stamped again, erased or
// merged meanwhile, closed and open days together say what the rollups say.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type Buckets, type Group, isByName, scan } from "../../../workers/domain/analysis/scan/scan";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../../workers/domain/analysis/zone/tables";
import { TOTAL } from "../../../workers/domain/counts/rollup";
import { countedIdsOf } from "../../../workers/domain/counts/suspects";
import { DIMENSIONS, type Dimension, FACTS_OF_SCOPE } from "../../../workers/domain/events/catalog";
import { toUnits } from "../../../workers/domain/lake/units";
import type { Property } from "../../../workers/domain/properties/property";
import { addDays } from "../../../workers/domain/time/zone";
import { checkTables } from "../../../workers/maintenance/analysis/check";
import { closeLakeDay } from "../../../workers/maintenance/analysis/close";
import { planProperty } from "../../../workers/maintenance/compact";
import { mergeUnit } from "../../../workers/maintenance/merge-unit";
import { restampDayOf } from "../../../workers/maintenance/restamp/task";
import { extract } from "../../../workers/pipeline/extract";
import { load } from "../../../workers/pipeline/load";
import { takeDaySnapshot } from "../../../workers/storage/analysis/day-list";
import { readClosed } from "../../../workers/storage/analysis/frames";
import { openDays, openDaysIn } from "../../../workers/storage/analysis/open-days";
import { foldPending } from "../../../workers/storage/counts/pending";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { daysOfLake } from "../../../workers/storage/lake/listing";
import { listFiles } from "../../../workers/storage/lake/reading";
import { processedUntil, waitingObjects } from "../../../workers/storage/runs/watermarks";
import { chance } from "../chance";
import { deliverLetters, givenHeldQueue, mainHub } from "../downstream";
import { nextEvent } from "../fault-events";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, givenMessage, givenProcessed } from "../given-lake";
import { readOpen } from "../stats/given-frames";
import { accept, DAY, FIRST, givenCounted, START } from "./given-days";

givenFreshStorage();
const queue = givenHeldQueue();
const SEED = Number(env.FAULT_SEED);
const ROUNDS = Math.ceil(Number(env.FAULT_ROUNDS ?? 200) / 20);

/** Every fact is asked for. */
const ALL = { reading: true, ends: true, persons: false, revenue: false };

type Told = Record<string, Record<string, number>>;

function put(into: Told, key: string, counts: object, facts: readonly string[]): void {
  for (const fact of facts) {
    const count = (counts as Record<string, number>)[fact]!;
    if (count === 0) continue;
    into[key] ??= {};
    into[key][fact] = (into[key][fact] ?? 0) + count;
  }
}

const groupOf = ({ column, scope, sparse }: Dimension): Group => ({
  level: scope === "event" ? "event" : "visit",
  column,
  isEnd: scope === "entry" || scope === "exit",
  isSparse: sparse,
});

/** Compares every fact by every dimension and day. */
async function expectAgreement({ site_id }: Property): Promise<void> {
  await foldPending(env.DB, countedIdsOf(site_id));
  const rollup = await readRollup(env.DB, site_id);
  const { from, to } = (await daysOfLake(env.DB, site_id))!;
  const wanted = {
    visits: new Set(Object.keys(VISIT_COLUMNS).filter((name) => name !== "actions")),
    actions: new Set(Object.keys(ACTION_COLUMNS).filter((name) => name !== "props")),
  };
  // Visits of the first day may have begun on the day before it.
  const first = addDays(from, -1);
  const snapshot = await takeDaySnapshot(env.DB, site_id, first, to);
  const open = await openDaysIn(env.LAKE, snapshot, first, to);
  const closed = snapshot.tables.filter(({ min_date }) => !open.includes(min_date));
  const frames = [await readClosed(env.LAKE, closed, wanted), ...(await readOpen(env.LAKE, snapshot, open, wanted))];
  for (const dimension of [null, ...DIMENSIONS]) {
    const isOfPage = dimension === null || ["page", "hostname"].includes(dimension.column);
    const facts = FACTS_OF_SCOPE[(dimension as Dimension | null)?.scope ?? "visit"].filter(
      (fact) => dimension?.scope !== "event" || isOfPage || !/engaged|scroll/.test(fact),
    );
    const scanned: Told = {};
    for (const frame of frames) {
      const buckets: Buckets = { kind: "dates", bucketOf: frame.dates.map((_, i) => i) };
      const span = { first: 0, last: frame.dates.length - 1, times: null };
      const groups = dimension ? [groupOf(dimension)] : [];
      const panel = { filter: null, groups, buckets, span, ...ALL, isByName: isByName(groups) };
      for (const { bucket, values, counts } of scan(frame, panel))
        put(scanned, `${frame.dates[bucket]} ${dimension ? (values[0] ?? dimension.absent) : ""}`, counts, facts);
    }
    const kept: Told = {};
    for (const [date, values] of rollup.days.get(dimension?.column ?? TOTAL) ?? [])
      for (const [value, counts] of values) put(kept, `${date} ${value}`, counts, facts);
    expect([dimension?.name, scanned]).toEqual([dimension?.name, kept]);
  }
}

/** What a run of the pipeline does with a property's new objects, without looking up addresses. */
async function runPipeline(siteId: string): Promise<void> {
  const waiting = await waitingObjects(env.DB, { [siteId]: await processedUntil(env.DB, siteId) }, 1000);
  for (const unit of toUnits(waiting)) {
    const extracted = await extract(env, unit, Date.now());
    if (extracted) await load(env, "run-test", extracted, Date.now());
  }
}

/** Compaction of what is there, as the daily task does it. */
async function compactAll(siteId: string): Promise<void> {
  for (const { unit, today } of await planProperty(env, siteId, true, Date.now()))
    await mergeUnit(env, siteId, unit, today, Date.now());
}

it("closed and open days say what the rollups say, whatever comes late and whatever is done to the days", async () => {
  const random = chance(SEED);
  const property = await givenCounted(queue, random, 240);
  const { site_id } = property;
  expect(await closeLakeDay(env, site_id, FIRST, Date.now())).toEqual({ outcome: "waits" });
  await expectAgreement(property);

  const days = [0, 1, 2, 3].map((n) => addDays(FIRST, n));
  const world = { random, pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]! };
  const works: Record<string, () => Promise<unknown>> = {
    "late events": async () => {
      const arrivals = [0, 1, 2].map(
        (n) => nextEvent(world, n, START + Math.floor(random() * 3 * DAY), 1_000 + Math.floor(random() * 1e6)).arrival,
      );
      const before = queue.letters.length;
      const flush = async () => {
        while (queue.letters.length === before) await env.HUB.getByName(mainHub(site_id)).flush();
      };
      await Promise.all([accept(property, arrivals), flush()]);
      await deliverLetters(queue.letters.splice(0));
    },
    pipeline: () => runPipeline(site_id),
    close: () => closeLakeDay(env, site_id, world.pick(days), Date.now()),
    restamp: () => restampDayOf(env, site_id, world.pick(days), START + 4 * DAY),
    compaction: () => compactAll(site_id),
  };
  const done: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const work = world.pick(Object.keys(works));
    done.push(work);
    await works[work]!();
    if (random() < 0.4 || round === ROUNDS - 1)
      await expectAgreement(property).catch((error: unknown) => {
        throw new Error(`seed ${SEED}, after ${done.join(", ")}`, { cause: error });
      });
  }
  // All of them closed, nothing is left to be read from the lake.
  await runPipeline(site_id);
  for (const day of await openDays(env.DB, site_id, addDays(FIRST, 9)))
    expect(await closeLakeDay(env, site_id, day, Date.now())).toMatchObject({ outcome: "closed" });
  expect(await openDays(env.DB, site_id, addDays(FIRST, 9))).toEqual([]);
  await expectAgreement(property);
  expect(await checkTables(env, site_id, FIRST)).toBe(0);

  // Somebody else's tables in its place are found.
  const [table] = (await listFiles(env.DB, site_id, ["visits"])).filter(({ min_date }) => min_date === FIRST);
  const [other] = (await listFiles(env.DB, site_id, ["visits"])).filter(({ min_date }) => min_date > FIRST);
  await env.LAKE.put(table!.key, await (await env.LAKE.get(other!.key))!.arrayBuffer());
  expect(await checkTables(env, site_id, FIRST)).toBeGreaterThan(0);
});

it("a day waits for its visits that go on after midnight, and not for others of the next day", async () => {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  const [day, next] = ["2026-10-05", "2026-10-06"];
  const at = (time: string) => Date.parse(`${time}:00Z`);
  const visit = { visitor_id: "anna", visit_id: "late", visit_date: day, visit_hour: at(`${day}T23:00`) };
  const first = aStampedEvent(site_id, at(`${day}T23:55`), visit);
  const second = aStampedEvent(site_id, at(`${next}T00:05`), { ...visit, new_visit: 0, bounce_delta: -1 });
  await givenMessage(site_id, [first]);
  await givenProcessed(site_id);
  await givenMessage(site_id, [aStampedEvent(site_id, at(`${next}T09:00`))]);
  expect(await closeLakeDay(env, site_id, day, Date.now())).toMatchObject({ outcome: "closed", actions: 1 });
  await givenMessage(site_id, [second]);
  expect(await closeLakeDay(env, site_id, day, Date.now())).toEqual({ outcome: "waits" });
  await givenProcessed(site_id);
  expect(await closeLakeDay(env, site_id, day, Date.now())).toMatchObject({ outcome: "closed", visits: 1, actions: 2 });
});
