// One Chromium for all test files of a project: starting it costs more than most tests do.
import { type Browser, chromium } from "playwright-core";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { serveChromium } from "./chromium.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the shared Chromium is reached. */
    chromium: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await serveChromium();
  project.provide("chromium", server.wsEndpoint());
  return () => server.close();
}

/** Far above what a click or a page needs anywhere: Playwright's 30 seconds are too few on a machine at work. */
const PATIENCE_MS = 120_000;

/** The shared Chromium. `close` closes this file's contexts and nothing else. */
export async function joinChromium(): Promise<Browser> {
  const browser = await chromium.connect(inject("chromium"));
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    return context;
  };
  return browser;
}
