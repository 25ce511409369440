// Lateness: whether an event came in another order than it happened, so that the stamps of its visitor would be others in
// the order of time. Most late events change nothing: a page that is left reports after the next one has opened. Only
// those for which the order matters are marked, and with them all later events of the same visitor.
import type { Event } from "../../events/event";
import { isMeasuring } from "../../events/measurement";
import { addDays } from "../../time/zone";
import { type Book, covers, keyOf, type Moment, VISIT_GAP, type Visit, type VisitorDay } from "../visit";

/** Within the visit that an event joins: whether its place among the others matters. */
function isOutOfOrder(visit: Visit, event: Event, { date, person }: Moment): boolean {
  const { event_time: time, event_type } = event;
  // The visit would have this event's facts.
  if (time < visit.start) return true;
  if (time >= visit.last) return false;
  // Another event of the day may have taken the visit over midnight.
  if (visit.date < date) return true;
  // It was measured on the next day already.
  if (date < (visit.until ?? visit.date)) return true;
  // It may be the first page view, or the one to which others belong.
  if (event_type === "pageview" && (time < (visit.unnamed ?? 0) || (visit.pageviews > 0 && time < visit.exitTime)))
    return true;
  if (person !== null && person !== visit.person) return true;
  // It belongs to the latest view of its page before it, which may not be the latest one.
  const key = keyOf(event.page);
  if (event_type === "pageview" || event.view_id != null) return false;
  return time < visit.exitTime && (visit.views?.some(([page]) => page === key) ?? false);
}

/** Whether an event with or without a visit would join another one too: the two would be one visit. */
function joinsOthers(record: VisitorDay, event: Event, visit: Visit | undefined): boolean {
  const { event_time: time, event_type } = event;
  if ((record.alone ?? 0) > time) return true;
  // The visitor was here on the next day already. Days are stamped again one by one, so they must have been in order.
  if (record.moved?.length) return true;
  const others = record.visits.filter(({ id }) => id !== visit?.id);
  // Its first event of the day that counts: a visit that began later would not have been the day's first.
  if (visit && record.measured?.includes(visit.id) && others.some(({ start }) => start > time)) return true;
  if (visit) return others.some((other) => covers(other, time));
  // A visit that begins before others of its day may go on from yesterday's.
  return !isMeasuring(event_type) && others.some(({ start }) => start > time);
}

function makeLate(book: Book, date: string, visitor: string, record: VisitorDay): void {
  book.touch(date, visitor);
  if (!record.late) book.noteLate?.(date, visitor);
  record.late = true;
}

/** Whether the visitor was already here on the day after, soon after the event. That day is then late too. */
function isBeforeTomorrow(book: Book, event: Event, { date, tomorrow }: Moment, visit: Visit | undefined): boolean {
  const next = addDays(date, 1);
  const soon = event.event_time + VISIT_GAP;
  let isBefore = false;
  for (const visitor of tomorrow?.() ?? []) {
    // Their visit of the next day may be that of a user whom this event does not name.
    if (book.others.isAfter(next, visitor, event.event_time)) isBefore = true;
    const record = book.find(next, visitor);
    const isNear =
      record?.visits.some(({ id, start }) => id !== visit?.id && start <= soon) || record?.alone !== undefined;
    if (!record || !isNear) continue;
    makeLate(book, next, visitor, record);
    isBefore = true;
  }
  return isBefore;
}

/** Whether the visitor was here on the day by that time (ms). */
const isKnownBy = ({ visits, alone = Number.POSITIVE_INFINITY }: VisitorDay, date: string, time: number): boolean =>
  alone <= time || visits.some((visit) => (visit.date === date ? visit.start : visit.last) <= time);

/**
 * Whether by this event its visitor was here before others might have become the same visitor; or its own visitor would be
 * another one, because the one it has was not here yet.
 */
function changesVisitors(book: Book, { event_time }: Event, moment: Moment, record: VisitorDay | undefined): boolean {
  const { date, visitor, other = null } = moment;
  if (record && isKnownBy(record, date, event_time)) return false;
  return (record !== undefined && other !== null) || book.others.isAfter(date, visitor, event_time);
}

/** Whether a visitor was here later on the day than the event that names them. All that they do that day is then late. */
export function isNamedLate(book: Book, date: string, visitor: string, time: number): boolean {
  const record = book.find(date, visitor);
  const isLater = (record?.alone ?? 0) > time || record?.visits.some(({ last }) => last > time);
  if (!record || !isLater) return false;
  makeLate(book, date, visitor, record);
  return true;
}

/** Whether the day before was late, for an event that may go on from there. */
function isAfterLate(book: Book, { event_time }: Event, { date, yesterday }: Moment): boolean {
  const since = event_time - VISIT_GAP;
  return yesterday().some((visitor) => {
    const record = book.find(addDays(date, -1), visitor, since);
    if (!record?.late) return false;
    const { visits, alone = 0 } = record;
    return alone >= since || visits.some(({ last }) => last >= since);
  });
}

/** Whether a later event of another visitor has taken yesterday's visit over midnight, with which this one would go on. */
function isTakenBefore(book: Book, { event_time: time }: Event, { date, yesterday }: Moment): boolean {
  return yesterday().some((visitor) => {
    const record = book.find(addDays(date, -1), visitor, time - VISIT_GAP);
    return record?.moved?.some(([id, next]) => {
      const visit = record.visits.find((each) => each.id === id);
      const there = book.find(date, next)?.visits.find((each) => each.id === id);
      return visit !== undefined && visit.start <= time && there !== undefined && there.last > time;
    });
  });
}

/** Visits that went on after midnight are stamped again with their first day. */
function passOn(book: Book, date: string, { moved }: VisitorDay): void {
  const next = addDays(date, 1);
  for (const [, visitor] of moved ?? []) {
    const record = book.find(next, visitor);
    if (!record || record.late) continue;
    makeLate(book, next, visitor, record);
    passOn(book, next, record);
  }
}

/**
 * Whether an event is late. Call it before the event changes its visit.
 * @param record what the visitor did on the event's day before it.
 * @param visit the visit that it joins; undefined when it begins one, or finds none.
 */
export function isLate(
  book: Book,
  event: Event,
  moment: Moment,
  record: VisitorDay | undefined,
  visit: Visit | undefined,
): boolean {
  const isTomorrowLate = isBeforeTomorrow(book, event, moment, visit);
  const { date, unnamed = null } = moment;
  const isNamed = unnamed !== null && isNamedLate(book, date, unnamed, event.event_time);
  const late =
    isTomorrowLate ||
    moment.late ||
    record?.late ||
    book.forgets?.(date) ||
    isNamed ||
    changesVisitors(book, event, moment, record) ||
    (visit !== undefined && isOutOfOrder(visit, event, moment)) ||
    (record !== undefined && joinsOthers(record, event, visit)) ||
    (!record?.visits.length && (isAfterLate(book, event, moment) || isTakenBefore(book, event, moment)));
  if (late && record) passOn(book, date, record);
  return late;
}
