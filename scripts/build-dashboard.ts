// Builds the dashboard into dashboard/dist, from where Pages serves it.
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** @returns the folder that holds the built dashboard. */
export async function buildDashboard(): Promise<string> {
  const root = fileURLToPath(new URL("../dashboard", import.meta.url));
  await build({ root, configFile: `${root}/vite.config.ts`, logLevel: "warn" });
  return `${root}/dist`;
}

if (import.meta.main) console.log(await buildDashboard());
