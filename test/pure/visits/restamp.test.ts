// The law of restamping: whatever the order in which events arrived, and at whatever hub, the numbers become those of
// sorted arrival; and where nothing was marked as late, they were those already.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { flatten } from "../../../workers/domain/counts/difference";
import { rollUp } from "../../../workers/domain/counts/rollup";
import { addToTechstack, emptyTechstack, techstackRows, toCube } from "../../../workers/domain/counts/techstack";
import type { Event, StampedEvent } from "../../../workers/domain/events/event";
import type { EventType } from "../../../workers/domain/events/measurement";
import { inTotalOrder } from "../../../workers/domain/events/order";
import { addDays, localDate, localHour } from "../../../workers/domain/time/zone";
import { type Names, personAt, withName } from "../../../workers/domain/visits/names";
import { noPast, type Past, restampDay, settledDay } from "../../../workers/domain/visits/order/restamp";
import { visitorOf } from "../../../workers/domain/visits/order/visitors";
import { packStamped, unpackEvent } from "../../../workers/domain/visits/packed";
import { stamp } from "../../../workers/domain/visits/stamp";
import { type Book, createBook, VISIT_GAP } from "../../../workers/domain/visits/visit";

const MINUTE = 60_000;
/** A day before a clock change each, but for the last: half an hour back, an hour on at midnight, none. */
const PLACES = [
  { zone: "Australia/Lord_Howe", start: Date.UTC(2026, 3, 3, 13) },
  { zone: "Africa/Cairo", start: Date.UTC(2026, 3, 22, 22) },
  { zone: "Asia/Kolkata", start: Date.UTC(2026, 9, 3, 18, 30) },
] as const;
type Place = (typeof PLACES)[number];

interface Step {
  person: number;
  /** Minutes after the beginning. */
  at: number;
  type: EventType;
  page: string | null;
  source: string | null;
  device: string;
  user: string | null;
  /** Whether its browser keeps an id. */
  isStored: boolean;
  /** Whether a page sent it, and not a server. */
  isByPage: boolean;
  /** Whether it names its page view. */
  isNamed: boolean;
  hub: number;
}

const step = fc.record<Step>({
  person: fc.integer({ min: 0, max: 2 }),
  // Around two midnights, where most can go wrong.
  at: fc.oneof(
    fc.integer({ min: 0, max: 4320 }),
    fc.integer({ min: 1400, max: 1480 }),
    fc.integer({ min: 2840, max: 2920 }),
    fc.integer({ min: 600, max: 700 }),
  ),
  type: fc.constantFrom<EventType>("pageview", "pageview", "engagement", "click", "scroll", "custom", "web_vital"),
  page: fc.constantFrom("/", "/a", null),
  source: fc.constantFrom("Google", null),
  device: fc.constantFrom("Desktop", "Mobile"),
  user: fc.constantFrom(null, null, null, "u_anna", "u_bob"),
  isStored: fc.boolean(),
  isByPage: fc.boolean(),
  isNamed: fc.boolean(),
  hub: fc.constant(0),
});

interface Sent extends Step {
  event: Event;
  date: string;
}

function toSent(one: Step, n: number, { zone, start }: Place): Sent {
  const { type, page, source, device, at } = one;
  const event = {
    ...unpackEvent([]),
    event_id: `e${n}`,
    event_type: type,
    name: type,
    event_time: start + at * MINUTE,
    received_at: start,
    page,
    source,
    device,
    hostname: "shop.example",
    user_id: one.user,
    view_id: type !== "pageview" && one.isNamed ? "named" : null,
    engaged_ms: type === "engagement" ? 1000 : null,
  } as Event;
  return { ...one, event, date: localDate(event.event_time, zone) };
}

interface Hub {
  book: Book;
  seq: number;
  names: Map<string, Names>;
}

