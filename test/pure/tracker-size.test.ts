// The tracker's bytes are a promise to everybody who puts it on a page.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { buildTracker } from "../../scripts/build-tracker.ts";

const BUDGET = 1200;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracker-"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

test("the tracker is at most 1,200 bytes as served", async () => {
  const script = await readFile(await buildTracker(folder));
  const brotli = brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  console.log(`tk.js: ${brotli} B brotli of ${BUDGET}, ${gzipSync(script).length} B gzip, ${script.length} B plain`);
  expect(brotli).toBeLessThanOrEqual(BUDGET);
});

test("the file's name and the endpoint's path can be changed", async () => {
  vi.stubEnv("TRACKER_NAME", "site.js");
  vi.stubEnv("COLLECT_PATH", "/in");
  const path = await buildTracker(folder);
  expect(path).toBe(join(folder, "site.js"));
  expect((await readdir(folder)).sort()).toEqual(["_headers", "site.js"]);
  expect(await readFile(path, "utf8")).toContain("`/in`");
  expect(await readFile(join(folder, "_headers"), "utf8")).toMatch(/^\/site\.js\n/);
});
