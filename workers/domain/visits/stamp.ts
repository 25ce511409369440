// Stamping: which visit an event belongs to and what it was the first of. Stamping the same events in the same order over
// the same book gives the same book.
import { addBit, DAY_BIT, EVENT_DIMENSIONS, HOUR_BIT, hasRow, type Mask, VISIT_DIMENSIONS } from "../events/catalog";
import {
  type EarlyFacts,
  type Event,
  type OwnFacts,
  STAMP_VERSION,
  type Stamp,
  type VisitFacts,
} from "../events/event";
import { ownFacts } from "../events/event-facts";
import { EVENT_TYPES, isMeasuring } from "../events/measurement";
import { isLate } from "./order/lateness";
import {
  type Book,
  bounced,
  carryOver,
  coversMeasuring,
  createBook,
  ENTRY,
  emptyValues,
  entryOf,
  factsOf,
  keyOf,
  type Moment,
  note,
  openVisit,
  ownSeen,
  seconds,
  type Visit,
  type VisitorDay,
  visitAt,
  visitOfYesterday,
} from "./visit";

/** Pages of a visit whose latest view is known: an event that does not name its view is of one of these. */
const MOST_VIEWS = 24;

export type VisitStamp = Omit<Stamp, "seq" | "visitor_id" | "ip" | "visitor_before" | "visitor_unnamed">;

export interface Stamped {
  visit: Visit;
  stamp: VisitStamp;
  /** The visitor's id of the day before, when the visit came over midnight with this event. */
  carriedFrom: string | null;
}

/** Adds the bits of the visit dimensions whose value no other visit of this visitor's day had. */
function addVisitFirsts(mask: Mask, visit: Visit, others: readonly Visit[]): void {
  VISIT_DIMENSIONS.forEach(({ column }, i) => {
    // The entry page may come later: its visitors are counted as those of the exit page.
    if (i !== ENTRY && !others.some((other) => other.dimensions[i] === visit.dimensions[i])) addBit(mask, column);
  });
}

/**
 * Moves an end of a visit to another page, or puts it there when the visit begins (`from` is undefined). Returns what that
 * changes in how many visitors of the day have a visit with this end.
 */
function moveEnd(
  book: Book,
  visit: Visit,
  ends: "exits" | "entries",
  from: string | null | undefined,
  to: string | null,
): { lost: number; gained: number } {
  const home = from === to ? undefined : book.find(visit.date, visit.visitor);
  if (!home) return { lost: 0, gained: 0 };
  book.touch(visit.date, visit.visitor);
  const all = home[ends] ?? [];
  const add = (page: string, by: number): number => {
    const known = all.find(([key]) => key === page);
    if (known) known[1] += by;
    else all.push([page, by]);
    return known?.[1] ?? by;
  };
  const left = from === undefined ? null : add(keyOf(from), -1);
  const now = add(keyOf(to), 1);
  home[ends] = all.filter(([, visits]) => visits > 0);
  return { lost: left === 0 ? -1 : 0, gained: now === 1 ? 1 : 0 };
}

/**
 * Puts a visit among those of the day, unless it is there. Adds the bits of what it is the first of, among the visits in
 * which more was done this day than measured.
 */
function joinDay(mask: Mask, record: VisitorDay, visit: Visit): void {
  const { measured = [] } = record;
  const isThere = record.visits.some(({ id }) => id === visit.id);
  if (isThere && !measured.includes(visit.id)) return;
  // From the second visit on the day's values are more than one visit's.
  if (record.visits.length > 0) ownSeen(record);
  addVisitFirsts(
    mask,
    visit,
    record.visits.filter(({ id }) => id !== visit.id && !measured.includes(id)),
  );
  record.measured = measured.filter((id) => id !== visit.id);
  if (record.measured.length === 0) delete record.measured;
  if (!isThere) record.visits.push(visit);
}

/**
 * Notes the event's own values. Adds the bits of those that are new to the day and to the visit. An event that only
 * measures is nothing that the visitor did on a page: it has its name alone.
 */
function noteValues(book: Book, event: Event, record: VisitorDay, visit: Visit, day: Mask, own: Mask): void {
  const namesOnly = isMeasuring(event.event_type);
  EVENT_DIMENSIONS.forEach((dimension, i) => {
    const { column } = dimension;
    if (!hasRow(dimension, event) || (namesOnly && column !== "name")) return;
    const value = book.intern(keyOf((event as unknown as Record<string, string | null>)[column] ?? null));
    const isNew = note(visit.seen, i, value);
    if (isNew) addBit(own, column);
    if (record.seen === null ? isNew : note(record.seen, i, value)) addBit(day, column);
  });
}

