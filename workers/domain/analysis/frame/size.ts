// What columns take in memory: of a frame that is there, and of what a question will add to it.
import { DERIVED } from "../derived";
import type { Floor, Frame, Wanted } from "../frame";
import { ALL_PROPS, bytesOfNumber } from "./columns";

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

export interface RowCounts {
  visits: number;
  actions: number;
}

/** Codes have at least so many bytes; how many texts there are is known when they are read. */
const CODE_BYTES = 2;
/** The first action of each visit, and its visitor. */
const VISIT_BYTES = 8;

/** All props of an event as JSON, about. */
export const PROPS_BYTES = 400;

const bytesOfColumn = (name: string): number =>
  name === ALL_PROPS ? PROPS_BYTES : (bytesOfNumber(name) ?? CODE_BYTES);

/** Bytes of a new frame without columns. */
export const sizeOfRows = ({ visits }: RowCounts): number => VISIT_BYTES * visits;

/** Bytes of columns that are read, and of those that are made of them. */
export function sizeOfColumns(rows: RowCounts, { visits, actions }: Wanted, derived: Iterable<string>): number {
  let bytes = 0;
  for (const name of visits) bytes += rows.visits * bytesOfColumn(name);
  for (const name of actions) bytes += rows.actions * bytesOfColumn(name);
  for (const name of derived) bytes += rows[DERIVED[name]!.table] * CODE_BYTES;
  return bytes;
}
