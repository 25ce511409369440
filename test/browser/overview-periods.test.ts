// The overview while its period changes: every figure stands under its own label, however the API answers.
import type { Browser, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PERIODS, type PeriodName } from "../../dashboard/src/data/period.ts";
import { importEvents } from "../../scripts/simulate/send.ts";
import {
  HISTORY_DAYS,
  historyOf,
  installReader,
  lineOf,
  type OverviewText,
  read,
  sentenceOf,
  walkAllPairs,
} from "./overview-screen.ts";
import { joinChromium } from "./shared-chromium.ts";
import { strengthOf } from "./strength.ts";
import { joinSystem, type System, until } from "./system.ts";

let system: System;
let browser: Browser;
let page: Page;
let home: string;
const complaints: string[] = [];
/** What each period shows when its address is opened. */
const fresh = new Map<string, OverviewText>();

const day = (back: number): string => new Date(Date.now() - back * 86_400_000).toISOString().slice(0, 10);
const CUSTOM: Record<string, string> = {
  custom: `?period=custom&from=${day(14)}&to=${day(8)}`,
  hours: `?period=custom&from=${day(3)}T08:00%2B00:00&to=${day(2)}T20:00%2B00:00`,
};
const searchOf = (name: string): string => CUSTOM[name] ?? (name === "28d" ? "" : `?period=${name}`);
const NAMES = [...Object.keys(PERIODS), ...Object.keys(CUSTOM)];
/** One period of each kind: running and over, of whole days beside it, of the calendar, of hours, with other buckets. */
const KINDS = ["24h", "day", "yesterday", "7d", "28d", "last_week", "month", "12mo", "all", "custom", "hours"];
/** The others are like one of them: each is entered and left. */
const OTHERS = NAMES.filter((name) => !KINDS.includes(name));

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  const { site_id } = await system.createProperty({ name: "Shop", url: "https://shop.example" });
  home = `${system.dashboard}/p/${site_id}`;
  const { events } = historyOf(site_id, Date.now() - 60_000);
  const sent = await importEvents(system.api, events, { siteId: site_id, importId: "history" });
  expect(sent).toMatchObject({ accepted: events.length, rejected: [] });
  await system.settled(site_id);

  const owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  await system.signIn(owner);
  await owner.addInitScript(installReader);
  await owner.addInitScript(stayBefore, (Math.floor(Date.now() / HOUR) + 1) * HOUR - 1000);
  page = await owner.newPage();
  await page.route(CALLS, takeCall);
  page.on("pageerror", (error) => complaints.push(String(error)));
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

afterEach(() => answer("at once"));

const HOUR = 3_600_000;

/** In the page it stays the same hour: the last 24 hours are other ones in the next. */
function stayBefore(end: number): void {
  const now = Date.now.bind(Date);
  Date.now = () => Math.min(now(), end);
}

async function open(name: string): Promise<void> {
  await page.goto(home + searchOf(name));
  await settle();
}

/** Changes the period without loading the page: by its key, or as the back button would. */
async function change(name: string): Promise<void> {
  const search = CUSTOM[name];
  if (!search) return page.keyboard.press(PERIODS[name as PeriodName].key);
  await page.evaluate((search) => {
    history.pushState(null, "", location.pathname + search);
    dispatchEvent(new PopStateEvent("popstate"));
  }, search);
}

/** Waits until the screen shows what a fresh load of the period showed. */
async function untilFresh(name: string): Promise<void> {
  const expected = fresh.get(name);
  const wanted = { search: searchOf(name), text: JSON.stringify(expected) };
  await page
    .waitForFunction(
      ({ search, text }) =>
        location.search === search &&
        !document.querySelector('main [aria-busy="true"]') &&
        JSON.stringify(window.readOverview()) === text,
      wanted,
      // Not at every frame, as is the default: reading all of the screen takes a good part of one.
      { timeout: 30_000, polling: 50 },
    )
    .catch(() => undefined);
  expect(await read(page), name).toEqual(expected);
}

/** The calls that figures come from. */
const CALLS = /\/api\/(v2\/batch|v1\/properties\/[^/]+\/(forecast|anomalies))/;

type Answering = "at once" | "slowly" | "with failures";
let letGo = (): void => {};
let held: Promise<void> = Promise.resolve();
let answering: Answering = "at once";

