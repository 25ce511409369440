// The time that a baseline covers, and the least that is needed and expected.

export const WEEK = 7;
export const WEEKS = 6;
export const HOURS = 24;
/** Days of data before anything is said of hours, and of days. */
export const LEAST_DAYS = { hour: 7, day: 14 };
/** Counts in an hour below which the hours before and after are drawn in, as a median of few counts is coarse. */
export const FEW = 20;
/** "Hardly ever": the least that is expected of an hour. */
export const LEAST_HOUR = 0.02;
