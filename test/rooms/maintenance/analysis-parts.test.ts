// Days that are cut into parts: whatever comes late, is stamped again, merged or erased meanwhile, the Analysts of the parts
// together say what the counts and the lake's rows say; and a day's parts are listed all or none, whatever crashes.
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { LIMITS } from "../../../workers/domain/analysis/limits";
import { isCounted } from "../../../workers/domain/events/event-facts";
import { inTotalOrder } from "../../../workers/domain/events/order";
import { partInKey } from "../../../workers/domain/lake/keys";
import { toUnits } from "../../../workers/domain/lake/units";
import type { Property } from "../../../workers/domain/properties/property";
import { toQuery } from "../../../workers/domain/queries/query";
import { addDays } from "../../../workers/domain/time/zone";
import type { Steps } from "../../../workers/jobs/steps";
import { checkTables } from "../../../workers/maintenance/analysis/check";
import { closeLakeDay, listParts, type WrittenPart, writePart } from "../../../workers/maintenance/analysis/close";
import { closeOpenDays } from "../../../workers/maintenance/analysis/task";
import { planProperty } from "../../../workers/maintenance/compact";
import { erase } from "../../../workers/maintenance/erasure/erase";
import { mergeUnit } from "../../../workers/maintenance/merge-unit";
import { check } from "../../../workers/maintenance/rebuild-tasks";
import { restampDayOf } from "../../../workers/maintenance/restamp/task";
import { extract } from "../../../workers/pipeline/extract";
import { load } from "../../../workers/pipeline/load";
import { type AnswerEnv, answerQuery } from "../../../workers/stats/answer-query";
import { reopenStatements } from "../../../workers/storage/analysis/day-list";
import { openDays } from "../../../workers/storage/analysis/open-days";
import { foldPending } from "../../../workers/storage/counts/pending";
import { listFiles } from "../../../workers/storage/lake/reading";
import { processedUntil, waitingObjects } from "../../../workers/storage/runs/watermarks";
import { chance } from "../chance";
import { Chaos, type Kept } from "../chaos";
import { deliverLetters, givenHeldQueue, mainHub } from "../downstream";
import { nextEvent } from "../fault-events";
import { givenFreshStorage, givenProperty } from "../given";
import { aStampedEvent, eventsOf, givenMessage, givenProcessed } from "../given-lake";
import { accept, DAY, FIRST, givenCounted, START } from "./given-days";

givenFreshStorage();
const queue = givenHeldQueue();
const SEED = Number(env.FAULT_SEED);
const ROUNDS = Math.ceil(Number(env.FAULT_ROUNDS ?? 200) / 20);
/** Events of a part: the days of these tests have several. */
const SIZE = 15;
const DAYS = [0, 1, 2, 3].map((n) => addDays(FIRST, n));
const RANGE = [addDays(FIRST, -1), addDays(FIRST, 5)];

const plainSteps = (): Steps => ({ do: (_, work) => work(() => undefined), waitFor: async () => true });

/** Bindings that note which Analysts are asked. */
function noting(): { bindings: AnswerEnv; asked: Set<string> } {
  const asked = new Set<string>();
  const ANALYST = {
    getByName: (name: string) => {
      asked.add(name);
      return env.ANALYST.getByName(name);
    },
  };
  return { bindings: { DB: env.DB, LAKE: env.LAKE, ANALYST } as unknown as AnswerEnv, asked };
}

