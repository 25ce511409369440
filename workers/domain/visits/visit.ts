// What is remembered of visitors: their days, with the visits of each. The book is all that the hub remembers of them;
// stamping (stamp.ts) events in the order of arrival is the only thing that changes it.
import { EVENT_DIMENSIONS, VISIT_DIMENSIONS } from "../events/catalog";
import type { EarlyFacts, Event, VisitFacts } from "../events/event";
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
  /** The latest local date of its events, when that is not the one on which it began. */
  until?: string;
  pageviews: number;
  interactive: boolean;
  /** The page of the last page view by time; null without one. */
  exit: string | null;
  exitTime: number;
  /** Values of VISIT_DIMENSIONS, in their order, as the first event had them; the entry page as the first page view has it. */
  dimensions: (string | null)[];
  asn: number | null;
  /** Values of EVENT_DIMENSIONS, in their order, that its events had. */
  seen: Values[];
  /** The latest views, by page; the latest page at the end. Absent in a visit of an earlier version. */
  views?: [page: string, view: string][];
  /** Time (ms) of its last event that named no view: a page view before it may be the one to which that belongs. */
  unnamed?: number;
  /** Who the visitor is known to be: see Stamp. */
  person?: string;
  /** What was counted before the first page view. */
  early?: EarlyFacts[];
  /**
   * Set once a page has named a user in it, or it went on after midnight: its events may become those of several visitors or
   * visits.
   */
  mayPart?: true;
}

/** What a visitor did on one local day. Plain data that JSON keeps: a hub remembers a hundred thousand of them. */
export interface VisitorDay {
  visits: Visit[];
  /** Visits that went on after midnight, with the visitor's id of the next day. */
  moved?: [visit: string, visitor: string][];
  hours: number[];
  /** Values of EVENT_DIMENSIONS that the day had; null while they are those of its only visit. */
  seen: Values[] | null;
  /** How many visits that began this day end on a page, and begin on one. */
  exits: Ends;
  entries?: Ends;
  /** Visits of the day before in which something was only measured this day: by them nobody is a visitor of the day. */
  measured?: string[];
  /** Time (ms) of the latest event that only measured and found no visit. */
  alone?: number;
  /** True once an event was late (lateness.ts): what follows it is stamped after it, and must be stamped again too. */
  late?: true;
}

type Ends = [page: string, visits: number][];

/** The ids that visitors of a local day might have had instead of theirs, had events come in another order (order/visitors.ts). */
export interface OtherIds {
  /** Notes that an event of that time (ms) might have had this visitor. */
  note(date: string, visitor: string, time: number): void;
  /** Whether an event after that time (ms) may have had this visitor. May be true without reason, never false. */
  isAfter(date: string, visitor: string, time: number): boolean;
}

/** Visitors by local date and visitor id. */
export interface Book {
  others: OtherIds;
  /**
   * What a visitor did on a date. With `since` only a visit with an event at that time (ms) or later matters, so that a
   * book may look where it keeps recent ones first.
   */
  find(date: string, visitor: string, since?: number): VisitorDay | undefined;
  add(date: string, visitor: string, record: VisitorDay): void;
  /** Says that a record is about to change. */
  touch(date: string, visitor: string): void;
  /** Says that the visitor of an event has made the record of another one late. Absent in a book that nobody replays. */
  noteLate?(date: string, visitor: string): void;
  /** Whether the visitors of a date are no longer known. Absent in a book that forgets none. */
  forgets?(date: string): boolean;
  /** One string object for all equal values that are kept: thousands of visits share a browser's name. */
  intern<T extends string | null>(value: T): T;
}

export interface Moment {
  /** Local date and beginning of the local hour of the event. */
  date: string;
  hour: number;
  visitor: string;
  /** The other id that the visitor might have, where a page names a user. */
  other?: string | null;
  /** The ids that the visitor may have had the day before, the user's first. */
  yesterday: () => readonly string[];
  /** Who the visitor is by the event: the user whom it names, else the one with whom its stored id was seen, else that id. */
  person: string | null;
  /** The stored id of the event, where it has one. */
  stored?: string | null;
  /** The visitor's id without the user, where the event is the first to name its stored id that user's. */
  unnamed?: string | null;
  /** The ids that the visitor may have the day after. Only for an event in the last 30 minutes of its day. */
  tomorrow?: () => readonly string[];
  /** True where a journal or another hub says that the event was late. */
  late?: boolean;
}

/** Null stands for "no value" among values; no page, name or host begins with NUL. */
const ABSENT = "\0";
/** Longer values are remembered by their hash: a visitor may open a thousand long addresses. */
const LONGEST_VALUE = 24;
export const keyOf = (value: string | null): string => {
  if (value === null) return ABSENT;
  return value.length <= LONGEST_VALUE
    ? value
    : hash64(value)
        .map((word) => word.toString(36))
        .join("#");
};