/** Who it was by the event, as a hub knows it; what the event names is known from then on. */
function whoIs({ names }: Hub, { event, user, person, date, isStored, isByPage }: Sent, storedId: StoredId) {
  const stored = isStored && (user === null || isByPage) ? storedId(person, date) : null;
  const known = names.get(stored ?? "") ?? [];
  const named = personAt(known, event.event_time);
  if (user === null) return { person: stored && (named ?? stored), stored };
  if (stored === null) return { person: user, stored };
  names.set(stored, withName(known, event.event_time, user));
  return { person: user, stored, unnamed: named === user ? null : `${person} on ${date}` };
}

/** The stored id of a person's browser on a date. */
type StoredId = (person: number, date: string) => string;
const always: StoredId = (person) => `s_${person}`;
const anewEachDay: StoredId = (person, date) => `s_${person} of ${date}`;

/** Hubs that stamp what arrives; each has its own memory and its own places in the record. */
function hubs({ zone }: Place, storedId: StoredId) {
  const of = new Map<number, Hub>();
  return (one: Sent): StampedEvent => {
    const { event, date, person, user, hub, isByPage } = one;
    const known: Hub = of.get(hub) ?? { book: createBook(), seq: 0, names: new Map() };
    of.set(hub, known);
    known.seq += 1;
    // Ids of cookieless visitors say nothing of their other days. A user keeps theirs.
    const unnamed = `${person} on ${date}`;
    const idsOn = (day: string) => {
      if (user === null) return [`${person} on ${day}`];
      return isByPage ? [user, `${person} on ${day}`] : [user];
    };
    const isNamed = user !== null && isByPage;
    const isKnown = (id: string) => known.book.find(date, id) !== undefined;
    const visitor = isNamed ? visitorOf({ user, unnamed }, isKnown) : (user ?? unnamed);
    const other = isNamed ? (visitor === user ? unnamed : user) : null;
    const beside = (ms: number) => localDate(event.event_time + ms, zone);
    const before = beside(-VISIT_GAP) < date ? idsOn(addDays(date, -1)).at(-1)! : null;
    const done = stamp(known.book, event, {
      date,
      hour: localHour(event.event_time, zone),
      visitor,
      other,
      yesterday: () => idsOn(addDays(date, -1)),
      ...whoIs(known, one, storedId),
      ...(beside(VISIT_GAP) > date ? { tomorrow: () => idsOn(addDays(date, 1)) } : {}),
    });
    const about = {
      ...{ site_id: "site", seq: known.seq, visitor_id: visitor, ip: null },
      visitor_before: before === visitor ? null : before,
      visitor_unnamed: other === unnamed ? other : null,
    };
    return unpackEvent(
      JSON.parse(JSON.stringify(packStamped(event, done.visit, { ...done.stamp, ...about }))) as unknown[],
    );
  };
}

const arrive = (sent: readonly Sent[], place: Place, storedId = always): StampedEvent[] =>
  sent.map(hubs(place, storedId));

/** Restamps day by day, as long as there are days. */
function restampAll(rows: readonly StampedEvent[]): StampedEvent[] {
  const past = noPast();
  return [...Map.groupBy(rows, ({ local_date }) => local_date)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, day]) => restampDay(day, past).events);
}

/** Restamps one day with no more of the past than a caller reads: visitors who were here half an hour before. */
function restampOnly(rows: readonly StampedEvent[], date: string) {
  const day = rows.filter(({ local_date }) => local_date === date);
  return restampDay(day, pastOf(rows, day));
}

function pastOf(rows: readonly StampedEvent[], day: readonly StampedEvent[]): Past {
  const first = Math.min(...day.map(({ event_time }) => event_time));
  const before = rows.filter(({ local_date }) => local_date === addDays(day[0]!.local_date, -1));
  const late = new Set(before.filter((row) => row.event_time >= first - VISIT_GAP).map((row) => row.visitor_id));
  const past = noPast();
  restampDay(
    before.filter((row) => late.has(row.visitor_id)),
    past,
    settledDay(before),
  );
  return past;
}

/**
 * As the task does it: days marked by new rows in turn, and days after them while something goes on.
 * @param watched days that any new row marks.
 */
