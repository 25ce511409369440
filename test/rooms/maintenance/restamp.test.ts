// Restamping over the real storage: whatever order events come in, whatever breaks, and whatever is counted meanwhile, the
// numbers become those of the record in the order in which it happened, and each row is in the lake once.
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { flatten } from "../../../workers/domain/counts/difference";
import { countedIdsOf } from "../../../workers/domain/counts/suspects";
import type { StampedEvent } from "../../../workers/domain/events/event";
import { inTotalOrder } from "../../../workers/domain/events/order";
import { suspectsId } from "../../../workers/domain/networks/network";
import type { Property } from "../../../workers/domain/properties/property";
import { importName } from "../../../workers/domain/visits/hub";

import { checkAll } from "../../../workers/maintenance/rebuild";
import { rebuild } from "../../../workers/maintenance/rebuild-tasks";
import { restampLakeDay } from "../../../workers/maintenance/restamp/day";
import { restamp, restampDayOf } from "../../../workers/maintenance/restamp/task";
import { foldPending } from "../../../workers/storage/counts/pending";
import { readRollup } from "../../../workers/storage/counts/whole-rollup";
import { markedDays } from "../../../workers/storage/lake/restamp-marks";
import { atPlace, breakable, byChance, chance, stubborn } from "../chance";
import { deliverLetters, givenHeldQueue, type Letter, mainHub } from "../downstream";
import { nextEvent } from "../fault-events";
import { givenFreshStorage, givenProperty } from "../given";
import { eventsOf } from "../given-lake";
import { recount, recountSuspected, type Sent } from "../recount";
import { accept, lastFile, MINUTE, processRaw, run, ZONE } from "./given-days";

givenFreshStorage();
const queue = givenHeldQueue();

const SEED = Number(env.FAULT_SEED);
const ROUNDS = Math.ceil(Number(env.FAULT_ROUNDS ?? 100) / 10);
const OFFSET = 5.5 * 3_600_000;
/** 22:40 in Kolkata. */
const EVENING = Date.UTC(2026, 9, 3, 17, 10);
const PARAMS = { kind: "restamp", site_id: null, due: EVENING } as const;

/** Visitors around midnight, of whose events some come up to an hour late; as letters of a few events. */
async function givenDisorder(
  property: Property,
  random: () => number,
  events: number,
  people = 5,
): Promise<Map<string, Sent>> {
  const world = { random, pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]! };
  const hub = env.HUB.getByName(mainHub(property.site_id));
  const sent = new Map<string, Sent>();
  let time = EVENING;
  while (sent.size < events) {
    const arrivals = [];
    for (let i = 0; i < 6; i += 1) {
      time += Math.floor(random() * 3 * MINUTE);
      const late = sent.size > 0 && random() < 0.2 ? Math.floor(random() * 60) * MINUTE : 0;
      const next = nextEvent(world, Math.floor(random() * people), time - late, sent.size);
      sent.set(next.sent.event_id, next.sent);
      arrivals.push(next.arrival);
    }
    const before = queue.letters.length;
    const flushed = async () => {
      while (queue.letters.length === before) await hub.flush();
    };
    await Promise.all([accept(property, arrivals), flushed()]);
  }
  return sent;
}

/** What the record must count, in the order in which it happened. First visits are where the hub made them. */
function sentInOrder(rows: readonly StampedEvent[], sent: ReadonlyMap<string, Sent>): Sent[] {
  return rows.toSorted(inTotalOrder).map(({ event_id }) => {
    const known = sent.get(event_id);
    if (known) return known;
    const event = sent.get(event_id.slice(0, -"-first".length))!;
    const nothing = { engaged: 0, scroll: null, scrollBefore: null, props: null };
    return {
      ...event,
      ...nothing,
      type: "first_visit",
      interactive: false,
      event: { ...event.event, name: "first_visit", rule: null },
    };
  });
}

const sorted = (counts: Iterable<readonly [string, unknown]>) =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));

async function expectSortedNumbers(siteId: string, sent: ReadonlyMap<string, Sent>): Promise<void> {
  const rows = await eventsOf(siteId);
  const own = rows.filter(({ event_type }) => event_type !== "first_visit").map(({ event_id }) => event_id);
  expect(own).toEqual([...sent.keys()].sort());
  const inOrder = sentInOrder(rows, sent);
  expect(sorted(flatten(await readRollup(env.DB, siteId)))).toEqual(sorted(recount(inOrder, OFFSET)));
  const suspected = flatten(await readRollup(env.DB, suspectsId(siteId, "hosting_network")));
  expect(sorted(suspected)).toEqual(sorted(recountSuspected(inOrder, OFFSET)));
  expect(await checkAll(env, siteId)).toEqual([]);
}

