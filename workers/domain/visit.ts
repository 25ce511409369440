// Stamping: which visit an event belongs to and what it was the first of. The book is all that the hub remembers of its
// visitors; stamping an event in the order of arrival is the only thing that changes it, so replaying the same events
// over the same book gives the same book.
import { bitFor, DAY_BIT, EVENT_DIMENSIONS, HOUR_BIT, VISIT_DIMENSIONS } from "./catalog";
import type { Event, Stamp, VisitFacts } from "./event";
import { EVENT_TYPES } from "./measurement";
import { addDays } from "./zone";

/** A visit ends when its visitor says nothing for this long (ms). */
export const VISIT_GAP = 30 * 60_000;

/** Distinct values: a list while it is short (most are), a set when it grows. */
export type Values = string[] | Set<string>;
const LONGEST_LIST = 24;

export interface Visit {
  id: string;
  /** Where its visitor-day is: the visit's bucket. */
  date: string;
  hour: number;
  visitor: string;
  /** First and last event, ms. */
  start: number;
  last: number;
  pageviews: number;
  interactive: boolean;
  exit: string | null;
  exitTime: number;
  /** Values of VISIT_DIMENSIONS, in their order, as the first event had them. */
  dimensions: (string | null)[];
  asn: number | null;
  /** Values of EVENT_DIMENSIONS, in their order, that its events had. */
  seen: Values[];
}

/** What a visitor did on one local day. */
export interface VisitorDay {
  visits: Visit[];
  /** Visits that went on after midnight: the visitor's id of the next day, by visit id. */
  moved: Map<string, string>;
  hours: number[];
  seen: Values[];
  /** How many visits that began this day end on a page. */
  exits: Map<string, number>;
}

/** Visitors by local date and visitor id. */
export type Book = Map<string, Map<string, VisitorDay>>;

export type VisitStamp = Omit<Stamp, "seq" | "visitor_id" | "ip">;

export interface Moment {
  /** Local date and beginning of the local hour of the event. */
  date: string;
  hour: number;
  visitor: string;
  /** The visitor's id of the day before, asked for at most once per visitor and day. */
  yesterday: () => string | null;
}

/** Null stands for "no value" among values; no page, name or host begins with NUL. */
const ABSENT = "\0";
const keyOf = (value: string | null): string => value ?? ABSENT;

/** Notes a value. True when it is new. */
function note(all: Values[], index: number, value: string): boolean {
  const values = all[index]!;
  if (Array.isArray(values)) {
    if (values.includes(value)) return false;
    if (values.length < LONGEST_LIST) values.push(value);
    else all[index] = new Set(values).add(value);
    return true;
  }
  if (values.has(value)) return false;
  values.add(value);
  return true;
}

const emptyValues = (): Values[] => EVENT_DIMENSIONS.map(() => []);
const seconds = (visit: Visit): number => Math.floor(visit.last / 1000) - Math.floor(visit.start / 1000);
const bounced = (visit: Visit): number => (visit.pageviews === 1 && !visit.interactive ? 1 : 0);
const covers = (visit: Visit, time: number): boolean =>
  time >= visit.start - VISIT_GAP && time <= visit.last + VISIT_GAP;

function dayOf(book: Book, date: string): Map<string, VisitorDay> {
  let day = book.get(date);
  if (!day) {
    day = new Map();
    book.set(date, day);
  }
  return day;
}

/** Visits of a visitor-day, each where it is kept now. */
function visitsOf(book: Book, date: string, record: VisitorDay): Visit[] {
  return record.visits.map((visit) => {
    const next = record.moved.get(visit.id);
    const elsewhere = next === undefined ? undefined : book.get(addDays(date, 1))?.get(next);
    return elsewhere?.visits.find((one) => one.id === visit.id) ?? visit;
  });
}

/** The visit that was going on at `time`: the later one where two are near. */
function visitAt(book: Book, date: string, record: VisitorDay, time: number): Visit | undefined {
  return visitsOf(book, date, record).findLast((visit) => covers(visit, time));
}

/** Takes yesterday's visit over midnight, so that it goes on under today's id. */
function carryOver(book: Book, moment: Moment, time: number): Visit | undefined {
  const date = addDays(moment.date, -1);
  const visitor = book.has(date) ? moment.yesterday() : null;
  const record = visitor === null ? undefined : book.get(date)?.get(visitor);
  if (!record || visitor === null) return undefined;
  const visit = record.visits.findLast((one) => !record.moved.has(one.id) && covers(one, time));
  if (!visit) return undefined;
  record.moved.set(visit.id, moment.visitor);
  return visit;
}

function openVisit(event: Event, moment: Moment): Visit {
  const facts = event as unknown as Record<string, string | null>;
  return {
    id: event.event_id,
    date: moment.date,
    hour: moment.hour,
    visitor: moment.visitor,
    start: event.event_time,
    last: event.event_time,
    pageviews: 0,
    interactive: false,
    exit: event.page,
    exitTime: event.event_time,
    dimensions: VISIT_DIMENSIONS.map(({ column }) => (column === "entry_page" ? event.page : (facts[column] ?? null))),
    asn: event.asn,
    seen: emptyValues(),
  };
}

