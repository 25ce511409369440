// A question to the analysis zone, as it goes to an Analyst: plain data, one panel or several over the same days.

import { isClock, type TimeDimension } from "../events/catalog";
import type { EventType } from "../events/measurement";
import { startOfMonth, startOfWeek } from "../time/calendar";
import { toFilter } from "./ask/filter-tree";
import type { Known } from "./ask/known";
import type { PageGroup } from "./ask/path-groups";
import { doneInVisit, filterWithout, hasLeftOut, type LeftOut, visitsOf, withOwnCandidates } from "./ask/without";
import { DERIVED, INTERACTIVE } from "./derived";
import { scanDimensionFor } from "./dimensions";
import type { Frame, Wanted } from "./frame";
import { ALL_PROPS } from "./frame/columns";
import { LIMITS, type Limits, requireFewPersons } from "./limits";
import type { Conversion, Exchange, Sales } from "./money/exchange";
import { DETAIL_COLUMNS, type DetailRow, type DetailsAsk, needsProps } from "./scan/details";
import { type Filter, namesIn, testsIn } from "./scan/filter";
import { needsNames, READING } from "./scan/matches";
import {
  addCounts,
  type Counts,
  type Group,
  isByName,
  noCounts,
  type Panel,
  requireFewRows,
  type ScanRow,
  SUMS,
} from "./scan/scan";

/** How an ask's filters are changed. */
interface Base {
  /** Conditions that the filters leave out. Without exits, the events of the visits that they select are asked for. */
  without: LeftOut | "exits" | null;
  /** True where an event of the visit must meet the filters if anything of them is left out. */
  inVisit?: true;
  /** Filters that must hold besides. */
  filters: readonly unknown[];
}

export interface Ask {
  /** Filters as the caller gave them; all must hold. */
  filters: readonly unknown[];
  /** For other events than those that the filters select, such as those that a rate divides by. */
  base?: Base;
  /** True where only clicks on buttons are asked for. */
  clicksOnly?: boolean;
  /** Names of dimensions. */
  groups: readonly string[];
  time: TimeDimension | null;
  /** Times (ms), the second excluded, where the period cuts a day. */
  times: readonly [from: number, to: number] | null;
  /** The first local date of the period: weeks are labelled no earlier. */
  first: string;
  /** True where suspected bots are to be left out. */
  humansOnly: boolean;
  /** Whether reading and scrolling, and bounces and durations, are asked for. */
  reading: boolean;
  ends: boolean;
  persons: boolean;
  revenue: boolean;
  /** How revenue is converted, where not into the property's currency. */
  money?: Conversion;
  /** Details instead of groups: the values of a row are those of DetailsAsk, and its `events` how often it occurred. */
  details?: DetailsAsk;
}

/** An ask with its filter checked, and with what the property knows. */
export interface Checked extends Ask {
  filter: Filter | null;
  exchange: Exchange | null;
  /** Null where the property groups no pages. */
  pageGroup: PageGroup | null;
}

/** What an event with a button is that is no click on it, though it was done on purpose: of a rule there is a click besides. */
const NO_CLICKS: readonly string[] = ["rule", "copy", "form_start"] satisfies EventType[];

const IS_CLICK: Filter = {
  kind: "and",
  of: [
    { kind: "test", level: "event", column: "purpose", absent: "", accepts: (value) => value === INTERACTIVE },
    { kind: "test", level: "event", column: "name", absent: "", accepts: (value) => !NO_CLICKS.includes(value) },
  ],
};

const NO_BOT: Filter = {
  kind: "not",
  of: { kind: "test", level: "visit", column: "network_type", absent: "", accepts: (value) => value === "hosting" },
};

function basedOn(given: Filter | null, { without, inVisit, filters }: Base, known: Known): (Filter | null)[] {
  const others = toFilter(filters, "filters", known);
  if (given === null) return [others];
  const own = namesIn(others).length > 0 ? withOwnCandidates(given) : given;
  if (without === null) return [own, others];
  if (without === "exits") return [visitsOf(own), others];
  const isNeeded = inVisit && hasLeftOut(given, without);
  return [filterWithout(own, without), others, isNeeded ? doneInVisit(given) : null];
}

