// Reads the parts of a detail's value in SQL. domain/counts/value.ts writes them. Each function takes and returns an
// SQL expression.
import { KEY_SEPARATOR, PART_SEPARATOR } from "../../domain/counts/value";

const charSql = (separator: string, next = 0): string => `char(${separator.charCodeAt(0) + next})`;
const before = (text: string, separator: string): string =>
  `substr(${text}, 1, instr(${text}, ${charSql(separator)}) - 1)`;
const after = (text: string, separator: string): string => `substr(${text}, instr(${text}, ${charSql(separator)}) + 1)`;

/** The two halves of a packed value. A value without a separator has an empty place. */
export const placeSql = (value: string): string => before(value, KEY_SEPARATOR);
export const keySql = (value: string): string => after(value, KEY_SEPARATOR);

/** The first of several joined parts, and all that follow it, still joined. */
export const firstPartSql = (value: string): string => before(value, PART_SEPARATOR);
export const otherPartsSql = (value: string): string => after(value, PART_SEPARATOR);

/** Whether a value has several parts of which the first is `part` (SQL). It is a range, so that an index can find it. */
export const hasFirstPartSql = (value: string, part: string): string =>
  `${value} >= ${part} || ${charSql(PART_SEPARATOR)} AND ${value} < ${part} || ${charSql(PART_SEPARATOR, 1)}`;
