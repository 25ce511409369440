// The overview's ranges by keyboard and pointer: calendar, steps, interval and comparison, each with the API's own numbers;
// and the period that a young property starts with.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addDays, daysIn, localClock, monthStart, weekStart } from "../../dashboard/src/data/calendar.ts";
import type { Property } from "../../dashboard/src/data/property.ts";
import type { Answer } from "../../dashboard/src/data/question.ts";
import { importEvents } from "../../scripts/simulate/send.ts";
import { formatRange } from "../../workers/domain/wording/date.ts";
import { violationsOf } from "./accessibility.ts";
import { overviewOf } from "./overview-page.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System } from "./system.ts";

const HOUR = 3_600_000;

let system: System;
let browser: Browser;
let owner: BrowserContext;
let page: Page;
let site: Property;
let today: string;
const complaints: string[] = [];

/** Visitors of each of the last days at several hours: more or fewer each day, each reading one or two pages. */
async function give({ site_id }: Property, days: number): Promise<void> {
  const events: { event_time: string }[] = [];
  for (let back = days - 1; back >= 0; back--)
    for (let visitor = 0; visitor < 2 + ((back * 7) % 5); visitor++)
      for (let view = 0; view <= (back + visitor) % 2; view++)
        events.push({
          event_type: "pageview",
          event_time: new Date(Date.now() - back * 24 * HOUR - (1 + visitor) * 2 * HOUR + view * 30_000).toISOString(),
          site_id,
          url: `https://shop.example/${view === 0 ? "" : "guide"}`,
          ip: `203.0.${back}.${visitor}`,
          user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        } as { event_time: string });
  events.sort((a, b) => (a.event_time < b.event_time ? -1 : 1));
  const sent = await importEvents(system.api, events, { siteId: site_id, importId: `days-${site_id}` });
  expect(sent).toMatchObject({ accepted: events.length, rejected: [] });
  await system.settled(site_id);
}

const ask = (query: object): Promise<Answer> =>
  system.api.post<Answer>("/api/v2/query", { site_id: site.site_id, metrics: ["visitors"], ...query });
const visitorsIn = async (date_range: string | [string, string]): Promise<number> =>
  (await ask({ date_range })).results[0]!.metrics[0]!;

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  site = await system.createProperty({ name: "Shop", url: "https://shop.example" });
  today = localClock(Date.now(), site.timezone).slice(0, 10);
  await give(site, 70);
  owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  await system.signIn(owner);
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

const { settled, open, params, untilParams, visitors, rows } = overviewOf(
  () => page,
  () => `${system.dashboard}/p/${site.site_id}`,
);

test("a range is chosen in the calendar with the keyboard alone", async () => {
  await open();
  await page.getByRole("button", { name: "Period: Last 28 days" }).press("ArrowDown");
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Custom range" });
  await dialog.waitFor();
  expect(await dialog.getByRole("grid").count()).toBe(2);
  const focused = () => page.evaluate(() => (document.activeElement as HTMLElement).dataset.date);
  expect(await focused()).toBe(today);
  // The future cannot be reached.
  await page.keyboard.press("ArrowRight");
  expect(await focused()).toBe(today);
  await page.keyboard.press("PageUp");
  await page.keyboard.press("Home");
  const from = weekStart((await focused())!);
  expect(await focused()).toBe(from);
  await page.keyboard.press("Enter");
  for (const key of ["ArrowDown", "ArrowLeft"]) await page.keyboard.press(key);
  const to = addDays(from, 6);
  expect(await focused()).toBe(to);
  await page.keyboard.press("Space");
  await dialog.getByRole("status").filter({ hasText: "7 days" }).waitFor();
  expect(await dialog.locator('[aria-selected="true"]').count()).toBe(7);
  expect(await violationsOf(page, settled)).toEqual([]);
  await dialog.getByRole("button", { name: "Apply" }).press("Enter");
  await untilParams({ period: "custom", from, to });
  expect(await visitors()).toBe(await visitorsIn([from, to]));
});