/** Bits of the visit dimensions whose value no other visit of this visitor's day had. */
function visitFirsts(visit: Visit, others: readonly Visit[]): number {
  let mask = 0;
  VISIT_DIMENSIONS.forEach(({ column }, i) => {
    if (!others.some((other) => other.dimensions[i] === visit.dimensions[i])) mask |= bitFor(column);
  });
  return mask;
}

/** Moves the visit's end to another page. Returns what that changes in how many visitors end where. */
function moveExit(
  book: Book,
  visit: Visit,
  from: string | null | undefined,
): { exit_lost: number; exit_gained: number } {
  const home = book.get(visit.date)?.get(visit.visitor);
  if (!home) return { exit_lost: 0, exit_gained: 0 };
  let lost = 0;
  if (from !== undefined) {
    const left = (home.exits.get(keyOf(from)) ?? 1) - 1;
    if (left > 0) home.exits.set(keyOf(from), left);
    else home.exits.delete(keyOf(from));
    lost = left > 0 ? 0 : -1;
  }
  const now = (home.exits.get(keyOf(visit.exit)) ?? 0) + 1;
  home.exits.set(keyOf(visit.exit), now);
  return { exit_lost: lost, exit_gained: now === 1 ? 1 : 0 };
}

/** Stamps an event and writes what it changes into the book. */
export function stamp(book: Book, event: Event, moment: Moment): { visit: Visit; stamp: VisitStamp } {
  const day = dayOf(book, moment.date);
  let record = day.get(moment.visitor);
  let visit = record ? visitAt(book, moment.date, record, event.event_time) : carryOver(book, moment, event.event_time);
  let firsts = 0;
  if (!record) {
    record = { visits: [], moved: new Map(), hours: [], seen: emptyValues(), exits: new Map() };
    day.set(moment.visitor, record);
    firsts |= DAY_BIT;
  }
  if (!record.hours.includes(moment.hour)) {
    record.hours.push(moment.hour);
    firsts |= HOUR_BIT;
  }

  const began = !visit;
  visit ??= openVisit(event, moment);
  const here = visit;
  if (!record.visits.some(({ id }) => id === here.id)) {
    firsts |= visitFirsts(visit, record.visits);
    record.visits.push(visit);
  }

  let visit_firsts = 0;
  EVENT_DIMENSIONS.forEach(({ column }, i) => {
    // Engagement is a measurement, not something that a visitor did: it has no row among the events.
    if (column === "name" && event.event_type === "engagement") return;
    const value = keyOf((event as unknown as Record<string, string | null>)[column] ?? null);
    if (note(record.seen, i, value)) firsts |= bitFor(column);
    if (note(here.seen, i, value)) visit_firsts |= bitFor(column);
  });

  const before = { bounce: began ? 0 : bounced(visit), duration: began ? 0 : seconds(visit), exit: visit.exit };
  visit.start = Math.min(visit.start, event.event_time);
  visit.last = Math.max(visit.last, event.event_time);
  if (event.event_type === "pageview") visit.pageviews += 1;
  visit.interactive ||= EVENT_TYPES[event.event_type].interactive;
  if (event.event_type === "pageview" && event.page !== null && event.event_time >= visit.exitTime) {
    visit.exit = event.page;
    visit.exitTime = event.event_time;
  }
  const moves = began
    ? moveExit(book, visit, undefined)
    : visit.exit !== before.exit
      ? moveExit(book, visit, before.exit)
      : { exit_lost: 0, exit_gained: 0 };

  return {
    visit,
    stamp: {
      visit_id: visit.id,
      new_visit: began ? 1 : 0,
      bounce_delta: bounced(visit) - before.bounce,
      duration_delta: seconds(visit) - before.duration,
      firsts,
      visit_firsts,
      local_date: moment.date,
      local_hour: moment.hour,
      visit_date: visit.date,
      visit_hour: visit.hour,
      entry_page: visit.dimensions[ENTRY] ?? null,
      exit_page: visit.exit,
      exit_before: began ? null : before.exit,
      visit_bounce: before.bounce,
      visit_duration: before.duration,
      ...moves,
    },
  };
}

const ENTRY = VISIT_DIMENSIONS.findIndex(({ column }) => column === "entry_page");

/** The facts of a visit as its events carry them. */
export function factsOf(visit: Visit): VisitFacts {
  const facts: Record<string, string | number | null> = { asn: visit.asn };
  VISIT_DIMENSIONS.forEach(({ column }, i) => {
    if (i !== ENTRY) facts[column] = visit.dimensions[i] ?? null;
  });
  return facts as unknown as VisitFacts;
}

/** The visitor of a date that had a visit: finds yesterday's id again when the journal is replayed. */
export function visitorOfVisit(book: Book, date: string, visitId: string): string | null {
  for (const [visitor, record] of book.get(date) ?? [])
    if (record.visits.some(({ id }) => id === visitId)) return visitor;
  return null;
}

/** Forgets the days before a date. */
export function forgetBefore(book: Book, date: string): void {
  for (const known of [...book.keys()]) if (known < date) book.delete(known);
}
