// Builds the dashboard into the folder that Pages serves.
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { LICENSES, takeLicenses, writeNotices } from "./notices.ts";
import { writeSecurityText } from "./security-contact.ts";

/** @returns the folder that holds the built dashboard. */
export async function buildDashboard(
  outDir = fileURLToPath(new URL("../dashboard/dist", import.meta.url)),
): Promise<string> {
  const root = fileURLToPath(new URL("../dashboard", import.meta.url));
  await build({
    root,
    configFile: `${root}/vite.config.ts`,
    logLevel: "warn",
    build: { outDir, license: { fileName: LICENSES } },
  });
  await writeNotices(outDir, await takeLicenses(outDir));
  await writeSecurityText(outDir);
  return outDir;
}

if (import.meta.main) console.log(await buildDashboard());
