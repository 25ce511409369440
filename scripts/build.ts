// `npm run build`: builds the files that the Worker and Pages serve.
import { buildDashboard } from "./build-dashboard.ts";
import { buildTracker } from "./build-tracker.ts";
import type { Built } from "./local/config.ts";
import { CHECKOUT, CHECKOUT_MARK } from "./local/served.ts";
import { digestOfSources, markMade, unmark } from "./local/sources.ts";

/** Tracker into dist/assets and dashboard into dashboard/dist, or into other folders. */
export async function build(to: Built = CHECKOUT): Promise<void> {
  const isCheckout = to === CHECKOUT;
  const sources = digestOfSources();
  if (isCheckout) unmark(CHECKOUT_MARK);
  await buildTracker(to.tracker);
  await buildDashboard(to.dashboard);
  if (isCheckout) markMade(CHECKOUT_MARK, sources);
}

if (import.meta.main) {
  const [tracker, dashboard] = process.argv.slice(2);
  await build(tracker && dashboard ? { tracker, dashboard } : undefined).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
