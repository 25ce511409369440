// The values of details. A row of counts has one column for a value, so several parts are joined into one text. The
// separators are control characters, which clean text does not contain. storage/counts/value.ts reads the same format
// in SQL. Zod-free.
import type { HeatWidth } from "./insight";
import type { Rating } from "./vitals";

/** The value under which a day counts what is beyond its cap of distinct values (domain/properties/caps.ts). */
export const OTHER = "(other)";

/** Between two parts. */
export const PART_SEPARATOR = "\n";
/** Between the place and the key of a packed value. */
export const KEY_SEPARATOR = "\t";

type Part = string | number;
type Texts<Parts extends readonly Part[]> = { [Index in keyof Parts]: string };

interface Joined<Parts extends readonly Part[]> {
  join(...parts: Parts): string;
  /** The parts as text. Missing parts are empty, and the last part includes everything that follows. */
  split(value: string): Texts<Parts>;
}

const joined = <Parts extends readonly Part[]>(count: Parts["length"]): Joined<Parts> => ({
  join: (...parts) => parts.join(PART_SEPARATOR),
  split(value) {
    const all = value.split(PART_SEPARATOR);
    const parts = [...all.slice(0, count - 1), all.slice(count - 1).join(PART_SEPARATOR)];
    while (parts.length < count) parts.push("");
    return parts as Texts<Parts>;
  },
});

/** A prop of an event. Its value may itself consist of parts: FORM_FIELD, ERROR_PLACE. */
export const PROP = joined<[key: string, value: string]>(2);
/** Prop `form field`. */
export const FORM_FIELD = joined<[form: string, field: string]>(2);
/** Prop `message file line`, joined because separately they do not show which belong together. */
export const ERROR_PLACE = joined<[message: string, file: string, line: string]>(3);

/** Details of rules begin with the id of the rule: a page, a device, or an ELEMENT. */
export const OF_RULE = joined<[rule: string, rest: string]>(2);
/** The text and the link of an element that matched a rule. */
export const ELEMENT = joined<[text: string, href: string]>(2);

/** Packed values consist of a place and a key: those of one place and day share a row of `packed_days`. */
export const pack = (place: string, key: Part): string => `${place}${KEY_SEPARATOR}${key}`;
export function unpack(value: string): { place: string; key: string } {
  const end = value.indexOf(KEY_SEPARATOR);
  return { place: value.slice(0, Math.max(0, end)), key: value.slice(end + 1) };
}

export const VITAL_PLACE = joined<[page: string, device: string]>(2);
export const VITAL_KEY = joined<[bucket: number, rating: Rating]>(2);
/** The key of a heatmap has one part: a cell (`col,row`), a depth in percent, or the name of a sum. */
export const HEAT_PLACE = joined<[page: string, width: HeatWidth]>(2);
