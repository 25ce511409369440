// Names of values in the viewer's English, and country flags. Pure.
import { dimensionFor } from "../../../workers/domain/events/catalog";
import * as names from "../../../workers/domain/wording/value-names";
import { LOCALE } from "./format";

export { eventName } from "../../../workers/domain/wording/event-names";

export const countryName = (code: string): string => names.countryName(code, LOCALE);

/** The name of a dimension's value for rows. */
export const valueName = (dimension: string, value: string | null): string => names.valueName(dimension, value, LOCALE);

/** True if the value means that there was none. */
export const isAbsent = (dimension: string, value: string | null): boolean =>
  value === null ||
  value === dimensionFor(dimension)?.absent ||
  (dimension === "visit:country" && !names.isCountry(value));

/** A country's flag, from the two letters of its code; null for other codes. */
export function flagOf(code: string | null): string | null {
  if (!code || !/^[A-Z]{2}$/.test(code) || !names.isCountry(code)) return null;
  return String.fromCodePoint(...[...code].map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 65));
}