function restampMarked(rows: readonly StampedEvent[], fresh = rows, watched = new Set<string>()): StampedEvent[] {
  const marks = new Set(
    fresh.flatMap(({ late, local_date, visit_date }) => {
      if (late === 1) return [local_date, visit_date];
      return watched.has(local_date) ? [local_date] : [];
    }),
  );
  let all = [...rows];
  for (let rounds = 0; marks.size > 0; rounds += 1) {
    expect(rounds).toBeLessThan(50);
    const date = [...marks].sort()[0]!;
    marks.delete(date);
    if (!all.some(({ local_date }) => local_date === date)) continue;
    const { events, goesOn, hasLinks } = restampOnly(all, date);
    if (hasLinks) watched.add(date);
    if (hasLinks && goesOn) watched.add(addDays(date, 1));
    all = [...all.filter(({ local_date }) => local_date !== date), ...events];
    if (goesOn) marks.add(addDays(date, 1));
  }
  return all;
}

const numbersOf = (rows: readonly StampedEvent[]) => {
  const cube = emptyTechstack();
  for (const row of rows) addToTechstack(cube, row);
  return {
    rollup: Object.fromEntries([...flatten(rollUp(rows))].sort(([a], [b]) => (a < b ? -1 : 1))),
    visitors: toCube(techstackRows(cube)),
  };
};

/** What was sent, in the total order that the record has when it has arrived like this. */
function sortedOf(sent: readonly Sent[], where: Place): Sent[] {
  const byId = new Map(sent.map((one) => [one.event.event_id, { ...one, hub: 0 }]));
  return arrive(sent, where)
    .toSorted(inTotalOrder)
    .map(({ event_id }) => byId.get(event_id)!);
}

const given = (steps: readonly Step[], place: Place) => steps.map((one, n) => toSent(one, n, place));
const place = fc.constantFrom(...PLACES);

