// Restamping: the events of a local day of a property are stamped once more, in the order in which they happened. A hub
// stamps in the order of arrival; where that matters (lateness.ts) this makes the numbers those of sorted arrival.
import { EVENT_DIMENSIONS, hasBit, hasRow } from "../../events/catalog";
import { LAKE_COLUMN_NAMES, LAKE_COLUMNS } from "../../events/columns";
import type { Event, OwnFacts, StampedEvent, VisitFacts } from "../../events/event";
import { isOfToday } from "../../events/event-facts";
import { isMeasuring } from "../../events/measurement";
import { inTotalOrder } from "../../events/order";
import { addDays } from "../../time/zone";
import { ownFactsOf, stamp } from "../stamp";
import {
  type Book,
  createBook,
  ENTRY,
  emptyValues,
  factsOf,
  keyOf,
  type Moment,
  note,
  openVisit,
  VISIT_GAP,
  type Visit,
} from "../visit";

/** What is known of the days before. Stamping a day adds the day to it. */
export interface Past {
  book: Book;
  /** The visitors of visits, by the ids that the record had. */
  visitors: Map<string, string>;
  /** The users with whom stored ids were seen last. */
  names: Map<string, string>;
}

export const noPast = (): Past => ({ book: createBook(), visitors: new Map(), names: new Map() });

export interface RestampedDay {
  /** In order. */
  events: StampedEvent[];
  /** Events whose row is no longer the same: as it was, and as it is. */
  changed: { before: StampedEvent; after: StampedEvent }[];
  /** Whether the day after may change too: a visit that changed ends shortly before the end of the day. */
  goesOn: boolean;
}

/** Whether the event's own facts are in the record: other events have only those of their visit. */
const saysItself = ({ new_visit, own }: StampedEvent): boolean =>
  new_visit === 1 || Object.keys(own ?? {}).some((fact) => fact !== "view_id" && fact !== "person_id");

/** The event as its sender sent it, as far as the record can tell. */
function asSent(row: StampedEvent): Event {
  const { view_id, person_id: _, ...facts } = row.own ?? {};
  const isNamed = view_id === undefined && row.event_type !== "pageview";
  return { ...row, ...(facts as Partial<VisitFacts>), view_id: isNamed ? row.view_id : null };
}

/** That an event named the user of a stored id. */
interface Naming {
  stored: string;
  time: number;
  person: string;
}

/** Null where the event names no user of a stored id. */
const namingOf = ({ user_id, own, event_time, person_id }: StampedEvent): Naming | null =>
  user_id !== null && own?.person_id != null ? { stored: own.person_id, time: event_time, person: person_id! } : null;

/** The names that the events of a day give to stored ids, for a day that is stamped in portions of visitors. */
export class DayNames {
  /** Times by stored id and person. All of them, because events may be added in any order. */
  private readonly times = new Map<string, Map<string, number[]>>();

  add(row: StampedEvent): void {
    const naming = namingOf(row);
    if (!naming) return;
    const { stored, time, person } = naming;
    const people = this.times.get(stored) ?? new Map<string, number[]>();
    this.times.set(stored, people);
    const times = people.get(person);
    if (times) times.push(time);
    else people.set(person, [time]);
  }

  /** Changes of the user of a stored id, in order. */
  all(): Naming[] {
    const changes = [...this.times].flatMap(([stored, people]) =>
      [...people]
        .flatMap(([person, times]) => times.map((time) => ({ stored, time, person })))
        .sort((a, b) => a.time - b.time)
        .filter(({ person }, i, all) => all[i - 1]?.person !== person),
    );
    return changes.sort((a, b) => a.time - b.time);
  }
}

/** A stored id as a person; those of users begin with another letter. */
const isStored = (person: string | null): boolean => person?.startsWith("s_") ?? false;

/** Who the visitor is by the event, with its stored id. */
function personOf(row: StampedEvent, names: ReadonlyMap<string, string>): Pick<Moment, "person" | "stored"> {
  const { user_id, visitor_id, person_id } = row;
  // An earlier version kept no persons. A visitor with a user's id has it as their own.
  if (!isOfToday(row)) return { person: user_id === null ? null : visitor_id };
  const own = row.own?.person_id;
  if (own === null) return { person: null };
  if (user_id !== null) return { person: person_id, stored: own };
  const stored = own ?? (isStored(person_id) ? person_id : null);
  // Who was named on an earlier day is in the row.
  return { person: (stored !== null ? names.get(stored) : undefined) ?? person_id, stored };
}

/** The visitors' ids of the day before, by today's. Those who have one id on every day are left out. */
function idsBefore(rows: readonly StampedEvent[], { visitors }: Past): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { visitor_id, visitor_before, visit_id, visit_date, local_date } of rows) {
    if (visitor_before !== null) ids.set(visitor_id, visitor_before);
    else if (visit_id !== null && visit_date < local_date && !ids.has(visitor_id)) {
      const before = visitors.get(visit_id);
      if (before !== undefined) ids.set(visitor_id, before);
    }
  }
  return ids;
}