/** How the API answers from now on. What it held back while it was slow, it answers when it is no longer. */
function answer(how: Answering): void {
  letGo();
  answering = how;
  if (how !== "slowly") return;
  const gate = Promise.withResolvers<void>();
  [held, letGo] = [gate.promise, gate.resolve];
}

/** The system's answers: nobody visits meanwhile, so a question that was answered once is answered the same again. */
const answers = new Map<string, { status: number; body: string }>();
let underWay = 0;

async function takeCall(route: Route): Promise<void> {
  underWay++;
  try {
    if (answering === "slowly") await held;
    if (answering === "with failures") {
      const error = { code: "unavailable", message: "database cannot be reached" };
      await route.fulfill({ status: 503, json: { error } });
      return;
    }
    const key = `${route.request().url()} ${route.request().postData()}`;
    let known = answers.get(key);
    if (!known) {
      const response = await route.fetch();
      known = { status: response.status(), body: await response.text() };
      if (response.ok()) answers.set(key, known);
    }
    await route.fulfill({ ...known, contentType: "application/json" });
  } catch (error) {
    // The page has moved on, and with it the call.
    if (!/closed|handled|aborted|cancel|Invalid InterceptionId/i.test(String(error))) throw error;
  } finally {
    underWay--;
  }
}

/** Waits until nothing is asked for any more and everything on the screen is an answer, or a failure. */
async function settle(): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector("main h1, main .notice") && !document.querySelector('main [aria-busy="true"]'),
  );
  await until(
    async () => underWay,
    (calls) => calls === 0,
  );
  await page.evaluate(() => new Promise(requestAnimationFrame));
}

/** Everything on the overview that says a figure or what it is of. */
const FIGURES = [
  ".headline h1",
  ".card-value",
  ".card-change",
  ".trend h2 small",
  ".trend canvas",
  ".trend table",
  ".panels > .panel:not(.now, .goals) table",
];

test("each period has figures of its own", async () => {
  for (const name of NAMES) {
    await open(name);
    fresh.set(name, await read(page));
  }
  const texts = [...fresh.values()];
  for (const { headline, cards, trend, panels } of texts) {
    expect(headline).toMatch(/^\d[\d,]* visitors? .* Top source: \S.*\. Top page: \S.*\.$/);
    expect(cards).toHaveLength(8);
    expect(lineOf(trend)).toMatch(/^Visitors \| .*(\d{4}|:\d\d)\n/);
    expect(panels).toHaveLength(5);
  }
  for (const part of ["headline", "trend"] as const)
    expect(new Set(texts.map((text) => text[part])).size).toBe(NAMES.length);
  // A change is told of every period but of all time, of a year whose year before has no data, and of a month or year
  // that begins today.
  expect(NAMES.filter((name) => !/ vs\. | yesterday in total/.test(fresh.get(name)!.headline))).toEqual([
    ...(day(0).endsWith("-01") ? ["month"] : []),
    ...(day(0).endsWith("-01-01") ? ["year"] : []),
    ...(day(HISTORY_DAYS) > `${Number(day(0).slice(0, 4)) - 2}-01-01` ? ["last_year"] : []),
    "all",
  ]);
}, 240_000);

test("from any period to any other, each label, figure and change is that of a fresh load, at every moment", async () => {
  const kinds = walkAllPairs(KINDS);
  expect(kinds.length).toBe(KINDS.length * (KINDS.length - 1) + 1);
  const walk = [...kinds, ...OTHERS, ...KINDS.slice(0, 2), ...OTHERS.toReversed()];
  await open(walk[0]!);
  await untilFresh(walk[0]!);
  await page.evaluate(() => window.watchOverview());
  for (const name of walk.slice(1)) {
    await change(name);
    await untilFresh(name);
  }
  const seen = await page.evaluate(() => ({
    headlines: [...window.moments.headlines],
    cards: [...window.moments.cards],
    trends: [...window.moments.trends],
  }));
  const texts = [...fresh.values()];
  const unknown = (moments: string[], known: string[]): string[] => moments.filter((one) => !known.includes(one));
  expect(
    unknown(
      seen.headlines.map(sentenceOf),
      texts.map(({ headline }) => sentenceOf(headline)),
    ),
  ).toEqual([]);
  expect(
    unknown(
      seen.cards,
      texts.map(({ cards }) => cards.join("\n")),
    ),
  ).toEqual([]);
  expect(
    unknown(
      seen.trends.map(lineOf),
      texts.map(({ trend }) => lineOf(trend)),
    ),
  ).toEqual([]);
}, 240_000);

