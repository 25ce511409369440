// Engagement: how long a page view was visible and focused, and its deepest scroll.
import type { Hit } from "../workers/domain/events/beacon.ts";
import { LEAST_ENGAGED_MS } from "./limits.ts";
import { ends, tell } from "./moments.ts";
import { flush, now, record } from "./send.ts";

/** The measured page view; none while page views are off. */
let view: Hit | false;
/** Engaged time not yet sent, and the start of the clock; 0 while it is stopped. */
let engaged = 0;
let since = 0;
/** Visible pixels of the document, its height, and the percentage already sent. */
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

/** Starts a new page view. The first screen is visible; the height is known after layout. */
export const measure = (pageView: Hit | false): void => {
  view = pageView;
  engaged = 0;
  seen = innerHeight;
  told = undefined;
};

/** Sends new engagement: always the first time, for the depth, and later only if there is enough of it. */
const reportEngagement = (): void => {
  runClock();
  // Pages grow during reading, so the share may shrink. Keep the highest value sent.
  const depth = Math.max(told || 0, Math.round((seen / height) * 100));
  if (view && (engaged >= LEAST_ENGAGED_MS || depth !== told)) {
    record("engagement", { e: engaged, d: depth, b: told });
    engaged = 0;
    told = depth;
  }
};

ends.push(reportEngagement);

/** The page is hidden, perhaps for good. (There is nothing to send when it is shown.) */
export const followVisibility = (): void => {
  measureDepth();
  tell(ends);
  flush();
};