/** @throws Problem invalid, naming the wrong part. */
export function check(ask: Ask, known: Known): Checked {
  const given = toFilter(ask.filters, "filters", known);
  const of = [
    ...(ask.base ? basedOn(given, ask.base, known) : [given]),
    ask.humansOnly ? NO_BOT : null,
    ask.clicksOnly ? IS_CLICK : null,
  ].filter((filter) => filter !== null);
  const filter: Filter | null = of.length === 0 ? null : of.length === 1 ? of[0]! : { kind: "and", of };
  const { exchange = null, pageGroup } = known;
  return { ...ask, filter, exchange: exchange && { ...exchange, ...ask.money }, pageGroup };
}

function addColumn(into: { visits: Set<string>; actions: Set<string> }, level: "visit" | "event", name: string): void {
  const derived = Object.hasOwn(DERIVED, name) ? DERIVED[name] : undefined;
  const table = level === "visit" ? "visits" : "actions";
  for (const column of derived ? derived.needs : [name]) into[table].add(column);
}

/** The columns that some asks read. */
export function wantedBy(asks: readonly Checked[]): Wanted {
  const wanted = { visits: new Set(["began"]), actions: new Set(["use", "counted", "pageview"]) };
  const add = (table: "visits" | "actions", ...names: string[]) => {
    for (const name of names) wanted[table].add(name);
  };
  for (const ask of asks) {
    const { filter, groups, persons, revenue } = ask;
    for (const { level, column } of testsIn(filter)) addColumn(wanted, level, column);
    for (const name of groups) {
      const { group } = scanDimensionFor(name)!;
      addColumn(wanted, group.level, group.column);
    }
    if (needsNames(matchingOf(ask))) add("actions", "name");
    if (ask.reading) add("actions", ...READING);
    if (ask.ends) add("visits", "bounces", "duration");
    if (ask.times || ask.time === "time:minute") {
      add("visits", "started_at");
      add("actions", "event_time");
    }
    if (ask.time === "time:hour") {
      add("visits", "hour");
      add("actions", "hour");
    }
    if (persons) add("visits", "person_id");
    if (revenue) add("actions", "revenue_amount", "revenue_currency");
    if (ask.details) for (const table of ["visits", "actions"] as const) add(table, ...DETAIL_COLUMNS[table]);
    if (ask.details && needsProps(ask.details)) add("actions", ALL_PROPS);
  }
  return wanted;
}

const groupsOf = ({ groups }: Ask): Group[] => groups.map((name) => scanDimensionFor(name)!.group);

const matchingOf = (ask: Checked) => ({
  filter: ask.filter,
  isByName: isByName(groupsOf(ask)),
  reading: ask.reading,
});

/** Asks with the same of this have the same matches in a frame. */
export const matchingKey = (ask: Checked): string =>
  JSON.stringify([
    ...[ask.filters, ask.base, ask.humansOnly, ask.clicksOnly, ask.times, ask.reading],
    isByName(groupsOf(ask)),
  ]);

/** Names of the derived columns that some asks read. */
export const derivedIn = (asks: readonly Checked[]): Set<string> =>
  new Set(
    asks
      .flatMap(({ filter, groups }) => [
        ...testsIn(filter).map(({ column }) => column),
        ...groups.map((name) => scanDimensionFor(name)!.group.column),
      ])
      .filter((name) => Object.hasOwn(DERIVED, name)),
  );

/** The bucket of a local date. */
export function bucketOfDate(time: TimeDimension | null, date: string, first: string): string {
  if (time === "time:day") return date;
  if (time === "time:week") return [startOfWeek(date), first].sort()[1]!;
  return time === "time:month" ? startOfMonth(date) : "";
}