/** Met by each event, so that the scan answers. */
const SCANNED = { filters: [["is_not", "event:page", ["/nowhere"]]] };
const QUESTIONS = [
  { metrics: ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"], dimensions: [] },
  { metrics: ["visitors", "visits", "pageviews", "events", "bounce_rate"], dimensions: ["time:day"] },
  { metrics: ["visitors", "pageviews", "events"], dimensions: ["event:page"] },
  { metrics: ["visitors", "visits"], dimensions: ["visit:source"] },
  { metrics: ["visitors", "visits"], dimensions: ["visit:exit_page"] },
];

/** Compares the parts' answers with the counts', and people with those of the rows. @returns which Analysts were asked. */
async function expectAgreement(property: Property): Promise<Set<string>> {
  const { site_id } = property;
  await foldPending(env.DB, [site_id]);
  const { bindings, asked } = noting();
  const ask = async (question: object) => {
    const query = toQuery({ site_id, date_range: RANGE, pagination: { limit: 1_000 }, ...question });
    const limits = { ...LIMITS, part: SIZE };
    const { results, meta } = await answerQuery(bindings, property, query, Date.now(), { limits });
    const rows = Object.fromEntries(results.map(({ dimensions, metrics }) => [JSON.stringify(dimensions), metrics]));
    return { rows, source: meta.source };
  };
  for (const question of QUESTIONS) {
    const [counted, scanned] = [await ask(question), await ask({ ...question, ...SCANNED })];
    expect([counted.source, scanned.source]).toEqual(["rollups", "scan"]);
    expect([question, scanned.rows]).toEqual([question, counted.rows]);
  }
  const { rows } = await ask({ metrics: ["users"], ...SCANNED });
  const visits = Map.groupBy(
    (await eventsOf(site_id)).filter(({ visit_id }) => visit_id !== null),
    ({ visit_id }) => visit_id,
  );
  const people = [...visits.values()].flatMap((visit) => {
    const person = visit.sort(inTotalOrder).findLast(({ person_id }) => person_id !== null)?.person_id;
    return person && visit.some(isCounted) ? [person] : [];
  });
  expect(rows).toEqual({ "[]": [new Set(people).size] });
  return asked;
}

/** What a run of the pipeline does with a property's new objects, without looking up addresses. */
async function runPipeline(siteId: string): Promise<void> {
  const waiting = await waitingObjects(env.DB, { [siteId]: await processedUntil(env.DB, siteId) }, 1000);
  for (const unit of toUnits(waiting)) {
    const extracted = await extract(env, unit, Date.now());
    if (extracted) await load(env, "run-test", extracted, Date.now());
  }
}

async function compactAll(siteId: string): Promise<void> {
  for (const { unit, today } of await planProperty(env, siteId, true, Date.now()))
    await mergeUnit(env, siteId, unit, today, Date.now());
}

const tablesOf = (siteId: string) => listFiles(env.DB, siteId, ["visits", "actions"]);

/** Each day has the tables of all its parts, once, or none. @returns the parts of each day. */
async function expectWholeDays(siteId: string): Promise<Map<string, number>> {
  const days = new Map<string, number>();
  for (const [day, tables] of Map.groupBy(await tablesOf(siteId), ({ min_date }) => min_date)) {
    const { parts } = partInKey(tables[0]!.key);
    const found = tables.map(({ zone, key }) => `${zone} ${partInKey(key).part} of ${partInKey(key).parts}`).sort();
    const all = Array.from({ length: parts }, (_, part) => [
      `visits ${part} of ${parts}`,
      `actions ${part} of ${parts}`,
    ]);
    expect([day, found]).toEqual([day, all.flat().sort()]);
    days.set(day, parts);
  }
  return days;
}

async function lateEvents(property: Property, random: () => number): Promise<void> {
  const world = { random, pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]! };
  const arrivals = [0, 1, 2].map(
    (n) => nextEvent(world, n, START + Math.floor(random() * 3 * DAY), 1_000 + Math.floor(random() * 1e6)).arrival,
  );
  const before = queue.letters.length;
  const flush = async () => {
    while (queue.letters.length === before) await env.HUB.getByName(mainHub(property.site_id)).flush();
  };
  await Promise.all([accept(property, arrivals), flush()]);
  await deliverLetters(queue.letters.splice(0));
}