test("the arrow keys and the buttons step by the period's own length, and not beyond today", async () => {
  await open("?period=7d");
  await page.keyboard.press("ArrowLeft");
  const from = addDays(today, -13);
  await untilParams({ period: "custom", from, to: addDays(today, -7) });
  expect(await visitors()).toBe(await visitorsIn([from, addDays(today, -7)]));
  await page.keyboard.press("ArrowRight");
  await untilParams({ period: "7d" });
  const ahead = page.getByRole("button", { name: "Next period" });
  expect(await ahead.getAttribute("aria-disabled")).toBe("true");
  await page.keyboard.press("ArrowRight");
  await page.getByRole("button", { name: "Previous period", exact: true }).click();
  await untilParams({ period: "custom", from, to: addDays(today, -7) });
  await ahead.click();
  await untilParams({ period: "7d" });
  await page.keyboard.press("d");
  await page.keyboard.press("ArrowLeft");
  await untilParams({ period: "yesterday" });
  expect(await visitors()).toBe(await visitorsIn([addDays(today, -1), addDays(today, -1)]));
});

test("arrow keys within a menu or a table are not steps", async () => {
  await open("?period=7d&chart=table");
  await page.getByRole("region", { name: "Trend table" }).press("ArrowLeft");
  await page.getByRole("button", { name: "Period: Last 7 days" }).press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Escape");
  expect(params()).toEqual({ period: "7d", chart: "table" });
});

test("the interval is chosen at the chart, and a period offers those that suit it", async () => {
  await open();
  const menu = page.getByRole("button", { name: "Interval: Days" });
  await menu.press("ArrowDown");
  expect(await page.getByRole("menuitemradio").allInnerTexts()).toEqual(["Hours", "Days", "Weeks"]);
  await page.getByRole("menuitemradio", { name: "Weeks" }).press("Enter");
  await untilParams({ interval: "week" });
  const { results } = await ask({ date_range: [addDays(today, -27), today], dimensions: ["time:week"] });
  expect((await rows()).map(([, value]) => Number(value))).toEqual(results.map(({ metrics }) => metrics[0]));
  await page.keyboard.press("e");
  await untilParams({ period: "yesterday" });
  await page.getByRole("button", { name: "Interval: Hours" }).click();
  await page.getByRole("menuitemradio", { name: "Minutes" }).click();
  await untilParams({ period: "yesterday", interval: "minute" });
  expect(await rows()).toHaveLength(24 * 60);
});

