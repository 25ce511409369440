// Rolling up: stamped events → additive counts per local hour and per local day and value of a dimension.
import {
  DAY_BIT,
  DIMENSIONS,
  type Dimension,
  dimensionFor,
  FACTS,
  type Fact,
  type Facts,
  HOUR_BIT,
  hasBit,
  hasRow,
} from "../events/catalog";
import type { StampedEvent } from "../events/event";
import { isOfToday, ownFacts } from "../events/event-facts";
import { type Detail, detailsOf } from "./details";

/** Key of the whole day among the dimensions. */
export const TOTAL = "total";

export interface Rollup {
  /** By start of the local hour, epoch seconds. */
  hours: Map<number, Facts>;
  /** By dimension column (or `total`, or a dimension of details.ts), then local date, then value. */
  days: Map<string, Map<string, Map<string, Facts>>>;
}

export const emptyRollup = (): Rollup => ({ hours: new Map(), days: new Map() });
export const noFacts = (): Facts => Object.fromEntries(FACTS.map((fact) => [fact, 0])) as Facts;

function getOrInsert<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function add(into: Facts, more: Partial<Facts>, sign = 1): void {
  for (const fact in more) into[fact as Fact] += sign * more[fact as Fact]!;
}

const dayFacts = (rollup: Rollup, dimension: string, date: string, value: string): Facts =>
  getOrInsert(
    getOrInsert(
      getOrInsert(rollup.days, dimension, () => new Map()),
      date,
      () => new Map(),
    ),
    value,
    noFacts,
  );

/** The facts of an event that count where its visit began. */
const visitFacts = (event: StampedEvent): Partial<Facts> => ({
  visits: event.new_visit,
  bounces: event.bounce_delta,
  duration: event.duration_delta,
});

const isNothing = (facts: Partial<Facts>): boolean => Object.values(facts).every((count) => !count);

/** Adds facts to a day's value. Facts that are all zero create no row, because D1 bills every row written. */
function count(rollup: Rollup, dimension: string, date: string, value: string, facts: Partial<Facts>): void {
  if (!isNothing(facts)) add(dayFacts(rollup, dimension, date, value), facts);
}

/** The entry or exit page of a visit, before and after an event. */
interface EndPage {
  from: string;
  to: string;
  /** The change in the number of the day's visitors with such a visit, at `from` and at `to`. */
  lost: number;
  gained: number;
}

/** Counts a visit under its page on the day on which it began, or moves it to another page. */
function countEnd(
  rollup: Rollup,
  { column }: Dimension,
  event: StampedEvent,
  { from, to, lost, gained }: EndPage,
): void {
  const now = visitFacts(event);
  if (to === from) {
    count(rollup, column, event.visit_date, to, { ...now, visitors: gained });
    return;
  }
  count(rollup, column, event.visit_date, from, {
    visitors: lost,
    visits: -1,
    bounces: -event.visit_bounce,
    duration: -event.visit_duration,
  });
  count(rollup, column, event.visit_date, to, {
    visitors: gained,
    visits: 1,
    bounces: event.visit_bounce + event.bounce_delta,
    duration: event.visit_duration + event.duration_delta,
  });
}

function countExit(rollup: Rollup, dimension: Dimension, event: StampedEvent): void {
  const to = event.exit_page ?? dimension.absent;
  const from = event.new_visit ? to : (event.exit_before ?? dimension.absent);
  countEnd(rollup, dimension, event, { from, to, lost: event.exit_lost, gained: event.exit_gained });
}

function countEntry(rollup: Rollup, dimension: Dimension, event: StampedEvent, counted: Partial<Facts>): void {
  const { column, absent } = dimension;
  const to = event.entry_page ?? absent;
  const from = event.entry_moved ? absent : to;
  countEnd(rollup, dimension, event, { from, to, lost: event.entry_lost ?? 0, gained: event.entry_gained ?? 0 });
  count(rollup, column, event.local_date, to, counted);
  if (from === to) return;
  for (const [date, events, engaged_ms, scroll_sum, scroll_views] of event.entry_early ?? []) {
    const early = { events, engaged_ms, scroll_sum, scroll_views };
    count(rollup, column, date, to, early);
    subtractFrom(rollup, column, date, from, early);
  }
}

