// Ordinary tasks of an owner, done by clicking alone, with the API's numbers: which campaign brought sign-ups last week, and how
// this month compares with the same month of last year. What mobile visitors from Germany read is in filters.test.ts.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importEvents } from "../../scripts/simulate/send.ts";
import type { Answer } from "../../workers/domain/queries/answer";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

const DAY = 86_400_000;
const AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const CAMPAIGNS = ["spring", "launch", "newsletter"];

let system: System;
let browser: Browser;
let page: Page;
let siteId: string;

/** Monday of last week, at noon (UTC). */
function lastMonday(now: number): number {
  const today = Math.floor(now / DAY) * DAY;
  const sinceMonday = (new Date(today).getUTCDay() + 6) % 7;
  return today - (sinceMonday + 7) * DAY + DAY / 2;
}

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  siteId = (await system.createProperty({ name: "Shop", url: "https://shop.example", timezone: "UTC" })).site_id;
  const now = Date.now();
  const events: Record<string, unknown>[] = [];
  const visit = (at: number, visitor: number, query: string, isSignUp: boolean): void => {
    const event = {
      site_id: siteId,
      ip: `203.0.${Math.floor(at / DAY) % 250}.${visitor}`,
      user_agent: AGENT,
      url: `https://shop.example/${query}`,
    };
    events.push({ ...event, event_type: "pageview", event_time: new Date(at).toISOString() });
    if (isSignUp) events.push({ ...event, event_type: "Signup", event_time: new Date(at + 60_000).toISOString() });
  };
  const monday = lastMonday(now);
  for (let visitor = 0; visitor < 45; visitor++) {
    const campaign = CAMPAIGNS[visitor % 3]!;
    // Of each third another share signs up.
    visit(
      monday + (visitor % 5) * DAY,
      visitor,
      `?utm_campaign=${campaign}`,
      Math.floor(visitor / 3) % (2 + (visitor % 3)) === 0,
    );
  }
  // Sign-ups before and after last week, which must not count.
  visit(monday - 3 * DAY, 90, "?utm_campaign=spring", true);
  visit(now - 60_000 * 10, 91, "?utm_campaign=launch", true);
  const year = new Date(now);
  const month = (years: number) => Date.UTC(year.getUTCFullYear() - years, year.getUTCMonth(), 1, 0, 5);
  // The first day of the month a year ago has visits even while this month's have not come.
  for (let day = 0; day === 0 || month(0) + day * DAY < now; day++)
    for (let visitor = 0; visitor < 3; visitor++) visit(month(1) + day * DAY, 100 + visitor, "", false);
  for (let day = 0; month(0) + day * DAY < now; day++)
    for (let visitor = 0; visitor < 2 + (day % 3); visitor++) visit(month(0) + day * DAY, 100 + visitor, "", false);
  events.sort((a, b) => (String(a.event_time) < String(b.event_time) ? -1 : 1));
  const sent = await importEvents(system.api, events, { siteId, importId: "history" });
  expect(sent).toMatchObject({ rejected: [] });
  await system.settled(siteId);
  const goal = { name: "Sign up", filter: ["is", "event:name", ["Signup"]] };
  await system.api.post(`/api/v1/properties/${siteId}/goals`, goal);

  const owner = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
  });
  await system.signIn(owner);
  page = await owner.newPage();
  await page.goto(`${system.dashboard}/p/${siteId}`);
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

const panel = (name: string): Locator => page.getByRole("region", { name, exact: true });
const settled = () => page.waitForFunction(() => !document.querySelector(".bone, .stale, main [aria-busy=true]"));
const choose = async (menu: RegExp, choice: string): Promise<void> => {
  await page.getByRole("button", { name: menu }).first().click();
  await page.getByRole("menuitemradio", { name: choice }).click();
};
const ask = (question: object): Promise<Answer> =>
  system.api.post<Answer>("/api/v2/query", { site_id: siteId, ...question });

test("which campaign brought sign-ups last week", async () => {
  await choose(/^Period/, "Last week");
  await panel("Goals").getByRole("link", { name: "Sign up" }).click();
  await panel("Sources")
    .getByRole("button", { name: /^Campaigns/ })
    .click();
  await page.getByRole("menuitemradio", { name: "Campaign", exact: true }).click();
  await panel("Sources").getByRole("link", { name: "spring" }).waitFor();
  await settled();

  const monday = lastMonday(Date.now());
  const date = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const { results } = await ask({
    date_range: [date(monday), date(monday + 6 * DAY)],
    metrics: ["visitors", "group_conversion_rate"],
    dimensions: ["visit:utm_campaign"],
    filters: [["is", "event:goal", ["Sign up"]]],
  });
  expect(results.map(({ dimensions }) => dimensions[0]).sort()).toEqual([...CAMPAIGNS].sort());
  const rows = await until(
    () =>
      panel("Sources")
        .locator("tbody tr")
        .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell.textContent ?? "").trim()))),
    (all) => all.length === results.length,
  );
  const shown = rows.map(([name, count, rate]) => [name, Number(count), Number.parseFloat(rate!)]);
  expect(shown.sort()).toEqual(results.map(({ dimensions, metrics }) => [dimensions[0], ...metrics]).sort());
});

test("this month against the same month of last year", async () => {
  await page.keyboard.press("Escape");
  await choose(/^Period/, "This month");
  await choose(/^Compare with/, "Previous year");
  await page.waitForURL(/compare=year/);
  await settled();
  const metrics = ["visitors", "visits", "pageviews"];
  const figuresOf = async (question: object) => {
    const include = { comparisons: { mode: "year_over_year" } };
    return (await ask({ ...question, metrics, include })).results[0] as Required<Answer["results"][number]>;
  };
  const cards = page.locator(".card");
  const values = await cards.locator(".card-value").allInnerTexts();
  expect(values.slice(0, 3).map(Number)).toEqual((await figuresOf({ date_range: "month" })).metrics);

  // Today is incomplete, so changes compare the days before it. On the first of a month there are none.
  const changes = await cards.locator(".card-change").allInnerTexts();
  const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);
  const today = dateOf(Date.now());
  if (today.endsWith("-01")) {
    expect(changes.filter((text) => text.trim() !== "")).toEqual([]);
    await page
      .getByText("No changes yet: the first day of this period is still in progress.", { exact: false })
      .waitFor();
    return;
  }
  const { comparison } = await figuresOf({ date_range: [`${today.slice(0, 8)}01`, dateOf(Date.now() - DAY)] });
  expect(comparison.metrics.every((value) => Number(value) > 0)).toBe(true);
  expect(changes.slice(0, 3).map((text) => Math.abs(Number.parseInt(text.replace(/[^\d-]/g, ""), 10)))).toEqual(
    comparison.change.map((change) => Math.abs(Number(change))),
  );
});
