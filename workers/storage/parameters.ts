// Passes many rows in one bound parameter: D1 binds at most 100 values, so rows are sent as JSON and read by json_each.
import { cutBySize } from "../domain/counts/portion";

/** D1 allows 2 MB per bound value, and a character may take three bytes in UTF-8. */
const PARAMETER_CHARS = 500_000;

export type Row = (string | number | null)[];

/** JSON arrays of rows, each short enough to be one bound parameter. */
export function toParameters(rows: readonly Row[]): string[] {
  const texts = rows.map((row) => JSON.stringify(row));
  // Plus one for the comma.
  return cutBySize(texts, (text) => text.length + 1, PARAMETER_CHARS).map((portion) => `[${portion.join(",")}]`);
}
