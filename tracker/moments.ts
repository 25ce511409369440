// The two moments of a page view that measurements wait for: it begins, it ends.

import { safely } from "./listen.ts";

/** Called when a page view was noted. */
export const begins: (() => void)[] = [];
/** Called before the beacon in which the end of a page view is told; perhaps more than once. */
export const ends: (() => void)[] = [];

export const tell = (listeners: (() => void)[]) => listeners.map((listen) => safely(listen)());