function subtractFrom(rollup: Rollup, column: string, date: string, value: string, facts: Partial<Facts>): void {
  if (!isNothing(facts)) add(dayFacts(rollup, column, date, value), facts, -1);
}

function countDimension(rollup: Rollup, dimension: Dimension, event: StampedEvent, counted: Partial<Facts>): void {
  const { column, scope, absent } = dimension;
  if (scope === "exit") {
    countExit(rollup, dimension, event);
    return;
  }
  if (scope === "entry" && isOfToday(event)) {
    countEntry(rollup, dimension, event, counted);
    return;
  }
  if (scope === "event" && !hasRow(dimension, event)) return;
  const value = (event as unknown as Record<string, string | null>)[column] ?? absent;
  const facts = { ...counted, visitors: hasBit(event.firsts, event.firsts_high, column) ? 1 : 0 };
  if (scope === "event") {
    // Events that only measure have a row under their own name, and do not count as events elsewhere.
    if (column === "name") facts.events = 1;
    count(rollup, column, event.local_date, value, facts);
    const visits = hasBit(event.visit_firsts, event.visit_firsts_high, column) ? 1 : 0;
    count(rollup, column, isOfToday(event) ? event.visit_date : event.local_date, value, { visits });
    return;
  }
  count(rollup, column, event.local_date, value, facts);
  count(rollup, column, event.visit_date, value, visitFacts(event));
}

const NAME: Dimension = dimensionFor("event:name")!;

/** The parts of an event to count. */
export interface Selection {
  /** Hours and whole days. */
  totals: boolean;
  dimensions: readonly Dimension[];
  details: (event: StampedEvent) => readonly Detail[];
}
const ALL: Selection = { totals: true, dimensions: DIMENSIONS, details: detailsOf };
export const noDetails = (): Detail[] => [];

function countTotals(rollup: Rollup, event: StampedEvent, counted: Partial<Facts>): void {
  const visit = visitFacts(event);
  const hour = (start: number) => getOrInsert(rollup.hours, start / 1000, noFacts);
  add(hour(event.local_hour), { ...counted, visitors: event.firsts & HOUR_BIT ? 1 : 0 });
  if (!isNothing(visit)) add(hour(event.visit_hour), visit);
  count(rollup, TOTAL, event.local_date, "", { ...counted, visitors: event.firsts & DAY_BIT ? 1 : 0 });
  count(rollup, TOTAL, event.visit_date, "", visit);
}

function countEvent(rollup: Rollup, event: StampedEvent, { totals, dimensions, details }: Selection): void {
  if (event.visit_id === null) {
    // An event without a visit counts under its name and its details only. Engagement does not count at all.
    if (event.event_type === "engagement") return;
    if (dimensions.includes(NAME)) count(rollup, NAME.column, event.local_date, event.name, { events: 1 });
  } else {
    const counted = ownFacts(event);
    if (totals) countTotals(rollup, event, counted);
    for (const dimension of dimensions) countDimension(rollup, dimension, event, counted);
  }
  for (const [dimension, value, events] of details(event))
    count(rollup, dimension, event.local_date, value, { events });
}

/** The counts of some events of one property. rollUp(a ∪ b) = merge(rollUp(a), rollUp(b)). */
export function rollUp(events: Iterable<StampedEvent>, selection: Selection = ALL): Rollup {
  const rollup = emptyRollup();
  for (const event of events) countEvent(rollup, event, selection);
  return rollup;
}

function addSigned(into: Rollup, more: Rollup, sign: 1 | -1): Rollup {
  for (const [hour, facts] of more.hours) add(getOrInsert(into.hours, hour, noFacts), facts, sign);
  for (const [dimension, dates] of more.days)
    for (const [date, values] of dates)
      for (const [value, facts] of values) add(dayFacts(into, dimension, date, value), facts, sign);
  return into;
}

/** Adds the counts of `more` to `into`. */
export const merge = (into: Rollup, more: Rollup): Rollup => addSigned(into, more, 1);
/** Subtracts the counts of `less` from `into`. */
export const subtract = (into: Rollup, less: Rollup): Rollup => addSigned(into, less, -1);
