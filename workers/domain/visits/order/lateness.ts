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
  if (visit) return others.some((other) => covers(other, time));
  // A visit that begins before others of its day may go on from yesterday's.
  return !isMeasuring(event_type) && others.some(({ start }) => start > time);
}

/** Whether the visitor was already here on the day after, soon after the event. That day is then late too. */
function isBeforeTomorrow(book: Book, event: Event, { date, tomorrow }: Moment, visit: Visit | undefined): boolean {
  const visitor = tomorrow?.() ?? null;
  if (visitor === null) return false;
  const next = addDays(date, 1);
  const record = book.find(next, visitor);
  if (!record) return false;
  const soon = event.event_time + VISIT_GAP;
  const isNear = record.visits.some(({ id, start }) => id !== visit?.id && start <= soon) || record.alone !== undefined;
  if (!isNear) return false;
  book.touch(next, visitor);
  record.late = true;
  return true;
}

/** Whether a visitor was here later on the day than the event that names them. All that they do that day is then late. */
export function isNamedLate(book: Book, date: string, visitor: string, time: number): boolean {
  const record = book.find(date, visitor);
  const isLater = (record?.alone ?? 0) > time || record?.visits.some(({ last }) => last > time);
  if (!record || !isLater) return false;
  book.touch(date, visitor);
  record.late = true;
  return true;
}

/** Whether the day before was late, for an event that may go on from there. */
function isAfterLate(book: Book, { event_time }: Event, { date, yesterday }: Moment): boolean {
  const visitor = yesterday();
  if (visitor === null) return false;
  const since = event_time - VISIT_GAP;
  const record = book.find(addDays(date, -1), visitor, since);
  if (!record?.late) return false;
  const { visits, alone = 0 } = record;
  return alone >= since || visits.some(({ last }) => last >= since);
}

/** Visits that went on after midnight are stamped again with their first day. */
function passOn(book: Book, date: string, { moved }: VisitorDay): void {
  const next = addDays(date, 1);
  for (const [, visitor] of moved ?? []) {
    const record = book.find(next, visitor);
    if (!record || record.late) continue;
    book.touch(next, visitor);
    record.late = true;
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
    (visit !== undefined && isOutOfOrder(visit, event, moment)) ||
    (record !== undefined && joinsOthers(record, event, visit)) ||
    (!record?.visits.length && isAfterLate(book, event, moment));
  if (late && record) passOn(book, date, record);
  return late;
}
