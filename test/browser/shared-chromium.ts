// Two browsers for all test files of a project, since starting one costs more than most tests: Chromium's fast headless
// shell, and a whole Chromium for the few tests that need its back/forward cache.
import { type Browser, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { serveChromium } from "./chromium.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the shared headless shell is reached. */
    chromium: string;
    /** Where the shared whole Chromium is reached. */
    wholeChromium: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [shell, whole] = await Promise.all([serveChromium("shell"), serveChromium("whole")]);
  project.provide("chromium", shell.wsEndpoint());
  project.provide("wholeChromium", whole.wsEndpoint());
  return async () => {
    await Promise.all([shell.close(), whole.close()]);
  };
}

/** Far above what a click or a page needs anywhere: Playwright's 30 seconds are too few on a machine at work. */
const PATIENCE_MS = 120_000;

/**
 * A shared browser: the headless shell, or the whole Chromium for pages that are to come back out of the back/forward
 * cache. `close` closes this file's contexts and nothing else.
 */
export async function joinChromium(kind: "shell" | "whole" = "shell"): Promise<Browser> {
  const browser = await chromium.connect(inject(kind === "shell" ? "chromium" : "wholeChromium"));
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    // What moves is drawn sixty times a second, and a machine at work is long in drawing it. No test looks at a movement.
    const context = await newContext({ reducedMotion: "reduce", ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  };
  return browser;
}

/** For `addInitScript` of a page that is to come back: notes whether it did. */
export function noteRestore(): void {
  addEventListener("pageshow", ({ persisted }) => {
    (document as Document & { restored?: boolean }).restored = persisted;
  });
}

/** Goes back to a page that notes its restore. @throws if it was loaded anew instead of coming out of the cache. */
export async function restore(page: Page): Promise<void> {
  // Playwright waits for a load that a restored page does not have.
  await page.goBack({ waitUntil: "commit" });
  const isRestored = await page.waitForFunction(() => {
    const { restored } = document as Document & { restored?: boolean };
    return restored === undefined ? null : { restored };
  });
  if (!(await isRestored.jsonValue())?.restored) throw new Error(`${page.url()} was loaded anew, not restored`);
}
