// Limits of what is sent, and when. Constants of their own file, because the bundler writes imported ones in place.

/** Long enough for a router to set the title after the address, and for an engagement to ride with the next page view. */
export const WAIT_MS = 300;
/** Less engaged time than this is not worth a hit of its own; it is kept for the next. */
export const LEAST_ENGAGED_MS = 500;
/** As many hits as collect takes in one beacon. */
export const MOST_HITS = 50;
/** Addresses and titles. Collect keeps less of a title, and cuts it between characters. */
export const LONGEST_TEXT = 2000;
export const LONGEST_NAME = 120;
