// Bytes of the tracker as Cloudflare serves it to a browser.
import { readFile } from "node:fs/promises";
import { brotliCompressSync, constants } from "node:zlib";
import { buildTracker } from "../build-tracker.ts";

export async function measureTracker(folder: string): Promise<number> {
  const script = await readFile(await buildTracker(folder));
  return brotliCompressSync(script, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
}