it(`the parts of closed and open days say what the counts say, whatever is done to the days (seed ${SEED})`, async () => {
  const random = chance(SEED);
  const property = await givenCounted(queue, random, 240);
  const { site_id } = property;
  // All days are open.
  expect((await expectAgreement(property)).size).toBeGreaterThan(2);
  await runPipeline(site_id);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const works: Record<string, () => Promise<unknown>> = {
    "late events": () => lateEvents(property, random),
    pipeline: () => runPipeline(site_id),
    close: () => closeLakeDay(env, site_id, pick(DAYS), Date.now(), SIZE),
    "close in other parts": () => closeLakeDay(env, site_id, pick(DAYS), Date.now(), pick([7, 30, 1_000])),
    restamp: () => restampDayOf(env, site_id, pick(DAYS), START + 4 * DAY),
    compaction: () => compactAll(site_id),
    rebuild: () =>
      closeOpenDays(env, plainSteps(), { kind: "analysis", site_id, due: 0, from: FIRST, to: FIRST }, SIZE),
  };
  const done: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const work = pick(Object.keys(works));
    done.push(work);
    await works[work]!();
    await expectWholeDays(site_id);
    if (random() < 0.4 || round === ROUNDS - 1)
      await expectAgreement(property).catch((error: unknown) => {
        throw new Error(`seed ${SEED}, after ${done.join(", ")}`, { cause: error });
      });
  }
  await runPipeline(site_id);
  const params = { kind: "analysis", site_id, due: 0 } as const;
  await closeOpenDays(env, plainSteps(), params, SIZE);
  expect(await openDays(env.DB, site_id, addDays(FIRST, 9))).toEqual([]);
  // Each part is asked, also for the days that only the first has.
  const asked = await expectAgreement(property);
  const most = Math.max(...(await expectWholeDays(site_id)).values());
  expect(most).toBeGreaterThan(1);
  expect(asked.size).toBe(most);

  // The nightly check reads all parts, and finds another part's rows in the place of one.
  for (const day of DAYS) expect([0, null]).toContain(await checkTables(env, site_id, day));
  // Of two parts that have rows: with few visitors some have none.
  const filled = (await tablesOf(site_id)).filter(({ zone, rows }) => zone === "actions" && rows > 0);
  const [parts] = [...Map.groupBy(filled, ({ min_date }) => min_date).values()].filter((own) => own.length > 1);
  const [one, other] = parts!;
  const { min_date: day } = one!;
  await env.LAKE.put(one!.key, await (await env.LAKE.get(other!.key))!.arrayBuffer());
  expect(await checkTables(env, site_id, day)).toBeGreaterThan(0);
  const range = { kind: "check", site_id, due: Date.now(), from: day!, to: day! } as const;
  const report = await check(env, plainSteps(), range, "check-test");
  expect(report.table_differences).toBe(await checkTables(env, site_id, day!));
});

it("erasure and a late event open all parts of a day, and no part has the person afterwards", async () => {
  const property = await givenProperty("organization", { timezone: "UTC" });
  const { site_id } = property;
  const noon = Date.parse("2026-10-05T12:00:00Z");
  const event = (n: number, more: object = {}) =>
    aStampedEvent(site_id, noon + n, { visitor_id: `v_${n}`, person_id: `s_${n}`, ...more });
  const hers = [70, 71].map((n) => event(n, { user_id: "ada", page: "/hers" }));
  await givenMessage(site_id, [...Array.from({ length: 60 }, (_, n) => event(n)), ...hers]);
  await givenProcessed(site_id);
  const close = () => closeLakeDay(env, site_id, "2026-10-05", Date.now(), SIZE);
  expect(await close()).toMatchObject({ outcome: "closed", visits: 62, actions: 62 });
  expect([...(await expectWholeDays(site_id))]).toEqual([["2026-10-05", 5]]);
  const users = async () => {
    const query = toQuery({
      site_id,
      metrics: ["users", "visits"],
      date_range: ["2026-10-05", "2026-10-06"],
      ...SCANNED,
    });
    const limits = { ...LIMITS, part: SIZE };
    return (await answerQuery(noting().bindings, property, query, Date.now(), { limits })).results[0]!.metrics;
  };
  expect(await users()).toEqual([62, 62]);
  await erase(env, plainSteps(), { site_id, user_id: "ada" }, crypto.randomUUID());
  expect(await tablesOf(site_id)).toEqual([]);
  expect(await users()).toEqual([60, 60]);
  expect(await close()).toMatchObject({ outcome: "closed", visits: 60 });
  expect(await users()).toEqual([60, 60]);
  // Another part of a visitor, on another day: the person is counted once.
  await givenMessage(site_id, [event(86_400_000, { visitor_id: "v_other", person_id: "s_7" })]);
  expect(await users()).toEqual([60, 61]);
  // Before the pipeline has processed it, a late event makes the day be read from the lake.
  await givenMessage(site_id, [event(80)]);
  expect(await users()).toEqual([61, 62]);
  expect((await expectWholeDays(site_id)).size).toBe(1);
  await env.DB.batch(reopenStatements(env.DB, site_id, { from: "2026-10-05", to: "2026-10-05" }, Date.now()));
  expect(await tablesOf(site_id)).toEqual([]);
});

