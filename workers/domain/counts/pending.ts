// Packs the day counts of a batch into a few rows of JSON, which wait in D1 to be folded into the rollups. A busy batch
// adds to thousands of rollup rows, and so does the next one to the same rows. Folding them together writes each row
// once.
import { FACTS, type Facts } from "../events/catalog";
import { cutBySize } from "./portion";
import type { Rollup } from "./rollup";

/** One row to insert into `rollup_pending`. */
export interface Parcel {
  /** The dimension of all its counts, or SEVERAL. */
  dimension: string;
  /** The number of day values that it adds to. */
  increments: number;
  /** JSON for SQLite to read: dimension → local date → value → counts in the order of FACTS. */
  body: string;
}

/** Stands for several dimensions that share a row. No column of the catalogue has this name. */
export const SEVERAL = "*";

/** A dimension with longer JSON gets rows of its own, so that queries for other dimensions need not read it. */
const SMALL_CHARS = 4_000;
/** D1 allows 2 MB per bound value. JSON inside JSON may double in size, and a character may take three bytes. */
const BODY_CHARS = 200_000;

interface Increment {
  date: string;
  /** `"value":[counts]` */
  text: string;
}

/** Values without a change are left out: an exit page may gain and lose a visit in one batch. */
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

/** Merges parcels of different dimensions into one. */
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
