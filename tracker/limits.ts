// Limits and delays of sending. They have their own file, because the bundler inlines imported constants.

/** Long enough for a router to set the title after the address, and for an engagement to join the next page view. */
export const WAIT_MS = 300;
/** A page waits no longer for the token of its visit. */
export const LONGEST_VISIT_MS = 3000;
/** Less engaged time than this is not worth a hit of its own; it is kept for the next. */
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
/** Rules: how often elements are looked for, how long a pointer rests, what a look and a comparison may cost. */
export const LOOK_MS = 500;
export const REST_MS = 500;
export const SLOW_LOOK_MS = 5;
export const SLOW_MATCH_MS = 1;
/** Elements of a rule that are watched. */
export const MOST_WATCHED = 500;
export const WRITTEN = "[contenteditable]";
