// The values of a filter: what a caller compares a dimension with.
import { wrongPart } from "../../requests/problem";

const MOST_VALUES = 1000;
const MOST_CHARACTERS = 2000;

function toText(value: unknown, part: string): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") throw wrongPart(part, "must be a text, a number, true or false");
  if (value.length > MOST_CHARACTERS) throw wrongPart(part, `must have at most ${MOST_CHARACTERS} characters`);
  return value;
}

/** Texts; numbers and booleans as they are written. @throws Problem invalid for anything but a list of them. */
export function toFilterValues(given: unknown, part: string): string[] {
  // A number to compare with may stand alone.
  if (typeof given === "number") return toFilterValues([given], part);
  if (!Array.isArray(given) || given.length === 0 || given.length > MOST_VALUES)
    throw wrongPart(part, `must be a list of 1 to ${MOST_VALUES} values`);
  return given.map((value, i) => toText(value, `${part}[${i}]`));
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** The number that a text is in decimal notation; null for any other text. */
export const toDecimal = (text: string): number | null => (NUMBER.test(text.trim()) ? Number(text) : null);

/** The one number of `at_least` and `at_most`. */
export function toBound(values: readonly string[], part: string): number {
  const bound = values.length === 1 ? toDecimal(values[0]!) : null;
  if (bound === null) throw wrongPart(part, "must be a list of one number");
  return bound;
}
