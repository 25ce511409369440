// TechStack: counts by local day and combination of browser, system, device, screen, language and country. A row of the
// Parquet file has all columns; a row of the cube in D1 has those of the device.
import { bitFor, DIMENSIONS, type Dimension, type Fact } from "../events/catalog";
import type { ColumnType } from "../events/columns";
import type { StampedEvent } from "../events/event";
import { isCounted } from "../events/event-facts";
import { OTHER } from "./value";

/** Columns of the cube, a table for whoever reads D1. */
export const CUBE_COLUMNS = ["browser", "browser_version", "os", "os_version", "device", "screen"] as const;
/** Columns of the Parquet file. */
export const TECH_COLUMNS = [...CUBE_COLUMNS, "language", "country"] as const;
export type CubeColumn = (typeof CUBE_COLUMNS)[number];
export type TechColumn = (typeof TECH_COLUMNS)[number];

const dimensionOf = (column: TechColumn): Dimension => DIMENSIONS.find((known) => known.column === column)!;
export const TECH_DIMENSIONS: readonly Dimension[] = TECH_COLUMNS.map(dimensionOf);

/** The facts counted by combination. */
export const TECH_FACTS = ["visitors", "visits", "bounces", "duration", "pageviews", "events"] as const;
type TechFacts = Record<(typeof TECH_FACTS)[number] & Fact, number>;

/**
 * `firsts` is a mask of the row's dimensions (bits of the catalogue) for which these were the visitors' first events of
 * the day with this value. `visitors` counts visitors with at least one such first. So the visitors of a combination of
 * dimensions are the visitors of the rows whose mask has a bit of any of them: a visitor's first event with a value is
 * also the first with the combination. This misses one case: a third combination of a visitor on a day whose values all
 * occurred before, but never together. For a single dimension, the sum equals the rollup exactly.
 * Only visitors depend on the mask. Facts without visitors go to the row with all bits, where nearly all visitors are,
 * so that a combination has one row instead of two.
 */
export type CubeRow = Record<CubeColumn, string> & { day: string; firsts: number } & TechFacts;
export type TechstackRow = CubeRow & Record<TechColumn, string>;

export const TECHSTACK_COLUMNS = {
  day: "text",
  browser: "text",
  browser_version: "text",
  os: "text",
  os_version: "text",
  device: "text",
  screen: "text",
  language: "text",
  country: "text",
  firsts: "integer",
  visitors: "integer",
  visits: "integer",
  bounces: "integer",
  duration: "integer",
  pageviews: "integer",
  events: "integer",
} as const satisfies Record<keyof TechstackRow, ColumnType>;

/** The fields of an event that the counts use. */
export type TechEvent = Pick<
  StampedEvent,
  | TechColumn
  | "event_type"
  | "firsts"
  | "local_date"
  | "visit_date"
  | "new_visit"
  | "bounce_delta"
  | "duration_delta"
  | "visit_id"
  | "stamp_version"
>;

/** Rows by their distinguishing values. */
export type Techstack = Map<string, TechstackRow>;

export const emptyTechstack = (): Techstack => new Map();

const maskOf = (columns: readonly TechColumn[]): number => columns.reduce((mask, column) => mask | bitFor(column), 0);
/** The bits of some dimensions. A row counts visitors for them if its mask has one of these bits. */
export const firstsMask = (columns: readonly CubeColumn[]): number => maskOf(columns);
const TECH_MASK = maskOf(TECH_COLUMNS);
const CUBE_MASK = maskOf(CUBE_COLUMNS);

interface FirstVisitors {
  firsts: number;
  visitors: number;
}

/** The mask of a row limited to `mask`, and its visitors: those with a first in one of these dimensions. */
const maskVisitors = (mask: number, { firsts, visitors }: FirstVisitors): FirstVisitors =>
  (firsts & mask) === 0 ? { firsts: mask, visitors: 0 } : { firsts: firsts & mask, visitors };

const NO_FACTS: TechFacts = { visitors: 0, visits: 0, bounces: 0, duration: 0, pageviews: 0, events: 0 };

function add(into: TechFacts, more: Partial<TechFacts>): void {
  for (const fact of TECH_FACTS) into[fact] += more[fact] ?? 0;
}

