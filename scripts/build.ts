// `npm run build`: what the Worker and Pages serve as files.
import { buildDashboard } from "./build-dashboard.ts";
import { buildTracker } from "./build-tracker.ts";

/** Tracker into dist/assets and dashboard into dashboard/dist, or into other folders. */
export async function build(to?: { tracker: string; dashboard: string }): Promise<void> {
  await buildTracker(to?.tracker);
  await buildDashboard(to?.dashboard);
}

if (import.meta.main) {
  const [tracker, dashboard] = process.argv.slice(2);
  await build(tracker && dashboard ? { tracker, dashboard } : undefined).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