/** Notes a value. True when it is new. */
export function note(all: Values[], index: number, value: string): boolean {
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

export const emptyValues = (): Values[] => EVENT_DIMENSIONS.filter(({ sparse }) => !sparse).map(() => []);
const copyOf = (all: readonly Values[]): Values[] =>
  all.map((values) => (Array.isArray(values) ? [...values] : new Set(values)));
export const seconds = (visit: Visit): number => Math.floor(visit.last / 1000) - Math.floor(visit.start / 1000);
export const bounced = (visit: Visit): number => (visit.pageviews === 1 && !visit.interactive ? 1 : 0);
type Covering = (visit: Visit, time: number) => boolean;
export const covers: Covering = (visit, time) => time >= visit.start - VISIT_GAP && time <= visit.last + VISIT_GAP;
/** The same for an event that only measures: what it measures came before it. */
export const coversMeasuring: Covering = (visit, time) => time >= visit.start && time <= visit.last + VISIT_GAP;
/** The visits of a day but for those that went on after midnight: they are with the next day's visitor. */
export const currentVisits = (record: VisitorDay): Visit[] =>
  record.visits.filter((visit) => movedTo(record, visit) === undefined);

const movedTo = (record: VisitorDay, visit: Visit): string | undefined =>
  record.moved?.find(([id]) => id === visit.id)?.[1];

/** Gives the day values of its own, apart from those of its only visit. */
export function ownSeen(record: VisitorDay): Values[] {
  record.seen ??= copyOf(record.visits[0]?.seen ?? emptyValues());
  return record.seen;
}

/** The visit that was going on at `time`, where it is kept now; the later one where two are near. */
export function visitAt(
  book: Book,
  date: string,
  record: VisitorDay,
  time: number,
  isCovering = covers,
): Visit | undefined {
  const visits = record.visits.map((visit) => {
    const next = movedTo(record, visit);
    if (next === undefined) return visit;
    const tomorrow = addDays(date, 1);
    const there = book.find(tomorrow, next)?.visits.find((other) => other.id === visit.id);
    // It may be the one that the event joins.
    if (there) book.touch(tomorrow, next);
    return there ?? visit;
  });
  return visits.findLast((visit) => isCovering(visit, time));
}

/** Yesterday's visit, if it goes on. */
export function visitOfYesterday(book: Book, moment: Moment, time: number, isCovering = covers) {
  const date = addDays(moment.date, -1);
  for (const from of moment.yesterday()) {
    const record = book.find(date, from, time - VISIT_GAP);
    const visit = record?.visits.findLast((each) => movedTo(record, each) === undefined && isCovering(each, time));
    if (record && visit) return { date, from, record, visit };
  }
  return undefined;
}

/** Takes yesterday's visit over midnight, so that it goes on under today's id. */
export function carryOver(
  book: Book,
  { visitor }: Moment,
  { date, from, record, visit }: NonNullable<ReturnType<typeof visitOfYesterday>>,
): void {
  book.touch(date, from);
  ownSeen(record);
  record.moved = [...(record.moved ?? []), [visit.id, visitor]];
  visit.mayPart = true;
}

/**
 * Whether the book knows the visitor on that day, or has a visit of theirs that came over midnight with this event.
 * Their id is null where the day has none.
 */
export function isExpected(
  book: Book,
  time: number,
  date: string,
  visitor: string | null,
  yesterday: () => readonly string[],
): boolean {
  if (visitor !== null && book.find(date, visitor)) return true;
  return yesterday().some((from) => {
    const record = book.find(addDays(date, -1), from, time - VISIT_GAP);
    return record?.visits.some((each) => movedTo(record, each) === undefined && covers(each, time)) ?? false;
  });
}

/** Where the entry page stands among a visit's dimensions. */
export const ENTRY = VISIT_DIMENSIONS.findIndex(({ column }) => column === "entry_page");
export const entryOf = (visit: Visit): string | null => visit.dimensions[ENTRY] ?? null;

export function openVisit(book: Book, event: Event, moment: Moment): Visit {
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
    exit: null,
    exitTime: event.event_time,
    dimensions: VISIT_DIMENSIONS.map(({ column }, i) => book.intern(i === ENTRY ? null : (facts[column] ?? null))),
    asn: event.asn,
    seen: emptyValues(),
  };
}

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
  const others = new Map<string, number>();
  const at = (date: string, visitor: string): string => `${date} ${visitor}`;
  return {
    others: {
      note: (date, visitor, time) =>
        void others.set(at(date, visitor), Math.max(time, others.get(at(date, visitor)) ?? time)),
      isAfter: (date, visitor, time) => (others.get(at(date, visitor)) ?? time) > time,
    },
    find: (date, visitor) => records.get(at(date, visitor)),
    add: (date, visitor, record) => void records.set(at(date, visitor), record),
    touch: () => undefined,
    intern: (value) => value,
  };
}
