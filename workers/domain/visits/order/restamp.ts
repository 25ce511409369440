// Restamping: the events of a local day of a property are stamped once more, in the order in which they happened. A hub
// stamps in the order of arrival; where that matters (lateness.ts) this makes the numbers those of sorted arrival.
import { EVENT_DIMENSIONS, hasBit, hasRow } from "../../events/catalog";
import { LAKE_COLUMN_NAMES, LAKE_COLUMNS } from "../../events/columns";
import type { Event, OwnFacts, StampedEvent, VisitFacts } from "../../events/event";
import { isOfToday } from "../../events/event-facts";
import { isMeasuring } from "../../events/measurement";
import { inTotalOrder, type Placed } from "../../events/order";
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
import { DayVisitors, namedOf } from "./visitors";

/** What is known of the days before. Stamping a day adds the day to it. */
export interface Past {
  book: Book;
  /** The visitors of visits, by the ids that the record had. */
  visitors: Map<string, string>;
  /** The users with whom stored ids were seen last. */
  names: Map<string, string>;
  /** Both ids of each event in which a page names a user, with its second. */
  links: Set<string>;
}

export const noPast = (): Past => ({ book: createBook(), visitors: new Map(), names: new Map(), links: new Set() });

const linkOf = (id: string, time: number): string => `${id} ${Math.floor(time / 1000)}`;

export interface RestampedDay {
  /** In order. */
  events: StampedEvent[];
  /** Events whose row is no longer the same: as it was, and as it is. */
  changed: { before: StampedEvent; after: StampedEvent }[];
  /** Whether the day after may change too: a visit that changed ends shortly before the end of the day. */
  goesOn: boolean;
  /**
   * Whether an event changed in which a page names a user. It links two ids, and the hubs do not know that what comes next
   * for either is out of order.
   */
  hasLinks: boolean;
}

/** Whether the event's own facts are in the record: other events have only those of their visit. */
const saysItself = ({ new_visit, own }: StampedEvent): boolean =>
  new_visit === 1 || Object.keys(own ?? {}).some((fact) => fact !== "view_id" && fact !== "person_id");

/** The event as its sender sent it, as far as the record can tell. */
function asSent(row: StampedEvent): Event {
  const { view_id, person_id: _, itself: __, ...facts } = row.own ?? {};
  const isNamed = view_id === undefined && row.event_type !== "pageview";
  return { ...row, ...(facts as Partial<VisitFacts>), view_id: isNamed ? row.view_id : null };
}

/** That an event named the user of a stored id. */
interface Naming extends Placed {
  stored: string;
  person: string;
}

type Namer = Placed & Pick<StampedEvent, "user_id" | "own" | "person_id">;

/** Null where the event names no user of a stored id. */
const namingOf = ({ user_id, own, person_id, event_time, seq, event_id }: Namer): Naming | null =>
  user_id !== null && own?.person_id != null
    ? { stored: own.person_id, person: person_id!, event_time, seq, event_id }
    : null;

/** The names that the events of a day give to stored ids. */
class DayNames {
  /** By stored id. All of them, because events may be added in any order. */
  private readonly namings = new Map<string, Naming[]>();

  add(row: Namer): void {
    const naming = namingOf(row);
    if (!naming) return;
    const known = this.namings.get(naming.stored);
    if (known) known.push(naming);
    else this.namings.set(naming.stored, [naming]);
  }