test("while the API is slow the old figures keep their own labels, and are dimmed everywhere", async () => {
  await open("28d");
  await page.locator(".trend canvas").waitFor();
  for (const selector of FIGURES) expect(new Set(await strengthOf(page, selector)), selector).toEqual(new Set([1]));
  answer("slowly");
  for (const name of ["7d", "yesterday", "all", "custom"]) {
    await change(name);
    await page.locator(".headline.stale").waitFor();
    const { foot: _, ...shown } = await read(page);
    expect(shown).toMatchObject({
      headline: fresh.get("28d")!.headline,
      cards: fresh.get("28d")!.cards,
      panels: fresh.get("28d")!.panels,
    });
    expect(lineOf(shown.trend)).toBe(lineOf(fresh.get("28d")!.trend));
    for (const selector of FIGURES) {
      const strengths = await strengthOf(page, selector);
      expect(strengths.length, selector).toBeGreaterThan(0);
      expect(Math.max(...strengths), selector).toBeLessThan(0.7);
    }
  }
  answer("at once");
  await untilFresh("custom");
});

test("a comparison, the bots and another metric move their labels with their figures too", async () => {
  await open("28d");
  const before = await read(page);
  answer("slowly");
  await page.keyboard.press("x");
  await page.keyboard.press("b");
  await page.getByRole("button", { name: /^Bounce rate/ }).click();
  await page.getByRole("region", { name: "Pages" }).getByRole("button", { name: "Entry" }).click();
  await page.waitForURL("**?*pages=entry_page*");
  const meanwhile = await read(page);
  expect({ ...meanwhile, trend: lineOf(meanwhile.trend) }).toEqual({ ...before, trend: lineOf(before.trend) });
  expect(await page.getByText("are excluded from this page").count()).toBe(0);
  answer("at once");
  await page.getByText("are excluded from this page").waitFor();
  await settle();
  const after = await read(page);
  expect(after.headline).not.toContain(" vs. ");
  expect(lineOf(after.trend)).toMatch(/^Bounce rate \| /);
  expect(after.panels[1]).toContain("Entry | Visitors");
});

test("after a failed change of period no old figure stays, and trying again brings the new ones", async () => {
  for (const name of ["7d", "yesterday", "custom"]) {
    await open("28d");
    answer("with failures");
    await change(name);
    await page.getByRole("alert").filter({ hasText: "The numbers could not be loaded. Database cannot be" }).waitFor();
    await settle();
    const { headline, cards, trend, panels } = await read(page);
    expect(headline).toBe("");
    expect(cards.map((card) => card.split(" | ").slice(1))).toEqual(Array(8).fill(["–", ""]));
    expect(trend).not.toMatch(/\d/);
    expect(panels.join("\n")).not.toMatch(/\d/);
    expect(await page.locator(".stale, .trend canvas").count()).toBe(0);
    answer("at once");
    const retries = page.getByRole("main").getByRole("button", { name: "Try again" });
    await until(
      async () => {
        // All at once: an answer takes the buttons of other panels away, and a click waits for one that has gone.
        await retries.evaluateAll((buttons) => {
          for (const button of buttons as HTMLButtonElement[]) button.click();
        });
        return retries.count();
      },
      (left) => left === 0,
    );
    await untilFresh(name);
  }
});

test("a failed refresh of the same period keeps its figures, dimmed, under what happened", async () => {
  await page.clock.install();
  await open("7d");
  await untilFresh("7d");
  answer("with failures");
  await page.clock.fastForward(61_000);
  await page.getByRole("alert").filter({ hasText: "The numbers could not be refreshed." }).waitFor();
  const { panels: _, ...kept } = await read(page);
  expect(fresh.get("7d")).toMatchObject(kept);
  for (const selector of [".headline h1", ".card-value", ".trend canvas", ".panels > .panel:not(.now, .goals) table"])
    expect(Math.max(...(await strengthOf(page, selector))), selector).toBeLessThan(0.7);
  for (const strength of await strengthOf(page, 'main [role="alert"]')) expect(strength).toBe(1);
  answer("at once");
  await page.clock.fastForward(61_000);
  await until(
    () => page.getByRole("alert").allInnerTexts(),
    (alerts) => alerts.length === 0,
  );
  await untilFresh("7d");
});

test("nothing on the way broke a script", () => {
  expect(complaints).toEqual([]);
});
