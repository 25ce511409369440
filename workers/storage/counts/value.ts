// Reading the parts of a detail's value in SQL, as domain/counts/value.ts writes them. Each function takes and returns an
// SQL expression.

const before = (text: string, code: number): string => `substr(${text}, 1, instr(${text}, char(${code})) - 1)`;
const after = (text: string, code: number): string => `substr(${text}, instr(${text}, char(${code})) + 1)`;

/** The two halves of a packed value. A value without a tab has an empty place. */
export const placeSql = (value: string): string => before(value, 9);
export const keySql = (value: string): string => after(value, 9);

/** The first of several joined parts, and all that follow it, still joined. */
export const firstPartSql = (value: string): string => before(value, 10);
export const otherPartsSql = (value: string): string => after(value, 10);

/** Whether a value has several parts of which the first is `part` (SQL); finds them by the key of a table. */
export const hasFirstPartSql = (value: string, part: string): string =>
  `${value} >= ${part} || char(10) AND ${value} < ${part} || char(11)`;