  /** Changes of the user of a stored id, in order. */
  all(): Naming[] {
    const changes = [...this.namings.values()].flatMap((all) =>
      all.sort(inTotalOrder).filter(({ person }, i) => all[i - 1]?.person !== person),
    );
    return changes.sort(inTotalOrder);
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
  for (const row of rows) {
    const { visitor_id, visitor_before, visit_id, visit_date, local_date } = row;
    if (row.user_id !== null && isOfToday(row)) continue;
    if (visitor_before !== null) ids.set(visitor_id, visitor_before);
    else if (visit_id !== null && visit_date < local_date && !ids.has(visitor_id)) {
      const before = visitors.get(visit_id);
      if (before !== undefined) ids.set(visitor_id, before);
    }
  }
  return ids;
}

/** The ids that an event's visitor may have had the day before, the user's first. */
function beforeOf(row: StampedEvent, ids: ReadonlyMap<string, string>): string[] {
  const named = namedOf(row);
  if (!named)
    return [row.user_id !== null && isOfToday(row) ? row.visitor_id : (ids.get(row.visitor_id) ?? row.visitor_id)];
  // A stored id is the same on the day before, unless it was made then.
  const unnamed = row.visitor_before ?? (isStored(named.unnamed) ? named.unnamed : null);
  return unnamed === null || unnamed === named.user ? [named.user] : [named.user, unnamed];
}

/** The row with its visitor in the order of time. */
function withVisitor(row: StampedEvent, visitor: string): StampedEvent {
  if (visitor === row.visitor_id) return row;
  const { unnamed } = namedOf(row)!;
  return {
    ...row,
    visitor_id: visitor,
    visitor_unnamed: visitor === unnamed ? null : unnamed,
    visitor_before: row.visitor_before === visitor ? null : row.visitor_before,
  };
}

/** The visit of the day before of which only the rows of its continuation are known. */
function visitBefore(book: Book, rows: readonly StampedEvent[], visitor: string): Visit {
  const row = rows[0]!;
  const last = row.event_time - row.duration_delta * 1000;
  const moment = { date: row.visit_date, hour: row.visit_hour, visitor, yesterday: () => [], person: null };
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
function completePast(
  { book, visitors, links }: Past,
  rows: readonly StampedEvent[],
  ids: ReadonlyMap<string, string>,
): void {
  const over = Map.groupBy(
    rows.filter(({ visit_id, visit_date, local_date }) => visit_id !== null && visit_date < local_date),
    ({ visitor_id }) => visitor_id,
  );
  for (const own of over.values()) {
    const date = addDays(own[0]!.local_date, -1);
    // The user's own id first: by which of them the visit came over midnight is not known.
    const before = [...new Set(own.flatMap((row) => beforeOf(row, ids)))];
    // The past has the visit, or its visitor.
    if (visitors.has(own[0]!.visit_id!) || before.some((id) => book.find(date, id))) continue;
    const others = own.filter(({ visit_id }) => visit_id === own[0]!.visit_id);
    // The event after which one of them came has become another visitor's.
    const isCut = others.some((row) =>
      before.some((id) => links.has(linkOf(id, row.event_time - row.duration_delta * 1000))),
    );
    if (isCut) continue;
    const visit = visitBefore(book, others, before.at(-1)!);
    const ends = (page: string | null): [string, number][] => [[keyOf(page), 1]];
    book.add(date, before.at(-1)!, {
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

/** The row of an event with new stamps. What the hub alone knows of it stays: the ids of its visitor, its place and address. */
function restampOne(row: StampedEvent, past: Past, before: readonly string[]): StampedEvent {
  const event = asSent(row);
  const { visit, stamp: stamped } = stamp(past.book, event, {
    date: row.local_date,
    hour: row.local_hour,
    visitor: row.visitor_id,
    yesterday: () => before,
    ...personOf(row, past.names),
  });
  const isKnown = saysItself(row);
  const facts = isKnown ? ownFactsOf(event, visit) : null;
  const itself: OwnFacts | null = isKnown && !facts && stamped.new_visit === 0 ? { itself: 1 } : null;
  // Of what the event says of itself, the new stamp knows these two.
  const { view_id, person_id } = stamped.own ?? {};
  const own: OwnFacts = {
    ...facts,
    ...itself,
    ...(view_id === undefined ? {} : { view_id }),
    ...(person_id === undefined ? {} : { person_id }),
  };
  return { ...row, ...factsOf(visit), ...stamped, own: Object.keys(own).length > 0 ? own : null, late: null };
}

/** The columns of an event that say something of other events of its day. */
export const DAY_COLUMNS = [
  "event_time",
  "seq",
  "event_id",
  "user_id",
  "person_id",
  "visitor_id",
  "visitor_unnamed",
  "own",
] as const satisfies readonly (keyof StampedEvent)[];

/** What follows from all events of a day. Add them in any order. */
export class WholeDay {
  private readonly names = new DayNames();
  private readonly visitors = new DayVisitors();

  add(row: Pick<StampedEvent, (typeof DAY_COLUMNS)[number]>): void {
    this.names.add(row);
    this.visitors.add(row);
  }

  /** Call it once, after all events were added. */
  settle(): SettledDay {
    const visitors = this.visitors.settle();
    return {
      names: this.names.all(),
      visitorOf: (row) => visitors.visitorOf(row),
      groupOf: (row) => visitors.groupOf(row),
    };
  }
}

export interface SettledDay {
  names: readonly Naming[];
  /** The visitor's id in the order of time. */
  visitorOf: (row: StampedEvent) => string;
  /** One id for all visitors that must be stamped together. */
  groupOf: (row: StampedEvent) => string;
}

export function settledDay(rows: readonly StampedEvent[]): SettledDay {
  const whole = new WholeDay();
  for (const row of rows) whole.add(row);
  return whole.settle();
}

/**
 * Stamps the events of one local day, all of it or all of some visitors. The same rows give the same stamps, and those
 * that were in order already keep theirs.
 * @param past the visitors of the day before who were here in its last half hour. The day is added to it.
 * @param whole what follows from the events of the whole day; needed where `rows` are only those of some visitors.
 */
export function restampDay(rows: readonly StampedEvent[], past: Past, whole = settledDay(rows)): RestampedDay {
  const { names, visitorOf } = whole;
  const sorted = rows.toSorted(inTotalOrder);
  const own = sorted.map((row) => withVisitor(row, visitorOf(row)));
  let noted = 0;
  const ids = idsBefore(own, past);
  completePast(past, sorted, ids);
  const events: StampedEvent[] = [];
  const changed: RestampedDay["changed"] = [];
  const lastOf = new Map<string, number>();
  for (const [i, row] of own.entries()) {
    while (names[noted] && inTotalOrder(names[noted]!, row) <= 0) {
      const { stored, person } = names[noted++]!;
      past.names.set(stored, person);
    }
    const after = restampOne(row, past, beforeOf(row, ids));
    events.push(after);
    lastOf.set(sorted[i]!.visitor_id, row.event_time);
    lastOf.set(row.visitor_id, row.event_time);
    if (!isSame(sorted[i]!, after)) changed.push({ before: sorted[i]!, after });
    if (row.visit_id !== null) past.visitors.set(row.visit_id, row.visitor_id);
    const named = namedOf(row);
    if (named) for (const id of [named.user, named.unnamed]) past.links.add(linkOf(id, row.event_time));
  }
  const end = (sorted.at(-1)?.event_time ?? 0) - VISIT_GAP;
  return {
    events,
    changed,
    goesOn: changed.some(({ before }) => lastOf.get(before.visitor_id)! >= end),
    hasLinks: changed.some(({ before }) => namedOf(before) !== null),
  };
}
