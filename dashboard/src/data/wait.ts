// The time that the screen waits before it sends a request again. Pure.

/**
 * Seconds until the next check for a site's first event, by the seconds of waiting so far: short at first, longer
 * later.
 */
export const nextWait = (waited: number): number => Math.min(15, Math.max(2, waited / 10));

const LONGEST_MS = 60_000;

/**
 * Milliseconds until the next attempt to connect, by the number of failed attempts in a row. It doubles each time, with
 * jitter, so that dashboards do not overload a recovering server together.
 * @param chance 0 to 1.
 */
export const reconnectWait = (failures: number, chance: number): number =>
  Math.min(LONGEST_MS, 1000 * 2 ** (failures - 1)) * (0.5 + chance / 2);

/** Milliseconds until the next question for what was picked on a page, by the milliseconds of waiting so far. */
export const choiceWait = (waited: number): number => Math.min(5000, Math.max(1000, waited / 20));