it("parts that were made before and after a change are not listed together", async () => {
  const { site_id } = await givenProperty("organization", { timezone: "UTC" });
  const [day, time] = ["2026-10-05", Date.parse("2026-10-05T12:00:00Z")];
  const event = (n: number, at = time + n) => aStampedEvent(site_id, at, { visitor_id: `v_${n}` });
  await givenMessage(
    site_id,
    Array.from({ length: 20 }, (_, n) => event(n)),
  );
  await givenProcessed(site_id);
  const part = (n: number) => writePart(env, site_id, day, { part: n, parts: 2 }, Date.now());
  const list = (written: WrittenPart[]) => listParts(env, site_id, day, written, Date.now());
  const first = await part(0);
  // An event of another day, and a run of the pipeline, do no harm.
  await givenMessage(site_id, [event(50, time + 3 * DAY)]);
  await givenProcessed(site_id);
  expect(await list([first, await part(1)])).toMatchObject({ outcome: "closed", visits: 20 });
  // One of this day does, whichever part it is in.
  const before = await part(0);
  await givenMessage(site_id, [event(60)]);
  expect(await part(1)).toEqual({ outcome: "waits" });
  await givenProcessed(site_id);
  expect(await list([before, await part(1)])).toEqual({ outcome: "waits" });
  expect(await closeLakeDay(env, site_id, day, Date.now(), 11)).toMatchObject({ outcome: "closed", visits: 21 });
});

it(`killed before and after each effect, closing lists all parts of a day or none (seed ${SEED})`, {
  timeout: 300_000,
}, async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const property = await givenCounted(queue, chance(SEED), 80);
  const { site_id } = property;
  await runPipeline(site_id);
  await compactAll(site_id);
  const chaos = new Chaos(SEED);
  chaos.odds = 0.04;
  let effects = 0;
  let late: Promise<void> = Promise.resolve();
  let isClosing = false;
  chaos.meanwhile = async () => {
    // What a kill has cut off may go on for a while, after the run that did the rest.
    if (!isClosing) return;
    effects += 1;
    if (effects % 60 === 0) {
      late = late.then(() => lateEvents(property, chaos.random)).then(() => runPipeline(site_id));
      await late;
    }
    if (effects % 20 === 0) await expectWholeDays(site_id);
  };
  const bindings = chaos.bindings();
  for (let run = 0; run < 3; run++) {
    const kept: Kept = new Map();
    const params = { kind: "analysis", site_id, due: 0, from: FIRST, to: addDays(FIRST, 4) } as const;
    isClosing = true;
    await chaos.untilDone(() =>
      closeOpenDays(bindings, chaos.steps(kept), params, SIZE).catch((error: unknown) => String(error)),
    );
    isClosing = false;
    // A kill cuts off what waits for the late events, not the events themselves.
    await late;
    await expectWholeDays(site_id);
    await expectAgreement(property);
  }
  expect(chaos.faults + chaos.kills).toBeGreaterThan(3);
  // The last events may have come in the midst of a run.
  await runPipeline(site_id);
  await closeOpenDays(env, plainSteps(), { kind: "analysis", site_id, due: 0 }, SIZE);
  expect(await openDays(env.DB, site_id, addDays(FIRST, 9))).toEqual([]);
  for (const day of (await expectWholeDays(site_id)).keys()) expect(await checkTables(env, site_id, day)).toBe(0);
  // What is in the bucket is listed, or will be swept.
  const listed = new Set((await tablesOf(site_id)).map(({ key }) => key));
  const { results } = await env.DB.prepare("SELECT key FROM lake_garbage").all<{ key: string }>();
  const swept = new Set(results.map(({ key }) => key));
  const { objects } = await env.LAKE.list({ prefix: "analysis/" });
  expect(objects.map(({ key }) => key).filter((key) => !listed.has(key) && !swept.has(key))).toEqual([]);
  expect([...listed].filter((key) => swept.has(key))).toEqual([]);
  console.log(`closing in parts: ${effects} effects, ${chaos.faults} faults, ${chaos.kills} kills`);
});