const deliverAll = async () => {
  while (queue.letters.length > 0) await deliverLetters(queue.letters.splice(0, 10));
};

const steps = () => stubborn();

it("marks days whose events came out of order, and gives them the numbers of those in order", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  const sent = await givenDisorder(property, chance(11), 240);
  await deliverAll();
  const marked = await markedDays(env.DB, 10);
  expect(marked.map(({ day }) => day)).toEqual(["2026-10-03", "2026-10-04"]);
  // Nothing is replaced before the pipeline has processed it.
  expect(await restamp(env, steps(), PARAMS, "early")).toMatchObject({ days: 2, events_restamped: 0 });
  expect(await markedDays(env.DB, 10)).toEqual(marked);
  await processRaw(site_id, await lastFile());
  const report = await restamp(env, steps(), PARAMS, "test");
  expect(Number(report.events_restamped)).toBeGreaterThan(20);
  await expectSortedNumbers(site_id, sent);
  expect(await markedDays(env.DB, 10)).toEqual([]);
  // A mark that was for nothing changes nothing, and is gone.
  await run("INSERT INTO restamp_days VALUES (?, '2026-10-04', 0)", site_id);
  const files = await env.DB.prepare("SELECT id FROM lake_files ORDER BY id").all();
  expect(await restamp(env, steps(), PARAMS, "again")).toMatchObject({ events_restamped: 0 });
  expect((await env.DB.prepare("SELECT id FROM lake_files ORDER BY id").all()).results).toEqual(files.results);
  expect(await markedDays(env.DB, 10)).toEqual([]);
});

it("marks nothing, and writes no row twice, where events come in order", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const world = { random: chance(5), pick: <T>(list: readonly T[]): T => list[0]! };
  for (let n = 0; n < 30; n += 1) {
    const arrivals = [nextEvent(world, n % 3, EVENING + n * 7 * MINUTE, n).arrival];
    await Promise.all([accept(property, arrivals), env.HUB.getByName(mainHub(property.site_id)).flush()]);
  }
  await env.HUB.getByName(mainHub(property.site_id)).flush();
  await deliverAll();
  expect(await markedDays(env.DB, 10)).toEqual([]);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM day_sources").first("n")).toBe(2);
});

it("joins what a user did live with what an import says of the same day", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id, timezone } = property;
  const world = { random: chance(3), pick: <T>(list: readonly T[]): T => list[0]! };
  const hubs = [mainHub(site_id), importName(site_id)];
  for (const [n, at] of [0, 10, 20, 5, 15, 25].entries()) {
    const { arrival } = nextEvent(world, 0, EVENING + at * MINUTE, n);
    const arrivals = [{ ...arrival, event_type: "pageview", name: "pageview", user_id: "anna", first_visit: false }];
    const hub = env.HUB.getByName(hubs[n % 2]!);
    const batch = { property: { site_id, timezone, address: "full" }, arrivals } as never;
    await Promise.all([hub.accept(batch), hub.flush()]);
  }
  for (const hub of hubs) await env.HUB.getByName(hub).flush();
  const visits = async () => flatten(await readRollup(env.DB, site_id)).get("total 2026-10-03 ");
  await deliverAll();
  expect(await visits()).toMatchObject({ visitors: 2, visits: 2, pageviews: 6 });
  expect((await markedDays(env.DB, 10)).map(({ day }) => day)).toEqual(["2026-10-03"]);
  await processRaw(site_id, await lastFile());
  await restamp(env, steps(), PARAMS, "test");
  expect(await visits()).toMatchObject({ visitors: 1, visits: 1, pageviews: 6, duration: 25 * 60, bounces: 0 });
  expect(await checkAll(env, site_id)).toEqual([]);
});

