// Whoever cannot see well, or holds a phone, can use the dashboard: axe finds nothing, and nothing is cut off.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MEASUREMENT_NAMES } from "../../workers/domain/events/measurement";
import type { Rule } from "../../workers/domain/events/rule";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System } from "./system.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let system: System;
let browser: Browser;
let home: string;
let ruleId: string;
/** The owner's, and one of nobody. Each loads one address after another: a new page costs as much as the check. */
let signedIn: Page;
let signedOut: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  const { site_id } = await system.createProperty({
    name: "Shop",
    url: "https://shop.example",
    measurements: Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, true])),
  });
  const rule = { name: "Buy button", selector: "#buy", trigger: "click", page: "/a-long-path/*" };
  ruleId = (await system.api.post<Rule>(`/api/v1/properties/${site_id}/rules`, rule)).id;
  const goals = { "Sign up": ["is", "event:name", ["Signup"]], Visitors: ["is", "visit:country", ["CH"]] };
  for (const [name, filter] of Object.entries(goals))
    await system.api.post(`/api/v1/properties/${site_id}/goals`, { name, filter });
  const event = (path: string, event_type = "pageview", props: Record<string, unknown> = {}) => ({
    event_type,
    props,
    site_id,
    url: `https://shop.example${path}`,
    referrer: "https://www.google.com/",
    country: "CH",
    ip: "203.0.113.7",
    user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  });
  await system.api.post("/api/events", {
    events: [
      event("/"),
      event("/a-long-path/that-goes/on/and/on/for-ever"),
      event("/b"),
      event("/b", "Signup", { plan: "pro" }),
      event("/b", "media_play", { media: "Tour" }),
      event("/b", "js_error", { message: "x is null", file: `/${"long".repeat(30)}.js`, line: 12 }),
      ...[2000, 3000, 9000].map((value) =>
        event(`/a-long-path/that-goes/on/and/on/for-ever/${value}`, "web_vital", { metric: "LCP", value }),
      ),
      event("/b", "heatmap", { width: "desktop", clicks: "3,2,5;a,1a,2;0,0,1", to: 50 }),
      event("/b", "heatmap", { width: "phone", clicks: "3,2,1", to: 50 }),
      event("/b", "click", { text: "A button with a long text ".repeat(8), tag: "button", id: "buy" }),
    ],
  });
  await system.settled(site_id);
  home = `/p/${site_id}`;

  signedOut = await browser.newPage({ reducedMotion: "reduce" });
  const owner = await browser.newContext();
  await system.signIn(owner);
  signedIn = await owner.newPage();
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

type Theme = "light" | "dark";

/** Loads an address and waits until the page has settled: the rules must hold for what stays. */
async function open(path: string, width: number, colorScheme: Theme, page = signedIn): Promise<Page> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  await page.goto(system.dashboard + path);
  await page.getByRole("heading").first().waitFor();
  await settled(page);
  return page;
}

const settled = (page: Page) => page.waitForFunction(() => !document.querySelector(".bone, .stale"));

/** Shows the page as it is on a phone or on a desk, in a theme. */
async function show(page: Page, width: number, colorScheme: Theme): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  await settled(page);
}

/** Only violations are described and leave the page: axe would describe each element that passed, too. */
async function violationsOn(page: Page): Promise<string[]> {
  // Nothing is returned: Playwright would copy all of axe out of the page.
  await page.evaluate(`if (!window.axe) { ${axe} }; void 0`);
  const options: RunOptions = {
    runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    resultTypes: ["violations"],
  };
  return page.evaluate(async (options) => {
    const { axe } = window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
    const { violations } = await axe.run(options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary}`),
    );
  }, options);
}

const cutOff = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));

const PAGES: [string, () => string, (() => Page)?][] = [
  ["sign-in", () => "/sign-in", () => signedOut],
  ["a forgotten password", () => "/forgot", () => signedOut],
  ["the link of a mail", () => "/reset#token=x", () => signedOut],
  ["the account", () => "/account"],
  ["the list of properties", () => "/"],
  ["step one", () => "/new"],
  ["step two", () => home.replace("/p/", "/new/").concat("/stream")],
  ["step three", () => home.replace("/p/", "/new/").concat("/install")],
  ["the overview", () => home],
  ["the overview of a day, as a table", () => `${home}?period=day&chart=table&metric=bounce_rate`],
  ["show all", () => `${home}?all=pages`],
  ["realtime", () => `${home}/realtime`],
  ["realtime with all events", () => `${home}/realtime?feed=all`],
  ["events and one of them", () => `${home}/events?event=Signup`],
  ["automatic events", () => `${home}/events?event=web_vital`],
  ["media", () => `${home}/events?show=media`],
  ["errors", () => `${home}/events?show=errors`],
  ["web vitals", () => `${home}/vitals?f=is,visit:device,Desktop`],
  ["rules and one of them", () => `${home}/rules?rule=${ruleId}`],
  ["heatmaps", () => `${home}/heatmaps`],
  ["the heatmap of a phone", () => `${home}/heatmaps?page=/b&width=phone`],
  ["technology, narrowed down", () => `${home}/tech?f=is,visit:browser,Firefox`],
  ["networks of all types", () => `${home}/networks?type=all&bots=without`],
  ["anomalies", () => `${home}/anomalies`],
  ["the pipeline", () => `${home}/pipeline`],
  ["general settings", () => `${home}/settings`],
  ["data streams", () => `${home}/settings/streams`],
  ["privacy", () => `${home}/settings/privacy`],
  ["retention", () => `${home}/settings/retention`],
  ["alerts", () => `${home}/settings/alerts`],
  ["reports", () => `${home}/settings/reports`],
  ["API keys", () => `${home}/settings/keys`],
  ["the audit log", () => `${home}/settings/audit`],
  ["what was not counted", () => `${home}/settings/refusals`],
];

test.each(PAGES)("%s breaks no rule of WCAG 2.2 AA, and fits a phone", async (_, path, visitor) => {
  const page = await open(path(), 1440, "light", visitor?.());
  expect(await cutOff(page)).toBe(0);
  // The phone in light and the desk in dark: between them every layout and every colour is looked at.
  await show(page, 390, "light");
  expect(await cutOff(page)).toBe(0);
  expect(await violationsOn(page)).toEqual([]);
  await show(page, 1440, "dark");
  expect(await cutOff(page)).toBe(0);
  expect(await violationsOn(page)).toEqual([]);
});

test("the form of a rule breaks no rule of WCAG either, and fits a phone", async () => {
  const page = await open(`${home}/rules`, 390, "dark");
  await page.getByRole("button", { name: "New rule" }).click();
  expect(await cutOff(page)).toBe(0);
  expect(await violationsOn(page)).toEqual([]);
});

test("an open menu breaks no rule either", async () => {
  const page = await open(home, 1440, "light");
  await page.getByRole("button", { name: /^Period/ }).click();
  expect(await violationsOn(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Property/ }).click();
  expect(await violationsOn(page)).toEqual([]);
});
