// Names of values in the viewer's English, and what belongs to a name on the screen: flags, and whether there is one.
import { dimensionFor } from "../../../workers/domain/events/catalog";
import * as names from "../../../workers/domain/wording/value-names";
import { LOCALE } from "./format";

export { eventName } from "../../../workers/domain/wording/event-names";

export const countryName = (code: string): string => names.countryName(code, LOCALE);

/** The name of a dimension's value, as its rows show it. */
export const valueName = (dimension: string, value: string | null): string => names.valueName(dimension, value, LOCALE);

/** True where the value stands for "there was none". */
export const isAbsent = (dimension: string, value: string | null): boolean =>
  value === null || value === dimensionFor(dimension)?.absent;

/** The flag of a country, made of the two letters of its code; null for what is no country. */
export function flagOf(code: string | null): string | null {
  if (!code || !/^[A-Z]{2}$/.test(code)) return null;
  return String.fromCodePoint(...[...code].map((letter) => 0x1f1e6 + letter.charCodeAt(0) - 65));
}