/** Adds what the event counts to what the visit counted before its first page view. */
function noteEarly(visit: Visit, event: Event, date: string): void {
  const {
    events = 0,
    engaged_ms = 0,
    scroll_sum = 0,
    scroll_views = 0,
  } = ownFacts({
    ...event,
    stamp_version: STAMP_VERSION,
  });
  const more = [events, engaged_ms, scroll_sum, scroll_views] as const;
  if (more.every((count) => count === 0)) return;
  visit.early ??= [];
  const at = visit.early.findIndex(([day]) => day === date);
  if (at < 0) {
    visit.early.push([date, ...more]);
    return;
  }
  const [, ...known] = visit.early[at]!;
  visit.early[at] = [date, known[0] + more[0], known[1] + more[1], known[2] + more[2], known[3] + more[3]];
}

/** The page view to which an event belongs, as it says or else the latest of its page. */
function viewOf(visit: Visit, event: Event): string | null {
  const key = keyOf(event.page);
  if (event.event_type !== "pageview") return event.view_id ?? visit.views?.find(([page]) => page === key)?.[1] ?? null;
  const others = (visit.views ?? []).filter(([page]) => page !== key);
  visit.views = [...others.slice(1 - MOST_VIEWS), [key, event.event_id]];
  return event.event_id;
}

/** Adds the event to its visit. Returns what the visit counted before this, its first page view, when others came before. */
function advance(visit: Visit, event: Event, { date, person }: Moment): EarlyFacts[] | null {
  visit.start = Math.min(visit.start, event.event_time);
  visit.last = Math.max(visit.last, event.event_time);
  if (date > (visit.until ?? visit.date)) visit.until = date;
  visit.interactive ||= event.interactive == null ? EVENT_TYPES[event.event_type].interactive : event.interactive === 1;
  if (person !== null) visit.person = person;
  if (event.event_type !== "pageview") {
    if (event.view_id == null) visit.unnamed = Math.max(visit.unnamed ?? 0, event.event_time);
    if (visit.pageviews === 0) noteEarly(visit, event, date);
    return null;
  }
  visit.pageviews += 1;
  const isFirst = visit.pageviews === 1;
  if (isFirst) visit.dimensions[ENTRY] = event.page;
  if (isFirst || event.event_time >= visit.exitTime) {
    visit.exit = event.page;
    visit.exitTime = event.event_time;
  }
  const { early = null } = visit;
  delete visit.early;
  return early;
}

/** What the visit is before an event. */
const stateOf = (visit: Visit) => ({
  bounce: bounced(visit),
  duration: seconds(visit),
  entry: entryOf(visit),
  exit: visit.exit,
});

/** The facts of a visit that an event says otherwise itself; null for none. */
export function ownFactsOf(event: VisitFacts, visit: Visit): OwnFacts | null {
  const own: Record<string, unknown> = {};
  for (const [fact, value] of Object.entries(factsOf(visit))) {
    const said = event[fact as keyof VisitFacts] ?? null;
    if (said !== value) own[fact] = said;
  }
  return Object.keys(own).length > 0 ? (own as OwnFacts) : null;
}

/** What the event says itself and its row would not. `isOlder`: than the visit's first event; `isNew`: it is the first. */
function ownOf(
  event: Event,
  visit: Visit,
  moment: Moment,
  view: string | null,
  { isOlder, isNew }: { isOlder: boolean; isNew: boolean },
): OwnFacts | null {
  if (moment.other != null) visit.mayPart = true;
  const facts = isOlder || visit.mayPart ? ownFactsOf(event, visit) : null;
  const own: OwnFacts | null = visit.mayPart && !facts && !isNew ? { itself: 1 } : facts;
  const isNamed = view === null || event.event_type === "pageview" || event.view_id != null;
  const person = ownPersonOf(visit, moment);
  if (isNamed && person === undefined) return own;
  return { ...own, ...(isNamed ? {} : { view_id: null }), ...(person === undefined ? {} : { person_id: person }) };
}

/** Undefined where the event says no other than its row: see OwnFacts. */
function ownPersonOf(visit: Visit, { person, stored }: Moment): string | null | undefined {
  if (person === null) return visit.person === undefined ? undefined : null;
  return stored != null && stored !== person ? stored : undefined;
}

