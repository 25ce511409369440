// Rolling up: stamped events → additive counts per local hour and per local day and value of a dimension.
import {
  bitFor,
  DAY_BIT,
  DIMENSIONS,
  type Dimension,
  FACTS,
  type Fact,
  type Facts,
  HOUR_BIT,
  hasRow,
} from "../events/catalog";
import type { StampedEvent } from "../events/event";
import { type Detail, detailsOf } from "./details";

/** Key of the whole day among the dimensions. */
export const TOTAL = "total";

export interface Rollup {
  /** By beginning of the local hour, epoch seconds. */
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

/** What an event counts where it happened. */
function eventFacts(event: StampedEvent): Partial<Facts> {
  const facts: Partial<Facts> = {};
  if (event.event_type === "pageview") facts.pageviews = 1;
  if (event.event_type !== "engagement") facts.events = 1;
  if (event.engaged_ms) facts.engaged_ms = event.engaged_ms;
  if (event.scroll_depth !== null) {
    // Page views report the depth so far and the depth before, so the differences sum to the deepest.
    facts.scroll_sum = event.scroll_depth - (event.scroll_before ?? 0);
    if (event.scroll_before === null) facts.scroll_views = 1;
  }
  return facts;
}

/** What an event changes where its visit began. */
const visitFacts = (event: StampedEvent): Partial<Facts> => ({
  visits: event.new_visit,
  bounces: event.bounce_delta,
  duration: event.duration_delta,
});

const isNothing = (facts: Partial<Facts>): boolean => Object.values(facts).every((count) => !count);

/** Adds facts to a day's value. Where nothing is added no row is made: a row written is a row paid for. */
function count(rollup: Rollup, dimension: string, date: string, value: string, facts: Partial<Facts>): void {
  if (!isNothing(facts)) add(dayFacts(rollup, dimension, date, value), facts);
}

function countExit(rollup: Rollup, { column, absent }: Dimension, event: StampedEvent): void {
  const to = event.exit_page ?? absent;
  const from = event.new_visit ? to : (event.exit_before ?? absent);
  const now = visitFacts(event);
  if (to === from) {
    count(rollup, column, event.visit_date, to, { ...now, visitors: event.exit_gained });
    return;
  }
  count(rollup, column, event.visit_date, from, {
    visitors: event.exit_lost,
    visits: -1,
    bounces: -event.visit_bounce,
    duration: -event.visit_duration,
  });
  count(rollup, column, event.visit_date, to, {
    visitors: event.exit_gained,
    visits: 1,
    bounces: event.visit_bounce + event.bounce_delta,
    duration: event.visit_duration + event.duration_delta,
  });
}

function countDimension(rollup: Rollup, dimension: Dimension, event: StampedEvent, counted: Partial<Facts>): void {
  const { column, scope, absent } = dimension;
  if (scope === "exit") {
    countExit(rollup, dimension, event);
    return;
  }
  if (scope === "event" && !hasRow(dimension, event)) return;
  const value = (event as unknown as Record<string, string | null>)[column] ?? absent;
  const facts = { ...counted, visitors: event.firsts & bitFor(column) ? 1 : 0 };
  if (scope === "event") {
    count(rollup, column, event.local_date, value, { ...facts, visits: event.visit_firsts & bitFor(column) ? 1 : 0 });
    return;
  }
  count(rollup, column, event.local_date, value, facts);
  count(rollup, column, event.visit_date, value, visitFacts(event));
}

/** What of an event is counted. */
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
  const counted = eventFacts(event);
  if (totals) countTotals(rollup, event, counted);
  for (const dimension of dimensions) countDimension(rollup, dimension, event, counted);
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
/** Takes the counts of `less` away from `into`. */
export const subtract = (into: Rollup, less: Rollup): Rollup => addSigned(into, less, -1);
