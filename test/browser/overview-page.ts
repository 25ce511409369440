// The overview of a property in a browser: opens it, waits until nothing loads, reads its period, figures and chart.
import type { Page } from "playwright-core";

export interface OverviewPage {
  settled: () => Promise<unknown>;
  open: (search?: string) => Promise<void>;
  /** What the address says of the period. */
  params: () => Record<string, string>;
  untilParams: (expected: Record<string, string>) => Promise<void>;
  visitors: () => Promise<number>;
  /** The table of the chart. */
  rows: () => Promise<string[][]>;
}

/** Both are asked at each call: a test file opens them after it has begun. @param home the overview's address. */
export function overviewOf(page: () => Page, home: () => string): OverviewPage {
  const settled = (): Promise<unknown> =>
    page().waitForFunction(
      () => document.querySelector(".card-value") && !document.querySelector('main [aria-busy="true"], main .bone'),
    );
  return {
    settled,
    async open(search = "") {
      await page().goto(`${home()}${search}`);
      await settled();
    },
    params: () => Object.fromEntries(new URL(page().url()).searchParams),
    async untilParams(expected) {
      await page().waitForFunction(
        (text) => JSON.stringify([...new URLSearchParams(location.search)].sort()) === text,
        JSON.stringify(Object.entries(expected).sort()),
      );
      await settled();
    },
    visitors: async () => Number(await page().locator(".card-value").first().innerText()),
    rows: () =>
      page()
        .locator(".trend tbody tr")
        .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent))),
  };
}