/** Adds facts to the row of a key. Facts that are all zero create no row, because D1 bills every row written. */
function count<Row extends TechFacts>(
  rows: Map<string, Row>,
  facts: Partial<TechFacts>,
  key: string,
  make: () => Omit<Row, keyof TechFacts>,
): void {
  if (TECH_FACTS.every((fact) => !facts[fact])) return;
  let row = rows.get(key);
  if (row === undefined) {
    row = { ...make(), ...NO_FACTS } as Row;
    rows.set(key, row);
  }
  add(row, facts);
}

/** Adds an event. The order of events does not matter. */
export function addToTechstack(into: Techstack, event: TechEvent): void {
  if (event.visit_id === null) return;
  const values = TECH_DIMENSIONS.map(({ column, absent }) => event[column as TechColumn] ?? absent);
  const put = (day: string, firsts: number, facts: Partial<TechFacts>) =>
    count(into, facts, JSON.stringify([day, firsts, ...values]), () => ({
      day,
      ...(Object.fromEntries(TECH_COLUMNS.map((column, i) => [column, values[i]])) as Record<TechColumn, string>),
      firsts,
    }));
  const { firsts, visitors } = maskVisitors(TECH_MASK, { firsts: event.firsts, visitors: 1 });
  const visit = { visits: event.new_visit, bounces: event.bounce_delta, duration: event.duration_delta };
  const isHome = event.visit_date === event.local_date;
  put(event.local_date, firsts, {
    visitors,
    pageviews: event.event_type === "pageview" ? 1 : 0,
    events: isCounted(event) ? 1 : 0,
    ...(isHome && visit),
  });
  // A visit that crosses midnight changes the counts of the day on which it began.
  if (!isHome) put(event.visit_date, TECH_MASK, visit);
}

/** The row of a day that sums what is beyond its cap of combinations. */
export const OTHER_COMBINATION = {
  ...(Object.fromEntries(CUBE_COLUMNS.map((column) => [column, OTHER])) as Record<CubeColumn, string>),
  firsts: CUBE_MASK,
};

export const cubeKey = (row: CubeRow): string =>
  JSON.stringify([row.day, ...CUBE_COLUMNS.map((column) => row[column]), row.firsts]);

/** A cube as D1 keeps it: on days that have reached the cap, combinations without a row there are summed. */
export function cubeAsKept(cube: readonly CubeRow[], kept: readonly CubeRow[]): CubeRow[] {
  const closed = new Set(kept.filter(({ browser }) => browser === OTHER).map(({ day }) => day));
  if (closed.size === 0) return [...cube];
  const known = new Set(kept.map(cubeKey));
  const rows = new Map<string, CubeRow>();
  for (const row of cube) {
    const isOwn = !closed.has(row.day) || known.has(cubeKey(row));
    const place = isOwn ? row : { ...row, ...OTHER_COMBINATION };
    count(rows, row, cubeKey(place), () => place);
  }
  return [...rows.values()];
}

const inOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Rows in the order of their keys, without rows whose facts are all zero. */
function sorted<Row extends CubeRow>(rows: Iterable<Row>, columns: readonly (keyof Row & string)[]): Row[] {
  const keyed = [...rows].filter((row) => TECH_FACTS.some((fact) => row[fact] !== 0));
  const keyOf = (row: Row) => JSON.stringify(columns.map((column) => row[column]));
  return keyed
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => inOrder(a.row.day, b.row.day) || inOrder(a.key, b.key) || a.row.firsts - b.row.firsts)
    .map(({ row }) => row);
}

/** The rows of the Parquet file: increments, sorted, so that those of several files add up. */
export const techstackRows = (techstack: Techstack): TechstackRow[] => sorted(techstack.values(), TECH_COLUMNS);

/** The same counts by the dimensions of the cube only. */
export function toCube(rows: readonly TechstackRow[]): CubeRow[] {
  const cube = new Map<string, CubeRow>();
  for (const row of rows) {
    // A visitor with a new language or country has no first among the cube's dimensions.
    const { firsts, visitors } = maskVisitors(CUBE_MASK, row);
    const values = CUBE_COLUMNS.map((column) => row[column]);
    count(cube, { ...row, visitors }, JSON.stringify([row.day, firsts, ...values]), () => ({
      day: row.day,
      ...(Object.fromEntries(CUBE_COLUMNS.map((column, i) => [column, values[i]])) as Record<CubeColumn, string>),
      firsts,
    }));
  }
  return sorted(cube.values(), CUBE_COLUMNS);
}
