// The time span of a baseline, and the minimums for data and expected counts.

export const WEEK = 7;
export const WEEKS = 6;
export const HOURS = 24;
/** Days of data needed before hours, and days, are judged. */
export const LEAST_DAYS = { hour: 7, day: 14 };
/**
 * Below this count per hour, the estimate includes the neighbouring hours, because a median of small counts is coarse.
 */
export const FEW = 20;
/** The minimum expected count of an hour: "hardly ever". */
export const LEAST_HOUR = 0.02;