it("links the two days of a visitor in the half hour after midnight, and nowhere else", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const world = { random: chance(3), pick: <T>(list: readonly T[]): T => list[0]! };
  const midnight = Date.UTC(2026, 9, 3, 18, 30);
  for (const [n, minutes] of [-200, 0, 29, 30, 31, 600].entries()) {
    const { arrival } = nextEvent(world, n % 2, midnight + minutes * MINUTE, n);
    await Promise.all([
      accept(property, [{ ...arrival, first_visit: false }]),
      env.HUB.getByName(mainHub(property.site_id)).flush(),
    ]);
  }
  await env.HUB.getByName(mainHub(property.site_id)).flush();
  await deliverAll();
  const rows = (await eventsOf(property.site_id)).toSorted(inTotalOrder);
  expect(rows.map(({ visitor_before }) => visitor_before !== null)).toEqual([false, true, true, false, false, false]);
  // The one who was here the day before has the id of then.
  expect(rows[2]!.visitor_before).toBe(rows[0]!.visitor_id);
  expect(rows[1]!.visitor_before).not.toBe(rows[1]!.visitor_id);
});

it("knows a browser's second user over midnight, who was a visitor of their own", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  const world = { random: chance(3), pick: <T>(list: readonly T[]): T => list[0]! };
  const midnight = Date.UTC(2026, 9, 3, 18, 30);
  const stored = { id: "s_browser", made: "2026-10-03", isNew: false };
  const event = (event_id: string, minute: number, more: object = {}, person = 0) => {
    const { arrival } = nextEvent(world, person, midnight + minute * MINUTE, 0);
    const view = { event_id, event_type: "pageview" as const, name: "pageview", interactive: 0 as const };
    return { ...arrival, ...view, anonymous: 1 as const, by_page: true as const, user_id: null, ...more };
  };
  // Bob is known of another device, so he does not become the visitor who came to the browser without a name.
  await accept(property, [event("bob elsewhere", -70, { user_id: "bob" }, 1)]);
  await accept(property, [event("before", -65, { stored })]);
  await accept(property, [event("ann", -60, { stored, user_id: "ann" })]);
  for (const minute of [-35, -10]) await accept(property, [event(`at ${minute}`, minute, { stored })]);
  await accept(property, [event("after midnight", 10)]);
  await accept(property, [event("bob", -45, { stored, user_id: "bob" })]);
  await env.HUB.getByName(mainHub(site_id)).flush();
  await deliverAll();
  await processRaw(site_id, await lastFile());
  await restamp(env, steps(), PARAMS, "test");
  const rows = await eventsOf(site_id);
  const of = (id: string) => rows.find(({ event_id }) => event_id === id)!;
  expect(of("bob").visitor_id).not.toBe(of("ann").visitor_id);
  expect(of("after midnight").visit_id).toBe(of("at -10").visit_id);
  const persons = ["at -35", "at -10", "after midnight"].map((id) => of(id).person_id);
  expect(persons).toEqual(Array(3).fill(of("bob").person_id));
  expect(await markedDays(env.DB, 10)).toEqual([]);
});

it("rebuild stamps days again that nobody marked", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  const sent = await givenDisorder(property, chance(12), 120);
  await deliverAll();
  await processRaw(site_id, await lastFile());
  await run("DELETE FROM restamp_days");
  const params = { kind: "rebuild", site_id, due: EVENING, from: "2026-10-03", to: "2026-10-04" } as const;
  await rebuild(env, steps(), params, "test");
  await expectSortedNumbers(site_id, sent);
});

it("does a large day in portions of visitors, and leaves one that is too large", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  const sent = await givenDisorder(property, chance(14), 120);
  await deliverAll();
  await processRaw(site_id, await lastFile());
  const since = { today: "2026-10-05", firstDay: "0000-01-01", firstHour: Number.MIN_SAFE_INTEGER };
  const day = (date: string, atOnce: number) => restampLakeDay(env, site_id, date, since, EVENING, atOnce);
  expect(await day("2026-10-03", 2)).toMatchObject({ changed: 0, isTooLarge: true });
  expect((await markedDays(env.DB, 10)).map((marked) => marked.day)).toEqual(["2026-10-03", "2026-10-04"]);
  for (const date of ["2026-10-03", "2026-10-04"]) {
    const done = await day(date, 30);
    expect(done.rows).toBeGreaterThan(30);
    expect(done.changed).toBeGreaterThan(0);
    expect(await checkAll(env, site_id)).toEqual([]);
    // The mark goes when no portion changes anything any more.
    expect((await markedDays(env.DB, 10)).map((marked) => marked.day)).toContain(date);
    expect(await day(date, 30)).toMatchObject({ changed: 0 });
    expect((await markedDays(env.DB, 10)).map((marked) => marked.day)).not.toContain(date);
  }
  await expectSortedNumbers(site_id, sent);
});

