// Waiting for the tracker's chunks on a page of a whole system.
import type { Page } from "playwright-core";
import { until } from "./system.ts";

/**
 * Waits until these chunks run in the page. The tracker asks for a chunk by `import()`; asking for the same one again once
 * it has arrived resolves after the tracker's own turn.
 */
export async function chunksRun(page: Page, worker: string, names: readonly string[]): Promise<void> {
  const urls = names.map((name) => `${worker}/tk-${name}.js`);
  // Asked of the browser: the page's own clock and timeline may be a test's.
  await until(
    async () => (await page.requests()).map((request) => `${request.url()} ${request.timing().responseEnd}`),
    (seen) => urls.every((url) => seen.some((line) => line.startsWith(`${url} `) && !line.endsWith(" -1"))),
  );
  // As text: vitest rewrites an `import()` that it can see.
  await page.evaluate(`Promise.all(${JSON.stringify(urls)}.map((url) => import(url))).then(() => undefined)`);
}
