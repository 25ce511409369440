// The tracker's bytes are a promise to everybody who puts it on a page.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { buildTracker } from "../../../scripts/build-tracker.ts";
import { MEASUREMENT_NAMES, MEASUREMENTS } from "../../../workers/domain/events/measurement.ts";

/** Bytes of brotli. */
const CORE_BUDGET = 1400;
const CHUNK_BUDGET = 1000;
/** Loaded only while its owner points at elements; and Google's library, by a chunk that waits until the page rests. */
const UNBUDGETED = ["tk-overlay.js", "tk-web_vitals_library.js"];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracker-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test("the core is at most 1,400 bytes as served, each chunk at most 1,000", async () => {
  await buildTracker(folder);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".js"));
  const sizes = await Promise.all(
    names.map(async (name) => {
      const script = await readFile(join(folder, name));
      return [name, brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length] as const;
    }),
  );
  console.log(sizes.map(([name, bytes]) => `${name} ${bytes} B`).join(", "));
  const budgetOf = (name: string) => (name === "tk.js" ? CORE_BUDGET : CHUNK_BUDGET);
  expect(sizes.filter(([name, bytes]) => !UNBUDGETED.includes(name) && bytes > budgetOf(name))).toEqual([]);
}, 60_000);

test("every measurement with a chunk has its file", async () => {
  await buildTracker(folder);
  const files = new Set(await readdir(folder));
  const chunks = MEASUREMENT_NAMES.filter((key) => MEASUREMENTS[key].chunk);
  expect([...chunks, "rules", "identity"].filter((key) => !files.has(`tk-${key}.js`))).toEqual([]);
}, 60_000);

test("a chunk stands alone: one module that begins with no imports, whose default export takes the kit", async () => {
  await buildTracker(folder);
  const chunks = (await readdir(folder)).filter((name) => /^tk-.*\.js$/.test(name));
  expect(chunks).toContain("tk-file_downloads.js");
  for (const chunk of chunks) {
    const code = await readFile(join(folder, chunk), "utf8");
    expect(code, chunk).not.toMatch(/\bimport\b(?![.(])/);
    const exported = [...code.matchAll(/\bexport\b[^;]*/g)].map(([text]) => text);
    expect(exported, chunk).toEqual([expect.stringMatching(/^export\{\S+ as default\}$/)]);
  }
}, 60_000);

test("the file's name, with those of its chunks, and the endpoint's path can be changed", async () => {
  vi.stubEnv("TRACKER_NAME", "site.js");
  vi.stubEnv("COLLECT_PATH", "/in");
  const path = await buildTracker(folder);
  expect(path).toBe(join(folder, "site.js"));
  const names = (await readdir(folder)).filter((name) => name.endsWith(".js"));
  expect(names.filter((name) => !/^site(-\w+)?\.js$/.test(name))).toEqual([]);
  expect(names).toContain("site-file_downloads.js");
  const code = await readFile(path, "utf8");
  expect(code).toContain("`/in`");
  expect(code).toContain("`site-");
  const headed = (await readFile(join(folder, "_headers"), "utf8")).matchAll(/^\/(\S+)$/gm);
  expect([...headed].map(([, name]) => name).sort()).toEqual(names.sort());
}, 60_000);
