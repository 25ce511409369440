// Builds the tracker into the folder that the Worker serves as static assets.
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { build } from "vite";

const ROOT = resolve(import.meta.dirname, "..");

/**
 * How the script is served. A browser uses it for an hour and refreshes it behind the visitor's back for a day; pages
 * that isolate themselves (`Cross-Origin-Embedder-Policy`) refuse a script that does not allow it.
 */
const headersFor = (name: string): string => `/${name}
  Cache-Control: public, max-age=3600, stale-while-revalidate=86400
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  X-Content-Type-Options: nosniff
`;

/**
 * Writes the tracker and the headers of its asset; gives the script's path. Block lists match on names, so both are
 * configurable: TRACKER_NAME (`tk.js`) is the file, COLLECT_PATH (`/e`) where it sends to.
 */
export async function buildTracker(outDir = "dist/assets"): Promise<string> {
  const name = process.env.TRACKER_NAME || "tk.js";
  const folder = resolve(ROOT, outDir);
  await mkdir(folder, { recursive: true });
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    define: { COLLECT_PATH: JSON.stringify(process.env.COLLECT_PATH || "/e") },
    build: {
      target: "es2021",
      outDir: folder,
      emptyOutDir: false,
      modulePreload: false,
      rolldownOptions: {
        input: resolve(ROOT, "tracker/index.ts"),
        optimization: { inlineConst: { mode: "all" } },
        // A block instead of a function: its `let`s stay out of the page's globals, and whatever fails stays in it.
        output: { format: "es", entryFileNames: name, topLevelVar: false, banner: "try{", footer: "}catch{}" },
      },
    },
  });
  await writeFile(join(folder, "_headers"), headersFor(name));
  return join(folder, name);
}