test("the comparison is days of the calendar, or the same weekdays, with the API's changes", async () => {
  const last = addDays(weekStart(today), -1);
  const range: [string, string] = [addDays(last, -6), last];
  const [from, to] = [addDays(last, -27), addDays(last, -21)];
  await open(`?period=last_week&compare=custom&compare_from=${from}&compare_to=${to}`);
  const custom = await ask({ date_range: range, include: { comparisons: { mode: "custom", date_range: [from, to] } } });
  const change = custom.results[0]!.comparison!.change![0]!;
  expect(await page.locator(".card-change").first().innerText()).toContain(`${Math.abs(change)}%`);
  const before = await ask({ date_range: [from, to], dimensions: ["time:day"] });
  expect((await rows()).map((cells) => Number(cells[2]))).toEqual(before.results.map(({ metrics }) => metrics[0]));

  await page.getByRole("button", { name: /^Compare with: vs\. / }).click();
  await page.getByRole("menuitemradio", { name: "Previous year" }).waitFor();
  await page.getByRole("menuitemradio", { name: "Custom range" }).click();
  const dialog = page.getByRole("dialog", { name: "Compare with" });
  expect(await dialog.locator('[aria-selected="true"]').count()).toBe(7);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  await open("?period=30d");
  await page.getByRole("button", { name: "Compare with: Previous period" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Match day of week" }).click();
  await untilParams({ period: "30d", match: "weekday" });
  const matched = await ask({
    date_range: [addDays(today, -29), today],
    dimensions: ["time:day"],
    include: { comparisons: { mode: "previous_period", match_day_of_week: true } },
  });
  const [first] = matched.results;
  const line = (await rows()).map((cells) => Number(cells[2]));
  expect(line.slice(0, 30)).toEqual(matched.results.map(({ comparison }) => comparison!.metrics[0]));
  expect(new Date(String(first!.comparison!.dimensions[0])).getUTCDay()).toBe(
    new Date(addDays(today, -29)).getUTCDay(),
  );
  expect(await page.locator("h1").innerText()).toContain("by day of week");
});

test("this month compares its complete days with as many of the month before, and says which", async () => {
  const [first, yesterday] = [`${today.slice(0, 8)}01`, addDays(today, -1)];
  await open("?period=month");
  const [headline, foot] = [page.locator("h1"), page.locator(".overview-foot")];
  if (first === today) {
    expect(await headline.innerText()).not.toContain(" vs. ");
    expect(await page.locator(".card-change:visible").count()).toBe(0);
    return expect(await foot.innerText()).toContain("the first day of this period is still in progress");
  }
  const from = monthStart(today, -1);
  const end = addDays(from, daysIn(first, yesterday) - 1);
  const before: [string, string] = [from, end < first ? end : addDays(first, -1)];
  const { results } = await ask({
    date_range: [first, yesterday],
    metrics: ["visitors", "visits", "pageviews"],
    include: { comparisons: { mode: "custom", date_range: before } },
  });
  expect(await page.locator(".card-value").first().innerText()).toBe(`${await visitorsIn([first, today])}`);
  const changes = (await page.locator(".card-change").allInnerTexts()).slice(0, 3);
  expect(changes.map((text) => Number(/\d+/.exec(text)))).toEqual(
    results[0]!.comparison!.change.map((one) => Math.abs(one!)),
  );
  const [now, then] = [formatRange(first, yesterday, "en-GB"), formatRange(...before, "en-GB")];
  expect(await foot.innerText()).toContain(`Changes compare ${now} with ${then}: today is still in progress.`);
  expect(await headline.innerText()).toMatch(new RegExp(`(down|up|unchanged).* vs\\. ${then}`));
});

test("a phone has one month at a time", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open();
  await page.getByRole("button", { name: /^Period:/ }).click();
  await page.getByRole("menuitemradio", { name: "Custom range" }).click();
  await page.getByRole("grid").waitFor();
  expect(await page.getByRole("grid").count()).toBe(1);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(width).toBeLessThanOrEqual(0);
  await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("a young property starts with the days that it has, and never shows others", async () => {
  const young = await system.createProperty({ name: "Young shop", url: "https://young.example" });
  await give(young, 5);
  const fresh = await owner.newPage();
  await fresh.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(window, { seen });
    const look = (): void => {
      for (const place of document.querySelectorAll("h1, .period-steps .menu > button, .trend h2"))
        seen.add(place.textContent ?? "");
    };
    new MutationObserver(look).observe(document, { childList: true, characterData: true, subtree: true });
  });
  await fresh.goto(`${system.dashboard}/p/${young.site_id}`);
  await fresh.locator("h1 strong").waitFor();
  await fresh.getByText("No data to compare with").waitFor();
  expect(await fresh.locator(".trend tbody tr").count()).toBe(5);
  const seen = await fresh.evaluate(() => [...(window as unknown as { seen: Set<string> }).seen]);
  expect(seen.filter((text) => text.includes("28 days"))).toEqual([]);
  expect(await fresh.locator(".card-change:visible").count()).toBe(0);
  expect(await fresh.locator(".trend thead th").count()).toBe(2);
  expect(new URL(fresh.url()).search).toBe("");
  // The standard period can still be chosen.
  await fresh.keyboard.press("q");
  await fresh.getByRole("button", { name: "Period: Last 28 days" }).waitFor();
  expect(new URL(fresh.url()).search).toBe("?period=28d");
  await fresh.close();
});

test("nothing on the way broke a script", () => {
  expect(complaints).toEqual([]);
});
