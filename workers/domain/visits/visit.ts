// Stamping: which visit an event belongs to and what it was the first of. The book is all that the hub remembers of its
// visitors; stamping an event in the order of arrival is the only thing that changes it, so replaying the same events
// over the same book gives the same book.
import { bitFor, DAY_BIT, EVENT_DIMENSIONS, HOUR_BIT, hasRow, VISIT_DIMENSIONS } from "../events/catalog";
import type { Event, Stamp, VisitFacts } from "../events/event";
import { EVENT_TYPES } from "../events/measurement";
import { addDays } from "../time/zone";
import { hash64 } from "./seen";

/** A visit ends when its visitor says nothing for this long (ms). */
export const VISIT_GAP = 30 * 60_000;

/** Distinct values: a list while it is short (most are), a set when it grows. */
export type Values = string[] | Set<string>;
const LONGEST_LIST = 24;
/** A visitor who opens more pages than this on a day is a program: the others are not counted as pages of its day. */
const MOST_VALUES = 1_000;

export interface Visit {
  id: string;
  /** The date of its visitor-day, and its hour: the visit's bucket. */
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

/** What a visitor did on one local day. Plain data that JSON keeps: a hub remembers a hundred thousand of them. */
export interface VisitorDay {
  visits: Visit[];
  /** Visits that went on after midnight, with the visitor's id of the next day. */
  moved?: [visit: string, visitor: string][];
  hours: number[];
  /** Values of EVENT_DIMENSIONS that the day had; null while they are those of its only visit. */
  seen: Values[] | null;
  /** How many visits that began this day end on a page. */
  exits: [page: string, visits: number][];
}

/** Visitors by local date and visitor id. */
export interface Book {
  /**
   * What a visitor did on a date. With `since` only a visit with an event at that time (ms) or later matters, so that a
   * book may look where it keeps recent ones first.
   */
  find(date: string, visitor: string, since?: number): VisitorDay | undefined;
  add(date: string, visitor: string, record: VisitorDay): void;
  /** Says that a record is about to change. */
  touch(date: string, visitor: string): void;
  /** One string object for all equal values that are kept: thousands of visits share a browser's name. */
  intern<T extends string | null>(value: T): T;
}

export type VisitStamp = Omit<Stamp, "seq" | "visitor_id" | "ip">;

export interface Stamped {
  visit: Visit;
  stamp: VisitStamp;
  /** The visitor's id of the day before, when the visit came over midnight with this event. */
  carriedFrom: string | null;
}

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
/** Longer values are remembered by their hash: a visitor may open a thousand long addresses. */
const LONGEST_VALUE = 24;
const keyOf = (value: string | null): string => {
  if (value === null) return ABSENT;
  return value.length <= LONGEST_VALUE
    ? value
    : hash64(value)
        .map((word) => word.toString(36))
        .join("#");
};

/** Notes a value. True when it is new. */
function note(all: Values[], index: number, value: string): boolean {
  // Few visits have values of a sparse dimension; and a visit of before a dimension came has none of it.
  all[index] ??= [];
  const values = all[index];
  if (Array.isArray(values)) {
    if (values.includes(value)) return false;
    if (values.length >= MOST_VALUES) return false;
    if (values.length < LONGEST_LIST) values.push(value);
    else all[index] = new Set(values).add(value);
    return true;
  }
  if (values.has(value) || values.size >= MOST_VALUES) return false;
  values.add(value);
  return true;
}

const emptyValues = (): Values[] => EVENT_DIMENSIONS.filter(({ sparse }) => !sparse).map(() => []);
const copyOf = (all: readonly Values[]): Values[] =>
  all.map((values) => (Array.isArray(values) ? [...values] : new Set(values)));
const seconds = (visit: Visit): number => Math.floor(visit.last / 1000) - Math.floor(visit.start / 1000);
const bounced = (visit: Visit): number => (visit.pageviews === 1 && !visit.interactive ? 1 : 0);
const covers = (visit: Visit, time: number): boolean =>
  time >= visit.start - VISIT_GAP && time <= visit.last + VISIT_GAP;
/** The visits of a day but for those that went on after midnight: they are with the next day's visitor. */
export const currentVisits = (record: VisitorDay): Visit[] =>
  record.visits.filter((visit) => movedTo(record, visit) === undefined);

const movedTo = (record: VisitorDay, visit: Visit): string | undefined =>
  record.moved?.find(([id]) => id === visit.id)?.[1];

/** Gives the day values of its own, apart from those of its only visit. */
function ownSeen(record: VisitorDay): Values[] {
  record.seen ??= copyOf(record.visits[0]?.seen ?? emptyValues());
  return record.seen;
}

/** The visit that was going on at `time`, where it is kept now; the later one where two are near. */
function visitAt(book: Book, date: string, record: VisitorDay, time: number): Visit | undefined {
  const visits = record.visits.map((visit) => {
    const next = movedTo(record, visit);
    if (next === undefined) return visit;
    const tomorrow = addDays(date, 1);
    const there = book.find(tomorrow, next)?.visits.find((other) => other.id === visit.id);
    // It may be the one that the event joins.
    if (there) book.touch(tomorrow, next);
    return there ?? visit;
  });
  return visits.findLast((visit) => covers(visit, time));
}

/** Takes yesterday's visit over midnight, so that it goes on under today's id. */
function carryOver(book: Book, moment: Moment, time: number): { visit: Visit; from: string } | undefined {
  const from = moment.yesterday();
  if (from === null) return undefined;
  const date = addDays(moment.date, -1);
  const record = book.find(date, from, time - VISIT_GAP);
  const visit = record?.visits.findLast((each) => movedTo(record, each) === undefined && covers(each, time));
  if (!record || !visit) return undefined;
  book.touch(date, from);
  ownSeen(record);
  record.moved = [...(record.moved ?? []), [visit.id, moment.visitor]];
  return { visit, from };
}

/**
 * Whether the book knows the visitor on that day, or has a visit of theirs that came over midnight with this event.
 * Their ids of the two days are null where the day has none.
 */
export function isExpected(
  book: Book,
  time: number,
  date: string,
  visitor: string | null,
  yesterday: () => string | null,
): boolean {
  if (visitor !== null && book.find(date, visitor)) return true;
  const from = yesterday();
  const record = from === null ? undefined : book.find(addDays(date, -1), from, time - VISIT_GAP);
  return record?.visits.some((each) => movedTo(record, each) === undefined && covers(each, time)) ?? false;
}

function openVisit(book: Book, event: Event, moment: Moment): Visit {
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
    dimensions: VISIT_DIMENSIONS.map(({ column }) =>
      book.intern(column === "entry_page" ? event.page : (facts[column] ?? null)),
    ),
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
  const home = book.find(visit.date, visit.visitor);
  if (!home) return { exit_lost: 0, exit_gained: 0 };
  book.touch(visit.date, visit.visitor);
  const add = (page: string, by: number): number => {
    const known = home.exits.find(([key]) => key === page);
    if (known) known[1] += by;
    else home.exits.push([page, by]);
    return known?.[1] ?? by;
  };
  const left = from === undefined ? null : add(keyOf(from), -1);
  const now = add(keyOf(visit.exit), 1);
  home.exits = home.exits.filter(([, visits]) => visits > 0);
  return { exit_lost: left === 0 ? -1 : 0, exit_gained: now === 1 ? 1 : 0 };
}

/** Puts a visit among those of the day. Returns the bits of what it is the first of there. */
function joinDay(record: VisitorDay, visit: Visit): number {
  if (record.visits.some(({ id }) => id === visit.id)) return 0;
  // From the second visit on the day's values are more than one visit's.
  if (record.visits.length > 0) ownSeen(record);
  const firsts = visitFirsts(visit, record.visits);
  record.visits.push(visit);
  return firsts;
}

/** Notes the event's own values. Returns the bits of those that are new to the day and to the visit. */
function noteValues(book: Book, event: Event, record: VisitorDay, visit: Visit): { day: number; visit: number } {
  const bits = { day: 0, visit: 0 };
  EVENT_DIMENSIONS.forEach((dimension, i) => {
    if (!hasRow(dimension, event)) return;
    const { column } = dimension;
    const value = book.intern(keyOf((event as unknown as Record<string, string | null>)[column] ?? null));
    const isNew = note(visit.seen, i, value);
    if (isNew) bits.visit |= bitFor(column);
    if (record.seen === null ? isNew : note(record.seen, i, value)) bits.day |= bitFor(column);
  });
  return bits;
}

/** Adds the event to its visit. */
function advance(visit: Visit, event: Event): void {
  visit.start = Math.min(visit.start, event.event_time);
  visit.last = Math.max(visit.last, event.event_time);
  visit.interactive ||= EVENT_TYPES[event.event_type].interactive;
  if (event.event_type !== "pageview") return;
  visit.pageviews += 1;
  if (event.page === null || event.event_time < visit.exitTime) return;
  visit.exit = event.page;
  visit.exitTime = event.event_time;
}

/** Stamps an event and writes what it changes into the book. */
export function stamp(book: Book, event: Event, moment: Moment): Stamped {
  const known = book.find(moment.date, moment.visitor);
  const carried = known ? undefined : carryOver(book, moment, event.event_time);
  const going = known ? visitAt(book, moment.date, known, event.event_time) : carried?.visit;
  const visit = going ?? openVisit(book, event, moment);
  const record = known ?? { visits: [], hours: [], seen: carried ? emptyValues() : null, exits: [] };
  if (!known) book.add(moment.date, moment.visitor, record);
  book.touch(moment.date, moment.visitor);

  let firsts = known ? 0 : DAY_BIT;
  if (!record.hours.includes(moment.hour)) {
    record.hours.push(moment.hour);
    firsts |= HOUR_BIT;
  }
  firsts |= joinDay(record, visit);
  const noted = noteValues(book, event, record, visit);

  const before = { bounce: going ? bounced(visit) : 0, duration: going ? seconds(visit) : 0, exit: visit.exit };
  advance(visit, event);
  const moves =
    going && visit.exit === before.exit
      ? { exit_lost: 0, exit_gained: 0 }
      : moveExit(book, visit, going ? before.exit : undefined);

  return {
    visit,
    carriedFrom: carried?.from ?? null,
    stamp: {
      visit_id: visit.id,
      new_visit: going ? 0 : 1,
      bounce_delta: bounced(visit) - before.bounce,
      duration_delta: seconds(visit) - before.duration,
      firsts: firsts | noted.day,
      visit_firsts: noted.visit,
      local_date: moment.date,
      local_hour: moment.hour,
      visit_date: visit.date,
      visit_hour: visit.hour,
      entry_page: visit.dimensions[ENTRY] ?? null,
      exit_page: visit.exit,
      exit_before: going ? before.exit : null,
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

/** A book in memory. */
export function createBook(): Book {
  const records = new Map<string, VisitorDay>();
  const at = (date: string, visitor: string): string => `${date} ${visitor}`;
  return {
    find: (date, visitor) => records.get(at(date, visitor)),
    add: (date, visitor, record) => void records.set(at(date, visitor), record),
    touch: () => undefined,
    intern: (value) => value,
  };
}