/** The stamp of an event that has its visit; writes into the visit and the book what the event changes of it. */
function stampIn(
  book: Book,
  event: Event,
  moment: Moment,
  { visit, isNew, day, own, late }: { visit: Visit; isNew: boolean; day: Mask; own: Mask; late: boolean },
): VisitStamp {
  const before = stateOf(visit);
  const isOlder = event.event_time < visit.start;
  const view = viewOf(visit, event);
  const early = advance(visit, event, moment);
  const entry = moveEnd(book, visit, "entries", isNew ? undefined : before.entry, entryOf(visit));
  const exit = moveEnd(book, visit, "exits", isNew ? undefined : before.exit, visit.exit);
  const hasMoved = !isNew && before.entry !== entryOf(visit);
  return {
    visit_id: visit.id,
    new_visit: isNew ? 1 : 0,
    bounce_delta: bounced(visit) - (isNew ? 0 : before.bounce),
    duration_delta: seconds(visit) - (isNew ? 0 : before.duration),
    firsts: day.low,
    firsts_high: day.high || null,
    visit_firsts: own.low,
    visit_firsts_high: own.high || null,
    local_date: moment.date,
    local_hour: moment.hour,
    visit_date: visit.date,
    visit_hour: visit.hour,
    entry_page: entryOf(visit),
    entry_moved: hasMoved ? 1 : null,
    entry_lost: entry.lost || null,
    entry_gained: entry.gained || null,
    entry_early: hasMoved ? early : null,
    exit_page: visit.exit,
    exit_before: isNew ? null : before.exit,
    exit_lost: exit.lost,
    exit_gained: exit.gained,
    visit_bounce: isNew ? 0 : before.bounce,
    visit_duration: isNew ? 0 : before.duration,
    view_id: view,
    person_id: visit.person ?? null,
    stamp_version: STAMP_VERSION,
    own: ownOf(event, visit, moment, view, { isOlder, isNew }),
    late: late ? 1 : null,
  };
}

/** Stamps an event and writes what it changes into the book. */
export function stamp(book: Book, event: Event, moment: Moment): Stamped {
  const done = isMeasuring(event.event_type) ? stampMeasuring(book, event, moment) : stampCounted(book, event, moment);
  if (moment.other != null) book.others.note(moment.date, moment.other, event.event_time);
  return done;
}

function stampCounted(book: Book, event: Event, moment: Moment): Stamped {
  const known = book.find(moment.date, moment.visitor);
  const carried = known && known.visits.length > 0 ? undefined : visitOfYesterday(book, moment, event.event_time);
  if (carried) carryOver(book, moment, carried);
  const going = known && !carried ? visitAt(book, moment.date, known, event.event_time) : carried?.visit;
  const late = isLate(book, event, moment, known, going);
  const visit = going ?? openVisit(book, event, moment);
  const record: VisitorDay = known ?? { visits: [], hours: [], seen: carried ? emptyValues() : null, exits: [] };
  if (late) record.late = true;
  if (!known) book.add(moment.date, moment.visitor, record);
  book.touch(moment.date, moment.visitor);

  const day: Mask = { low: record.hours.length === 0 ? DAY_BIT : 0, high: 0 };
  const own: Mask = { low: 0, high: 0 };
  if (!record.hours.includes(moment.hour)) {
    record.hours.push(moment.hour);
    day.low |= HOUR_BIT;
  }
  joinDay(day, record, visit);
  noteValues(book, event, record, visit, day, own);
  return {
    visit,
    carriedFrom: carried?.from ?? null,
    stamp: stampIn(book, event, moment, { visit, isNew: !going, day, own, late }),
  };
}

/**
 * Stamps an event that only measures. It belongs to a visit that goes on, and may take it over midnight; where there is none
 * it is in the record and counts nowhere.
 */
function stampMeasuring(book: Book, event: Event, moment: Moment): Stamped {
  const { date, visitor } = moment;
  const known = book.find(date, visitor);
  const today = known && visitAt(book, date, known, event.event_time, coversMeasuring);
  const yesterday = today ? undefined : visitOfYesterday(book, moment, event.event_time, coversMeasuring);
  const visit = today ?? yesterday?.visit;
  const late = isLate(book, event, moment, known, visit);
  const record: VisitorDay = known ?? { visits: [], hours: [], seen: emptyValues(), exits: [] };
  if (late) record.late = true;
  if (!known) book.add(date, visitor, record);
  if (!visit) return stampAlone(book, event, moment, record, late);
  book.touch(date, visitor);
  if (yesterday) {
    carryOver(book, moment, yesterday);
    // The day has values of another visit than its own.
    ownSeen(record);
    // In the order in which they began.
    record.visits.unshift(yesterday.visit);
    record.measured = [...(record.measured ?? []), yesterday.visit.id];
  }
  const day: Mask = { low: 0, high: 0 };
  const own: Mask = { low: 0, high: 0 };
  noteValues(book, event, record, visit, day, own);
  return {
    visit,
    carriedFrom: yesterday?.from ?? null,
    stamp: stampIn(book, event, moment, { visit, isNew: false, day, own, late }),
  };
}

/** The stamp of an event without a visit, with the facts that it says itself. */
function stampAlone(book: Book, event: Event, moment: Moment, record: VisitorDay, late: boolean): Stamped {
  book.touch(moment.date, moment.visitor);
  record.alone = Math.max(record.alone ?? 0, event.event_time);
  const visit = openVisit(book, event, moment);
  const none: Mask = { low: 0, high: 0 };
  return {
    visit,
    carriedFrom: null,
    stamp: {
      ...stampIn(createBook(), event, moment, { visit, isNew: false, day: none, own: none, late }),
      visit_id: null,
    },
  };
}
