// How long the wait for a site's first event pauses between two looks. Pure.

/** Seconds until the next look, after so many seconds of waiting: eager at first, patient later. */
export const nextWait = (waited: number): number => Math.min(15, Math.max(2, waited / 10));