describe("restamping", () => {
  it("gives any order of arrival the stamps of sorted arrival", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), place, (steps, where) => {
        const sent = given(steps, where);
        const sorted = arrive(sortedOf(sent, where), where);
        const restamped = restampAll(arrive(sent, where));
        const plain = ({ seq, late, own, visitor_before, ...row }: StampedEvent) => row;
        expect(restamped.map(plain)).toEqual(sorted.map(plain));
        expect(numbersOf(restamped)).toEqual(numbersOf(sorted));
      }),
      { numRuns: 600 },
    );
  });

  it("does the same for what several hubs have stamped", () => {
    const some = fc.array(fc.record({ one: step, hub: fc.integer({ min: 0, max: 2 }) }), { maxLength: 40 });
    fc.assert(
      fc.property(some, place, (steps, where) => {
        const sent = given(
          steps.map(({ one, hub }) => ({ ...one, hub })),
          where,
        );
        const restamped = restampAll(arrive(sent, where));
        expect(numbersOf(restamped)).toEqual(numbersOf(arrive(sortedOf(sent, where), where)));
      }),
      { numRuns: 400 },
    );
  });

  it("changes nothing when it is done again, or when events were in order", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), place, (steps, where) => {
        const sent = given(steps, where);
        const once = restampAll(arrive(sent, where));
        expect(restampAll(once)).toEqual(once);
        const inOrder = arrive(sortedOf(sent, where), where);
        expect(inOrder.every(({ late }) => late === null)).toBe(true);
        expect(restampAll(inOrder)).toEqual(inOrder.toSorted(inTotalOrder));
      }),
      { numRuns: 300 },
    );
  });

  /** A few events change places, as in a network, and a few come much later. */
  const jitter = fc.array(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40 })), {
    minLength: 40,
    maxLength: 40,
  });
  const close = fc
    .tuple(step, fc.integer({ min: 1380, max: 1480 }))
    .map(([one, at]) => ({ ...one, at, person: one.person % 2 }));
  const shuffled = (steps: readonly Step[], where: Place, by: readonly number[], isByDay = false): Sent[] =>
    sortedOf(given(steps, where), where)
      .map((one, i) => ({ one, at: i + by[i]! }))
      .toSorted((a, b) => (isByDay && a.one.date !== b.one.date ? (a.one.date < b.one.date ? -1 : 1) : a.at - b.at))
      .map(({ one }) => one);
  const viewsOf = (rows: readonly StampedEvent[]) =>
    Object.fromEntries(rows.map(({ event_id, view_id, visit_id }) => [event_id, [view_id, visit_id]]));
  /** The person of each visit is that of its last event. */
  const personsOf = (rows: readonly StampedEvent[]) =>
    Object.fromEntries(
      rows.toSorted(inTotalOrder).map(({ event_id, visit_id, person_id }) => [visit_id ?? event_id, person_id]),
    );

  // A name that comes a day late is not that of events that came before it.
  it.each([
    ["far apart", step, anewEachDay, false],
    ["close together", close, anewEachDay, false],
    ["of one day after those of the day before", step, always, true],
  ])("needs only the days with late events, one after the other: events %s", (_, arbitrary, storedId, isByDay) => {
    fc.assert(
      fc.property(fc.array(arbitrary, { maxLength: 40 }), place, jitter, (steps, where, by) => {
        const sent = shuffled(steps, where, by, isByDay);
        const sorted = arrive(sortedOf(sent, where), where, storedId);
        const restamped = restampMarked(arrive(sent, where, storedId));
        expect(numbersOf(restamped)).toEqual(numbersOf(sorted));
        expect(viewsOf(restamped)).toEqual(viewsOf(sorted));
        expect(personsOf(restamped)).toEqual(personsOf(sorted));
      }),
      { numRuns: 1500 },
    );
  });

  it("holds for what arrives after a day was restamped, which the hub does not know", () => {
    fc.assert(
      fc.property(fc.array(close, { maxLength: 40 }), place, jitter, fc.nat(40), (steps, where, by, part) => {
        const sent = shuffled(steps, where, by);
        const rows = arrive(sent, where);
        const [early, later] = [rows.slice(0, part), rows.slice(part)];
        const watched = new Set<string>();
        const restamped = restampMarked([...restampMarked(early, early, watched), ...later], later, watched);
        expect(numbersOf(restamped)).toEqual(numbersOf(arrive(sortedOf(sent, where), where)));
      }),
      { numRuns: 1500 },
    );
  });

  it("gives the same to a day in portions of visitors", () => {
    fc.assert(
      // Of events at one time, only those of one portion are in order.
      fc.property(
        fc.uniqueArray(close, { maxLength: 40, selector: ({ at }) => at }),
        place,
        fc.boolean(),
        (steps, where, isOdd) => {
          const rows = arrive(given(steps, where), where);
          const [day = ""] = rows.map(({ local_date }) => local_date);
          const all = rows.filter(({ local_date }) => local_date === day);
          if (all.length === 0) return;
          const settled = settledDay(all);
          const isMine = (row: StampedEvent) => (settled.groupOf(row).charCodeAt(0) % 2 === 1) === isOdd;
          const whole = restampDay(all, pastOf(rows, all)).events.filter(isMine);
          expect(restampDay(all.filter(isMine), pastOf(rows, all), settled).events).toEqual(whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("gives events of an earlier version the rules of today", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), place, (steps, where) => {
        // It did not keep who a user would be without the name, so nobody is named late or shares a user.
        const alike = steps.map((one) => ({ ...one, user: one.person === 0 ? "u_anna" : null, isByPage: true }));
        const sorted = arrive(sortedOf(given(alike, where), where), where);
        // What it kept: nothing of views, persons and entry pages that move, and no visit without a mask.
        const old = sorted.map((row) => ({
          ...row,
          ...{
            stamp_version: null,
            view_id: null,
            person_id: null,
            own: null,
            visitor_before: null,
            visitor_unnamed: null,
          },
          ...{ entry_moved: null, entry_lost: null, entry_gained: null, entry_early: null, firsts: 0, visit_firsts: 7 },
        }));
        expect(numbersOf(restampAll(old))).toEqual(numbersOf(sorted));
      }),
      { numRuns: 300 },
    );
  });
});