/** The visit of the day before of which only the rows of its continuation are known. */
function visitBefore(book: Book, rows: readonly StampedEvent[], visitor: string): Visit {
  const row = rows[0]!;
  const last = row.event_time - row.duration_delta * 1000;
  const moment = { date: row.visit_date, hour: row.visit_hour, visitor, yesterday: () => null, person: null };
  const visit = openVisit(book, row, moment);
  visit.id = row.visit_id!;
  visit.last = last;
  visit.start = last - row.visit_duration * 1000;
  visit.exit = row.exit_before;
  visit.exitTime = last;
  visit.pageviews = row.exit_before === null ? 0 : row.visit_bounce === 1 ? 1 : 2;
  visit.dimensions[ENTRY] = row.entry_moved === 1 ? null : row.entry_page;
  if (row.entry_moved === 1 && row.entry_early !== null) visit.early = row.entry_early;
  if (row.person_id !== null) visit.person = row.person_id;
  // What none of these rows was the first of, came before them.
  EVENT_DIMENSIONS.forEach((dimension, i) => {
    const { column } = dimension;
    const counted = rows.filter(
      (each) => hasRow(dimension, each) && (column === "name" || !isMeasuring(each.event_type)),
    );
    const keyIn = (each: StampedEvent) => keyOf((each as unknown as Record<string, string | null>)[column] ?? null);
    const firsts = counted.filter((each) => hasBit(each.visit_firsts, each.visit_firsts_high, column)).map(keyIn);
    for (const value of counted.map(keyIn)) if (!firsts.includes(value)) note(visit.seen, i, value);
  });
  return visit;
}

/** Adds visits that came over midnight to a past that does not have their visitors. */
function completePast({ book }: Past, rows: readonly StampedEvent[], ids: ReadonlyMap<string, string>): void {
  const over = Map.groupBy(
    rows.filter(({ visit_id, visit_date, local_date }) => visit_id !== null && visit_date < local_date),
    ({ visitor_id }) => visitor_id,
  );
  for (const [visitor, own] of over) {
    const date = addDays(own[0]!.local_date, -1);
    const before = ids.get(visitor) ?? visitor;
    if (book.find(date, before)) continue;
    const visit = visitBefore(
      book,
      own.filter(({ visit_id }) => visit_id === own[0]!.visit_id),
      before,
    );
    const ends = (page: string | null): [string, number][] => [[keyOf(page), 1]];
    book.add(date, before, {
      visits: [visit],
      hours: [],
      seen: emptyValues(),
      exits: ends(visit.exit),
      entries: ends(visit.dimensions[ENTRY] ?? null),
    });
  }
}

const isJson = (name: keyof StampedEvent): boolean => LAKE_COLUMNS[name] === "json";

const isSame = (a: StampedEvent, b: StampedEvent): boolean =>
  LAKE_COLUMN_NAMES.every(
    (name) => a[name] === b[name] || (isJson(name) && JSON.stringify(a[name]) === JSON.stringify(b[name])),
  );

/** The row of an event with new stamps. What the hub alone knows of it stays: its visitor, place and address. */
function restampOne(row: StampedEvent, past: Past, before: string): StampedEvent {
  const event = asSent(row);
  const { visit, stamp: stamped } = stamp(past.book, event, {
    date: row.local_date,
    hour: row.local_hour,
    visitor: row.visitor_id,
    yesterday: () => before,
    ...personOf(row, past.names),
  });
  const facts = saysItself(row) ? ownFactsOf(event, visit) : null;
  const own: OwnFacts | null = facts || stamped.own ? { ...facts, ...stamped.own } : null;
  return { ...row, ...factsOf(visit), ...stamped, own, late: null };
}

/**
 * Stamps the events of one local day, all of it or all of some visitors. The same rows give the same stamps, and those
 * that were in order already keep theirs.
 * @param past the visitors of the day before who were here in its last half hour. The day is added to it.
 * @param naming what events of the day, also those of other visitors, name stored ids.
 */
export function restampDay(rows: readonly StampedEvent[], past: Past, naming: readonly Naming[] = []): RestampedDay {
  const sorted = rows.toSorted(inTotalOrder);
  const noteName = ({ stored, person }: Naming) => past.names.set(stored, person);
  let noted = 0;
  const ids = idsBefore(sorted, past);
  completePast(past, sorted, ids);
  const events: StampedEvent[] = [];
  const changed: RestampedDay["changed"] = [];
  const lastOf = new Map<string, number>();
  for (const row of sorted) {
    const { visitor_id } = row;
    while (naming[noted] && naming[noted]!.time < row.event_time) noteName(naming[noted++]!);
    const own = namingOf(row);
    if (own) noteName(own);
    const after = restampOne(row, past, ids.get(visitor_id) ?? visitor_id);
    events.push(after);
    lastOf.set(visitor_id, row.event_time);
    if (!isSame(row, after)) changed.push({ before: row, after });
    if (row.visit_id !== null) past.visitors.set(row.visit_id, visitor_id);
  }
  const end = (sorted.at(-1)?.event_time ?? 0) - VISIT_GAP;
  return { events, changed, goesOn: changed.some(({ before }) => lastOf.get(before.visitor_id)! >= end) };
}
