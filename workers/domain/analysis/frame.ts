// The frame: columns of some days in memory, as a scan reads them. Texts are codes into a dictionary, numbers are typed
// arrays. Days stand one after the other; in each, visits are sorted by visitor, and a visit's actions follow each other.

import { toPage } from "../lake/column-pages";
import { FrameBuilder, type Pages } from "./frame/builder";

/** A column of texts. `values[0]` stands for rows without a value. */
export interface TextColumn {
  codes: Uint16Array | Uint32Array;
  values: readonly string[];
}

export type NumberColumn = Uint8Array | Int32Array | Float64Array;

export interface Floor {
  rows: number;
  texts: Map<string, TextColumn>;
  numbers: Map<string, NumberColumn>;
}

export interface Frame {
  /** Local dates, ascending. */
  dates: readonly string[];
  /** The first visit of each date, and at the end the number of visits. */
  visitsOf: Uint32Array;
  /** The first action of each visit, and at the end the number of actions. */
  actionsOf: Uint32Array;
  /** A number for each visitor of each date, ascending with the rows of visits. */
  visitors: Uint32Array;
  visits: Floor;
  actions: Floor;
}

/** Values of columns by name, a list each, as they come out of a file. */
export type Values = Readonly<Record<string, ArrayLike<unknown>>>;

export interface DayValues {
  date: string;
  visits: Values;
  actions: Values;
}

/** Which columns a frame is to have, by table. */
export interface Wanted {
  visits: ReadonlySet<string>;
  actions: ReadonlySet<string>;
}

const toPages = (values: Values): Pages =>
  Object.fromEntries(Object.entries(values).map(([name, list]) => [name, [toPage(list)]]));

/** Joins days, in the order of their dates. Each must have `visitor_id` and `actions` of visits beside what is wanted. */
export function toFrame(days: readonly DayValues[], wanted: Wanted): Frame {
  const rows = days.map(({ date, visits }) => ({
    date,
    visits: visits.visitor_id!.length,
    actions: Array.from(visits.actions!, Number).reduce((sum, count) => sum + count, 0),
  }));
  const builder = new FrameBuilder(rows, wanted, null);
  for (const day of days) for (const table of ["visits", "actions"] as const) builder.add(table, toPages(day[table]));
  return builder.build();
}

/** Rows of a table as lists by column. */
export function toValues<Row extends object>(rows: readonly Row[], names: Iterable<string>): Values {
  return Object.fromEntries([...names].map((name) => [name, rows.map((row) => row[name as keyof Row])]));
}

/** How many actions the local dates from `from` to `to` have, both included. */
export function actionsBetween({ dates, visitsOf, actionsOf }: Frame, from: string, to: string): number {
  const first = dates.findIndex((date) => date >= from);
  const last = dates.findLastIndex((date) => date <= to);
  return first < 0 || last < first ? 0 : actionsOf[visitsOf[last + 1]!]! - actionsOf[visitsOf[first]!]!;
}
