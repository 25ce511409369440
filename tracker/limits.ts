// Limits and delays of sending. They have their own file, because the bundler inlines imported constants.

/** Long enough for a router to set the title after the address, and for an engagement to join the next page view. */
export const WAIT_MS = 300;
/** Less engaged time than this waits for the next hit. */
export const LEAST_ENGAGED_MS = 500;
/** The most hits that collect accepts in one beacon. */
export const MOST_HITS = 50;
/** Addresses and titles. Collect stores less of a title, and cuts it between characters. */
export const LONGEST_TEXT = 2000;
export const LONGEST_NAME = 120;
/** The text of an element: enough to recognize it, too short to quote a page. */
export const LONGEST_QUOTE = 80;
/** An element with more text is not a button. */
export const MOST_TEXT = 2000;
/** Three clicks within a second and 30 pixels are a rage. */
export const RAGE_MS = 1000;
export const RAGE_PIXELS = 30;
/** A click is dead if nothing has changed after this time. */
export const DEAD_MS = 1000;
