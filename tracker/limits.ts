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
/** Of what is written on an element: enough to know it by, too little to quote a page. */
export const LONGEST_QUOTE = 80;
/** Who holds more text is no button. */
export const MOST_TEXT = 2000;
/** Three clicks within a second and 30 pixels are a rage. */
export const RAGE_MS = 1000;
export const RAGE_PIXELS = 30;
/** A click is dead when nothing has changed after so long. */
export const DEAD_MS = 1000;