it("leaves a day of which one portion would not fit in memory", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  await givenDisorder(property, chance(16), 60, 1);
  await deliverAll();
  await processRaw(property.site_id, await lastFile());
  const before = await eventsOf(property.site_id);
  const rows = before.filter(({ local_date }) => local_date === "2026-10-03").length;
  const atOnce = Math.ceil(rows / 6);
  expect(rows).toBeGreaterThan(2 * atOnce);
  expect(await restampDayOf(env, property.site_id, "2026-10-03", EVENING, atOnce)).toMatchObject({ isTooLarge: true });
  expect(await eventsOf(property.site_id)).toEqual(before);
});

it("does not look again at a day that is too large until more of it comes late", async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  await givenDisorder(property, chance(14), 120);
  await deliverAll();
  await processRaw(site_id, await lastFile());
  const marked = async () => (await markedDays(env.DB, 10)).map(({ day }) => day);
  expect(await marked()).toEqual(["2026-10-03", "2026-10-04"]);
  const before = await eventsOf(site_id);
  expect(await restampDayOf(env, site_id, "2026-10-03", EVENING, 2)).toMatchObject({ changed: 0, isTooLarge: true });
  expect(await marked()).toEqual(["2026-10-04"]);
  expect(await eventsOf(site_id)).toEqual(before);
  const random = chance(15);
  const world = { random, pick: <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]! };
  const late = Array.from({ length: 5 }, (_, person) => nextEvent(world, person, EVENING + MINUTE, 1_000 + person));
  await accept(
    property,
    late.map(({ arrival }) => arrival),
  );
  await env.HUB.getByName(mainHub(site_id)).flush();
  await deliverAll();
  expect(await marked()).toEqual(["2026-10-03", "2026-10-04"]);
});

it("killed at any effect, does everything once", { timeout: 600_000 }, async () => {
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  const sent = await givenDisorder(property, chance(13), 72);
  await deliverAll();
  await processRaw(site_id, await lastFile());
  let places = 0;
  for (let place = 0; ; place += 1) {
    const { effect, reached } = atPlace(place);
    await restamp(breakable(effect), { ...steps(), do: (_, work) => work(() => undefined) }, PARAMS, "test").catch(
      () => undefined,
    );
    expect(await checkAll(env, site_id)).toEqual([]);
    if (!reached()) break;
    places = place;
    // What was done is done again from the beginning.
    await run("INSERT OR IGNORE INTO restamp_days VALUES (?, '2026-10-03', 0)", site_id);
  }
  expect(places).toBeGreaterThan(10);
  await restamp(env, steps(), PARAMS, "last");
  await expectSortedNumbers(site_id, sent);
});

it(`holds under ${ROUNDS} rounds of faults, with messages and runs in between (seed ${SEED})`, {
  timeout: 600_000,
}, async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const random = chance(SEED);
  let faults = 0;
  const odds = (name: string) => (name === "get" ? 0.005 : 0.1);
  const broken = breakable(
    byChance(random, odds, () => {
      faults += 1;
    }),
  );
  const property = await givenProperty("organization", { timezone: ZONE });
  const { site_id } = property;
  const sent = await givenDisorder(property, random, ROUNDS * 12);
  const waiting: Letter[] = queue.letters.splice(0);
  const deliver = async () => {
    const letters = waiting.splice(0, 2);
    const acknowledged = await deliverLetters(letters, "trackkit-events", broken).then(
      ({ explicitAcks }) => explicitAcks,
      () => [] as string[],
    );
    waiting.push(...letters.filter(({ id }) => !acknowledged.includes(id) || random() < 0.2));
  };
  let restamped = 0;
  for (let round = 0; round < ROUNDS || waiting.length > 0; round += 1) {
    const last = await lastFile();
    const work: Promise<unknown>[] = [deliver()];
    if (random() < 0.6) work.push(processRaw(site_id, last));
    if (random() < 0.4) work.push(foldPending(broken.DB, countedIdsOf(site_id)));
    if (random() < 0.5)
      work.push(
        restamp(broken, stubborn(3), PARAMS, "test").then(({ events_restamped }) => {
          restamped += Number(events_restamped);
        }),
      );
    await Promise.allSettled(work);
  }
  await processRaw(site_id, await lastFile());
  await restamp(broken, stubborn(), PARAMS, "test");
  await expectSortedNumbers(site_id, sent);
  expect(await markedDays(env.DB, 10)).toEqual([]);
  console.log(`restamp: seed ${SEED}, ${sent.size} events, ${faults} faults, ${restamped} rows stamped anew meanwhile`);
});
