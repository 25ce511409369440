// How long the screen waits before it asks once more. Pure.

/** Seconds until the next look for a site's first event, after so many seconds of waiting: eager at first, patient later. */
export const nextWait = (waited: number): number => Math.min(15, Math.max(2, waited / 10));

const LONGEST_MS = 60_000;

/**
 * Milliseconds until the next try to connect, after so many tries in a row that failed: twice as long each time, and
 * never two dashboards in step, so that a server that comes back is not run over.
 * @param chance 0 to 1.
 */
export const reconnectWait = (failures: number, chance: number): number =>
  Math.min(LONGEST_MS, 1000 * 2 ** (failures - 1)) * (0.5 + chance / 2);