/** The panel of an ask over a frame, with the labels of its buckets by number; null where they are minutes or hours. */
export function toPanel(ask: Checked, frame: Frame): { panel: Panel; labels: readonly string[] | null } {
  const isByClock = isClock(ask.time);
  const labels = [...new Set(frame.dates.map((date) => bucketOfDate(ask.time, date, ask.first)))];
  const bucketOf = frame.dates.map((date) => labels.indexOf(bucketOfDate(ask.time, date, ask.first)));
  const panel: Panel = {
    ...matchingOf(ask),
    groups: groupsOf(ask),
    buckets: isByClock
      ? { kind: ask.time === "time:minute" ? "minutes" : "hours" }
      : ask.time === null
        ? { kind: "none" }
        : { kind: "dates", bucketOf },
    span: { first: 0, last: frame.dates.length - 1, times: ask.times },
    ends: ask.ends,
    persons: ask.persons,
    revenue: ask.revenue,
    exchange: ask.exchange,
  };
  return { panel, labels: isByClock || ask.time === null ? null : labels };
}

/** A row of an answer. `bucket` is a date, or of minutes and hours the beginning in epoch seconds; null without time. */
export interface CountedRow {
  bucket: string | number | null;
  values: (string | null)[];
  counts: Counts;
  /** How many people the row has, where they have been counted. */
  users?: number;
}

/** What tells a row of an answer from the others. */
export const rowKey = ({ bucket, values }: Pick<CountedRow, "bucket" | "values">): string =>
  JSON.stringify([bucket, values]);

/** Adds up the rows of several frames or Analysts. @throws Problem invalid when there are too many, or too many people. */
export function joinRows(
  lists: Iterable<readonly CountedRow[]>,
  ask: Pick<Ask, "persons" | "revenue">,
  limits: Limits = LIMITS,
): CountedRow[] {
  const joined = new Map<string, CountedRow>();
  let persons = 0;
  for (const rows of lists)
    for (const { bucket, values, counts } of rows) {
      const key = rowKey({ bucket, values });
      let row = joined.get(key);
      if (!row) {
        row = { bucket, values, counts: noCounts(ask) };
        joined.set(key, row);
        requireFewRows(joined.size);
      }
      persons -= row.counts.persons?.length ?? 0;
      addCounts(row.counts, counts);
      persons += row.counts.persons?.length ?? 0;
      requireFewPersons(persons, limits);
    }
  return [...joined.values()];
}

/** Rows of a scan with the labels of their buckets. */
export const named = (rows: readonly ScanRow[], ask: Ask, labels: readonly string[] | null): CountedRow[] =>
  rows.map(({ bucket, values, counts }) => ({
    bucket: ask.time === null ? null : labels ? labels[bucket]! : bucket,
    values,
    counts,
  }));

/** Details as rows. */
export const rowsOfDetails = (rows: readonly DetailRow[]): CountedRow[] =>
  rows.map(({ values, events }) => ({
    bucket: null,
    values,
    counts: { ...noCounts({ persons: false, revenue: false }), events },
  }));

type PackedRow = [
  string | number | null,
  (string | null)[],
  number[],
  number | null,
  [string, string, number][] | null,
];

/**
 * Rows as text and back. Text travels faster than ten thousand small lists. Of people only their number is in it: their keys
 * are sent beside it.
 */
export const packRows = (rows: readonly CountedRow[]): string =>
  JSON.stringify(
    rows.map(
      ({ bucket, values, counts }): PackedRow => [
        bucket,
        values,
        SUMS.map((name) => counts[name]),
        counts.persons === null ? null : counts.persons.length,
        // JSON has no whole numbers of any size.
        counts.revenue &&
          [...counts.revenue].map(([currency, sales]) => [currency, String(sales.amount), sales.purchases]),
      ],
    ),
  );

export function unpackRows(packed: string): CountedRow[] {
  return (JSON.parse(packed) as PackedRow[]).map(([bucket, values, sums, users, revenue]) => ({
    bucket,
    values,
    counts: {
      ...(Object.fromEntries(SUMS.map((name, i) => [name, sums[i]!])) as unknown as Counts),
      persons: null,
      revenue:
        revenue &&
        new Map(
          revenue.map(([currency, amount, purchases]): [string, Sales] => [
            currency,
            { amount: BigInt(amount), purchases },
          ]),
        ),
    },
    ...(users === null ? {} : { users }),
  }));
}
