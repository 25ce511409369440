// Packing: the day counts of a batch as a few rows of JSON, which wait in D1 to be folded into the rollups. A busy batch
// adds to thousands of rollup rows, and the next one to the same: folded in together they are written once.
import { FACTS, type Facts } from "../events/catalog";
import { cutBySize } from "./portion";
import type { Rollup } from "./rollup";

/** One row to come of `rollup_pending`. */
export interface Parcel {
  /** The dimension that all of it is of, or SEVERAL. */
  dimension: string;
  /** How many values of days it adds to. */
  increments: number;
  /** JSON for SQLite to read: dimension → local date → value → counts in the order of FACTS. */
  body: string;
}

/** Stands for the dimensions that share a row. No column of the catalogue is called that. */
export const SEVERAL = "*";

/** A dimension whose JSON is longer has rows of its own, so that questions about others need not read it. */
const SMALL_CHARS = 4_000;
/** D1 takes 2 MB per bound value; JSON inside JSON grows, at worst to the double, and a character may be three bytes. */
const BODY_CHARS = 200_000;

interface Increment {
  date: string;
  /** `"value":[counts]` */
  text: string;
}

/** A value to which nothing is added is left out: an exit page may gain a visit and lose it in one batch. */
function incrementsOf(dates: Map<string, Map<string, Facts>>): Increment[] {
  const increments: Increment[] = [];
  for (const [date, values] of dates)
    for (const [value, facts] of values) {
      const counts = FACTS.map((fact) => facts[fact]);
      if (counts.some((count) => count !== 0)) increments.push({ date, text: `${JSON.stringify(value)}:[${counts}]` });
    }
  return increments;
}

function toParcel(dimension: string, increments: readonly Increment[]): Parcel {
  const dates = [...Map.groupBy(increments, ({ date }) => date)].map(
    ([date, own]) => `${JSON.stringify(date)}:{${own.map(({ text }) => text).join()}}`,
  );
  return { dimension, increments: increments.length, body: `{${JSON.stringify(dimension)}:{${dates.join()}}}` };
}

/** Parcels of different dimensions as one. */
const together = (parcels: readonly Parcel[]): Parcel => ({
  dimension: SEVERAL,
  increments: parcels.reduce((sum, { increments }) => sum + increments, 0),
  body: `{${parcels.map(({ body }) => body.slice(1, -1)).join()}}`,
});

/** The day counts of a property: large dimensions in parcels of their own, small ones together in one. */
export function toParcels(days: Rollup["days"]): Parcel[] {
  const large: Parcel[] = [];
  const small: Parcel[] = [];
  for (const [dimension, dates] of days) {
    const portions = cutBySize(incrementsOf(dates), ({ text }) => text.length, BODY_CHARS);
    const parcels = portions.map((portion) => toParcel(dimension, portion));
    const isSmall = parcels.length === 1 && parcels[0]!.body.length <= SMALL_CHARS;
    (isSmall ? small : large).push(...parcels);
  }
  return small.length > 0 ? [...large, together(small)] : large;
}
