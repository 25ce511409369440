// The two moments of a page view: its begin and its end.

import { safely } from "./listen.ts";

/** Called after a page view was recorded. */
export const begins: (() => void)[] = [];
/** Called before the beacon at the end of a page view; perhaps more than once. */
export const ends: (() => void)[] = [];

export const tell = (listeners: (() => void)[]) => listeners.map((listen) => safely(listen)());
