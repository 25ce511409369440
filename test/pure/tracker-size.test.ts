// The tracker's bytes are a promise to everybody who puts it on a page.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { buildTracker } from "../../scripts/build-tracker.ts";

const BUDGET = 1200;

test("the tracker is at most 1,200 bytes as served", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tracker-"));
  try {
    const script = await readFile(await buildTracker(folder));
    const brotli = brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
    console.log(`tk.js: ${brotli} B brotli of ${BUDGET}, ${gzipSync(script).length} B gzip, ${script.length} B plain`);
    expect(brotli).toBeLessThanOrEqual(BUDGET);
  } finally {
    await rm(folder, { recursive: true });
  }
});
