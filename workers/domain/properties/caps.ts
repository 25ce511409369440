// Caps: how many distinct values of a local day have counts of their own. What is beyond is summed under `(other)`, so that
// made-up values cannot fill D1. The lake keeps every value.
import { z } from "zod";

/** Rows that a property may write into the day counts of a UTC day, where its own history says no more. */
export const LEAST_ROWS_PER_DAY = 200_000;
/** The budget is this many times the median of the property's last days. */
export const TIMES_MEDIAN = 5;
export const MEDIAN_DAYS = 14;

/**
 * From which part of the budget on (percent) what is shed. Counts of whole days and hours never are.
 * 1: details (props, pages of events, vitals, heatmaps, pages of networks and rules) are summed.
 * 2: values that have no row yet on that day are summed.
 * 3: all values are summed.
 */
export const SHED_FROM = { 1: 60, 2: 80, 3: 100 } as const;
export type ShedLevel = 0 | keyof typeof SHED_FROM;

const cap = (least: number, most: number, standard: number) => z.int().min(least).max(most).default(standard);

export const capsInput = z.strictObject({
  /** Distinct values of a dimension. */
  values: cap(100, 100_000, 10_000),
  /** Distinct names of events. */
  names: cap(10, 5_000, 500),
  /** Distinct keys of an event's props. */
  keys: cap(10, 1_000, 100),
  /** Distinct values of a key. */
  values_per_key: cap(10, 20_000, 2_000),
  /** Rows of day counts written in a UTC day; null: from the property's history. */
  rows_per_day: z.int().min(10_000).max(100_000_000).nullable().default(null),
});

export type Caps = z.infer<typeof capsInput>;
/** The defaults. */
export const STANDARD_CAPS: Caps = capsInput.parse({});
