// Caps: how many distinct values of a local day have counts of their own. What is beyond is summed under `(other)`, so that
// made-up values cannot fill D1. The lake keeps every value.
import { z } from "zod";

const cap = (most: number, standard: number) => z.int().min(1).max(most).default(standard);

export const capsInput = z.strictObject({
  /** Distinct values of a dimension. */
  values: cap(100_000, 10_000),
  /** Distinct names of events. */
  names: cap(5_000, 500),
  /** Distinct keys of an event's props. */
  keys: cap(1_000, 100),
  /** Distinct values of a key. */
  values_per_key: cap(20_000, 2_000),
  /** Rows of day counts written in a UTC day; null: from the property's history. */
  rows_per_day: z.int().min(1_000).max(100_000_000).nullable().default(null),
});

export type Caps = z.infer<typeof capsInput>;
/** The defaults. */
export const STANDARD_CAPS: Caps = capsInput.parse({});
