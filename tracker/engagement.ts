// Engagement: how long a page view was seen and in focus, and how far down it was read.
import type { Hit } from "../workers/domain/events/beacon.ts";
import { LEAST_ENGAGED_MS } from "./limits.ts";
import { ends, tell } from "./moments.ts";
import { flush, now, record } from "./send.ts";

/** The page view that is measured; none while page views are off. */
let view: Hit | false;
/** Engaged time that no hit has told yet, and when the clock was started; 0 while it stands. */
let engaged = 0;
let since = 0;
/** Pixels of the document that came into view, of how many, and the percentage already told. */
let seen = 0;
let height = 0;
let told: number | undefined;

export const runClock = (): void => {
  if (since) engaged += now() - since;
  since = !document.hidden && document.hasFocus() ? now() : 0;
};

export const measureDepth = (): void => {
  height = document.documentElement.scrollHeight;
  seen = Math.max(seen, scrollY + innerHeight);
};

/** Begins with a new page view. Its first screen is seen; its height is known when it has been laid out. */
export const measure = (pageView: Hit | false): void => {
  view = pageView;
  engaged = 0;
  seen = innerHeight;
  told = undefined;
};

/** Tells what is new about the page view: always the first time, for its depth, and then when it is worth it. */
const reportEngagement = (): void => {
  runClock();
  // Pages grow while they are read, so the share of what was seen can shrink. What was told is not taken back.
  const depth = Math.max(told || 0, Math.round((seen / height) * 100));
  if (view && (engaged >= LEAST_ENGAGED_MS || depth !== told)) {
    record("engagement", { e: engaged, d: depth, b: told });
    engaged = 0;
    told = depth;
  }
};

ends.push(reportEngagement);

/** The page goes out of sight, perhaps for good. (When it comes into sight there is nothing new to tell.) */
export const followVisibility = (): void => {
  measureDepth();
  tell(ends);
  flush();
};
