// The frame: columns of some days in memory, as a scan reads them. Texts are codes into a dictionary, numbers are typed
// arrays. Days stand one after the other; in each, visits are sorted by visitor, and a visit's actions follow each other.

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

/** How numbers are kept; columns that are not named here are texts. */
const NUMBERS: Record<string, "small" | "whole" | "real"> = {
  began: "small",
  bounces: "small",
  duration: "whole",
  pageviews: "whole",
  events: "whole",
  hour: "whole",
  started_at: "real",
  use: "small",
  counted: "small",
  pageview: "small",
  interactive: "small",
  event_time: "real",
  engaged_ms: "whole",
  scroll_sum: "whole",
  scroll_views: "whole",
  view: "whole",
  revenue_amount: "real",
};
const ARRAYS = { small: Uint8Array, whole: Int32Array, real: Float64Array };

const toNumber = (value: unknown): number => (value == null ? 0 : Number(value));

function toNumbers(name: string, lists: readonly ArrayLike<unknown>[], rows: number): NumberColumn {
  const column = new ARRAYS[NUMBERS[name]!](rows);
  let at = 0;
  for (const list of lists) for (let i = 0; i < list.length; i++) column[at++] = toNumber(list[i]);
  return column;
}

/** Codes of 16 bits until a dictionary outgrows them. */
const MOST_SHORT = 65_536;

function toTexts(lists: readonly ArrayLike<unknown>[], rows: number): TextColumn {
  const known = new Map<string, number>();
  const values = [""];
  let codes: Uint16Array | Uint32Array = new Uint16Array(rows);
  let at = 0;
  // Neighbours are often equal: a visitor's events follow each other.
  let last: unknown = null;
  let lastCode = 0;
  for (const list of lists)
    for (let i = 0; i < list.length; i++) {
      const value = list[i] ?? null;
      if (value !== last) {
        last = value;
        lastCode = value === null ? 0 : codeOf(value as string);
      }
      codes[at++] = lastCode;
    }
  return { codes, values };

  function codeOf(value: string): number {
    let code = known.get(value);
    if (code === undefined) {
      code = values.push(value) - 1;
      known.set(value, code);
      if (values.length === MOST_SHORT + 1) codes = Uint32Array.from(codes);
    }
    return code;
  }
}

const PROP = "props:";

/** The lists of a column. A prop is read from the column `props`. */
function listOf(name: string, values: Values): ArrayLike<unknown> {
  if (!name.startsWith(PROP)) return values[name] ?? [];
  const key = name.slice(PROP.length);
  return Array.from(values.props ?? [], (props) => {
    const value = props != null && Object.hasOwn(props, key) ? (props as Record<string, unknown>)[key] : null;
    return value == null ? null : String(value);
  });
}

/** The columns of a file that some columns of a frame are made of. */
export const storedFor = (names: Iterable<string>): Set<string> =>
  new Set([...names].map((name) => (name.startsWith(PROP) ? "props" : name)));

function toFloor(names: ReadonlySet<string>, lists: readonly Values[], rows: number): Floor {
  const floor: Floor = { rows, texts: new Map(), numbers: new Map() };
  for (const name of names) {
    const columns = lists.map((values) => listOf(name, values));
    if (name in NUMBERS) floor.numbers.set(name, toNumbers(name, columns, rows));
    else floor.texts.set(name, toTexts(columns, rows));
  }
  return floor;
}

/** First rows from counts of rows, with the total at the end. */
function toStarts(counts: Iterable<number>, length: number): Uint32Array {
  const starts = new Uint32Array(length + 1);
  let i = 0;
  for (const count of counts) starts[i + 1] = starts[i++]! + count;
  return starts;
}

function numberVisitors(days: readonly DayValues[], rows: number): Uint32Array {
  const visitors = new Uint32Array(rows);
  let at = 0;
  let number = 0;
  for (const { visits } of days) {
    let last: unknown = null;
    const ids = visits.visitor_id!;
    for (let i = 0; i < ids.length; i++) {
      if (ids[i] !== last) number += 1;
      last = ids[i];
      visitors[at++] = number;
    }
  }
  return visitors;
}

/** Joins days, in the order of their dates. Each must have `visitor_id` and `actions` of visits beside what is wanted. */
export function toFrame(days: readonly DayValues[], wanted: Wanted): Frame {
  const counts = days.map(({ visits }) => visits.visitor_id!.length);
  const visitsOf = toStarts(counts, days.length);
  const visitRows = visitsOf[days.length]!;
  const runs = days.flatMap(({ visits }) => Array.from(visits.actions!, toNumber));
  const actionsOf = toStarts(runs, visitRows);
  return {
    dates: days.map(({ date }) => date),
    visitsOf,
    actionsOf,
    visitors: numberVisitors(days, visitRows),
    visits: toFloor(
      wanted.visits,
      days.map(({ visits }) => visits),
      visitRows,
    ),
    actions: toFloor(
      wanted.actions,
      days.map(({ actions }) => actions),
      actionsOf[visitRows]!,
    ),
  };
}

/** Rows of a table as lists by column. */
export function toValues<Row extends object>(rows: readonly Row[], names: Iterable<string>): Values {
  return Object.fromEntries([...names].map((name) => [name, rows.map((row) => row[name as keyof Row])]));
}

const bytesOf = ({ texts, numbers }: Floor): number =>
  [...numbers.values()].reduce((sum, column) => sum + column.byteLength, 0) +
  [...texts.values()].reduce(
    (sum, { codes, values }) =>
      sum + codes.byteLength + values.reduce((chars, value) => chars + 2 * value.length + 24, 0),
    0,
  );

/** Bytes that a frame holds, with texts as the engine keeps them. */
export const sizeOf = ({ visitsOf, actionsOf, visitors, visits, actions }: Frame): number =>
  visitsOf.byteLength + actionsOf.byteLength + visitors.byteLength + bytesOf(visits) + bytesOf(actions);
