// A question to the analysis zone, as it goes to an Analyst: plain data, one panel or several over the same days.

import type { TimeDimension } from "../events/catalog";
import { startOfMonth, startOfWeek } from "../time/calendar";
import { toFilter } from "./ask/filter-tree";
import type { Known } from "./ask/known";
import { DERIVED } from "./derived";
import { scanDimensionFor } from "./dimensions";
import { type Filter, testsIn } from "./filter";
import type { Frame, Wanted } from "./frame";
import { needsNames, READING } from "./matches";
import {
  addCounts,
  type Counts,
  type Group,
  isByName,
  noCounts,
  type Panel,
  requireFewRows,
  type Sales,
  type ScanRow,
  SUMS,
} from "./scan";

export interface Ask {
  /** Filters as the caller gave them; all must hold. */
  filters: readonly unknown[];
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
}

/** An ask with its filter checked. */
export interface Checked extends Ask {
  filter: Filter | null;
}

const NO_BOT: Filter = {
  kind: "not",
  of: { kind: "test", level: "visit", column: "network_type", absent: "", accepts: (value) => value === "hosting" },
};

/** @throws Problem invalid, naming the wrong part. */
export function check(ask: Ask, known: Known): Checked {
  const filter = ask.filters.length > 0 ? toFilter(ask.filters, "filters", known) : null;
  if (!ask.humansOnly) return { ...ask, filter };
  return { ...ask, filter: filter === null ? NO_BOT : { kind: "and", of: [filter, NO_BOT] } };
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
    if (ask.times) {
      add("visits", "started_at");
      add("actions", "event_time");
    }
    if (ask.time === "time:hour") {
      add("visits", "hour");
      add("actions", "hour");
    }
    if (persons) add("visits", "person_id");
    if (revenue) add("actions", "revenue_amount", "revenue_currency");
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
  JSON.stringify([ask.filters, ask.humansOnly, ask.times, ask.reading, isByName(groupsOf(ask))]);

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

/** The panel of an ask over a frame, with the labels of its buckets by number; null where they are hours. */
export function toPanel(ask: Checked, frame: Frame): { panel: Panel; labels: readonly string[] | null } {
  const isByHour = ask.time === "time:hour";
  const labels = [...new Set(frame.dates.map((date) => bucketOfDate(ask.time, date, ask.first)))];
  const bucketOf = frame.dates.map((date) => labels.indexOf(bucketOfDate(ask.time, date, ask.first)));
  const panel: Panel = {
    ...matchingOf(ask),
    groups: groupsOf(ask),
    buckets: isByHour ? { kind: "hours" } : ask.time === null ? { kind: "none" } : { kind: "dates", bucketOf },
    span: { first: 0, last: frame.dates.length - 1, times: ask.times },
    ends: ask.ends,
    persons: ask.persons,
    revenue: ask.revenue,
  };
  return { panel, labels: isByHour || ask.time === null ? null : labels };
}

/** A row of an answer. `bucket` is a date, or of hours the beginning in epoch seconds; null without time. */
export interface CountedRow {
  bucket: string | number | null;
  values: (string | null)[];
  counts: Counts;
}

/** Adds up the rows of several frames or Analysts. @throws Problem invalid when there are too many. */
export function joinRows(lists: Iterable<readonly CountedRow[]>, ask: Pick<Ask, "persons" | "revenue">): CountedRow[] {
  const joined = new Map<string, CountedRow>();
  for (const rows of lists)
    for (const { bucket, values, counts } of rows) {
      const key = JSON.stringify([bucket, values]);
      let row = joined.get(key);
      if (!row) {
        row = { bucket, values, counts: noCounts(ask) };
        joined.set(key, row);
        requireFewRows(joined.size);
      }
      addCounts(row.counts, counts);
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

/** Counts as text and back: sets and maps are lists there. */
export const packRows = (rows: readonly CountedRow[]): unknown[] =>
  rows.map(({ bucket, values, counts }) => [
    bucket,
    values,
    SUMS.map((name) => counts[name]),
    counts.persons && [...counts.persons],
    counts.revenue && [...counts.revenue],
  ]);

export function unpackRows(packed: readonly unknown[]): CountedRow[] {
  return (
    packed as [string | number | null, (string | null)[], number[], string[] | null, [string, Sales][] | null][]
  ).map(([bucket, values, sums, persons, revenue]) => ({
    bucket,
    values,
    counts: {
      ...(Object.fromEntries(SUMS.map((name, i) => [name, sums[i]!])) as unknown as Counts),
      persons: persons && new Set(persons),
      revenue: revenue && new Map(revenue),
    },
  }));
}
