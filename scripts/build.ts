// `npm run build`: what the Worker and Pages serve as files.
import { buildDashboard } from "./build-dashboard.ts";
import { buildTracker } from "./build-tracker.ts";

/** Tracker into dist/assets, dashboard into dashboard/dist. */
export async function build(): Promise<void> {
  await buildTracker();
  await buildDashboard();
}

if (import.meta.main)
  await build().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
