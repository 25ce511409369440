// Builds the tracker and its chunks into the folder of the Worker's static assets.
import { existsSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { build, type Rolldown } from "vite";
import { LICENSES, type Notice, takeLicenses, workerLicenses, writeNotices } from "./notices.ts";

const ROOT = resolve(import.meta.dirname, "..");
const CHUNKS = resolve(ROOT, "tracker/chunks");

/**
 * How a script is served. A browser uses it for an hour and refreshes it behind the visitor's back for a day; pages
 * that isolate themselves (`Cross-Origin-Embedder-Policy`) refuse a script that does not allow it, and chunks, being
 * modules, are always asked for with CORS.
 */
const headersFor = (name: string): string => `/${name}
  Cache-Control: public, max-age=3600, stale-while-revalidate=86400
  Access-Control-Allow-Origin: *
  Cross-Origin-Resource-Policy: cross-origin
  X-Content-Type-Options: nosniff
`;

/** Members of the kit that get short names, the same in the core and in the chunks. */
const MANGLED = {
  include: /^(record|safely|onView|onLeave|flush|address|files|reply|who|beaconUrl|view)$/,
  cache: {
    record: "r",
    safely: "s",
    onView: "v",
    onLeave: "l",
    flush: "b",
    address: "f",
    files: "x",
    reply: "i",
    who: "w",
    beaconUrl: "e",
    view: "g",
  },
};

/** The existing chunks, by file name. */
const chunkNames = (): string[] =>
  existsSync(CHUNKS)
    ? readdirSync(CHUNKS).flatMap((file) => (file.endsWith(".ts") ? [basename(file, ".ts")] : []))
    : [];

/** Bundles an input and its imports into one file. @returns the licences of the packages in it. */
async function buildFile(
  input: string,
  folder: string,
  name: string,
  stem: string,
  output: Rolldown.OutputOptions,
): Promise<Notice[]> {
  await build({
    root: ROOT,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    define: {
      COLLECT_PATH: JSON.stringify(process.env.COLLECT_PATH || "/e"),
      TRACKER_STEM: JSON.stringify(stem),
    },
    build: {
      target: "es2021",
      outDir: folder,
      emptyOutDir: false,
      // Build as a library: an application's `import()` would add 2 KB of preloading code.
      lib: { entry: input, formats: ["es"] },
      rolldownOptions: {
        optimization: { inlineConst: { mode: "all" } },
        output: {
          entryFileNames: name,
          minify: { compress: true, mangle: true, codegen: true, mangleProps: MANGLED },
          ...output,
        },
      },
      license: { fileName: LICENSES },
    },
  });
  return takeLicenses(folder);
}

/**
 * Writes the tracker, its chunks, the headers of these assets and the licences in them and in the Worker; gives the script's path. Block lists match on names,
 * so both are configurable: TRACKER_NAME (`tk.js`) is the file, with chunks `tk-<key>.js` beside it, COLLECT_PATH
 * (`/e`) where it sends to.
 */
export async function buildTracker(outDir = "dist/assets"): Promise<string> {
  const name = process.env.TRACKER_NAME || "tk.js";
  const stem = basename(name, ".js");
  const folder = resolve(ROOT, outDir);
  await mkdir(folder, { recursive: true });
  const chunks = chunkNames();
  // A block instead of a function: its `let`s stay out of the page's globals, and whatever fails stays in it.
  const block = { topLevelVar: false, banner: "try{", footer: "}catch{}" };
  const licenses = await buildFile(resolve(ROOT, "tracker/index.ts"), folder, name, stem, block);
  for (const chunk of chunks)
    licenses.push(...(await buildFile(join(CHUNKS, `${chunk}.ts`), folder, `${stem}-${chunk}.js`, stem, {})));
  await writeNotices(folder, [...licenses, ...workerLicenses()]);
  const names = [name, ...chunks.map((chunk) => `${stem}-${chunk}.js`)];
  await writeFile(join(folder, "_headers"), names.map(headersFor).join(""));
  return join(folder, name);
}
