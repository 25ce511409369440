// Builds the dashboard into the folder that Pages serves.
import { fileURLToPath } from "node:url";
import { build } from "vite";

/** @returns the folder that holds the built dashboard. */
export async function buildDashboard(
  outDir = fileURLToPath(new URL("../dashboard/dist", import.meta.url)),
): Promise<string> {
  const root = fileURLToPath(new URL("../dashboard", import.meta.url));
  await build({ root, configFile: `${root}/vite.config.ts`, logLevel: "warn", build: { outDir } });
  return outDir;
}

if (import.meta.main) console.log(await buildDashboard());
