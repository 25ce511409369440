// The chart of the overview by pointer, finger and keyboard: zoom, the menu of a bucket, annotations, and every metric that it
// can draw, each with the API's own numbers.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addDays, localClock } from "../../dashboard/src/data/calendar.ts";
import type { Property } from "../../dashboard/src/data/property.ts";
import { importEvents } from "../../scripts/simulate/send.ts";
import type { Annotation } from "../../workers/domain/analysis/saved/saved";
import type { Answer } from "../../workers/domain/queries/answer";
import type { MetricValue, Money } from "../../workers/domain/queries/metric";
import { violationsOf } from "./accessibility.ts";
import { overviewOf } from "./overview-page.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System } from "./system.ts";

const HOUR = 3_600_000;

let system: System;
let browser: Browser;
let page: Page;
let site: Property;
let today: string;
const complaints: string[] = [];

/** Visitors of each of the last days at several hours, some of whom buy. */
function eventsOf(site_id: string, days: number): { event_time: string }[] {
  const events: { event_time: string }[] = [];
  for (let back = days - 1; back >= 0; back--)
    for (let visitor = 0; visitor < 2 + ((back * 7) % 5); visitor++) {
      const at = Date.now() - back * 24 * HOUR - (1 + visitor) * 2 * HOUR;
      const event = (event_type: string, seconds: number, more: object = {}) => ({
        event_type,
        event_time: new Date(at + seconds * 1000).toISOString(),
        site_id,
        url: "https://shop.example/",
        ip: `203.0.${back}.${visitor}`,
        user_agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        ...more,
      });
      for (let view = 0; view <= (back + visitor) % 2; view++) events.push(event("pageview", view * 30));
      if (visitor === 0) events.push(event("Order", 70, { revenue: { amount: 5000 + back, currency: "USD" } }));
      if ((back + visitor) % 3 === 0)
        events.push(event("Purchase", 60, { revenue: { amount: 10.5 * (visitor + 1), currency: "EUR" } }));
    }
  return events.sort((a, b) => (a.event_time < b.event_time ? -1 : 1));
}

const ask = (query: object): Promise<Answer<MetricValue>> =>
  system.api.post("/api/v2/query", { site_id: site.site_id, metrics: ["visitors"], ...query });
const visitorsIn = async (date_range: string | [string, string]): Promise<MetricValue> =>
  (await ask({ date_range })).results[0]!.metrics[0]!;

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  site = await system.createProperty({ name: "Shop", url: "https://shop.example" });
  await system.api.patch(`/api/v1/properties/${site.site_id}`, { currency: "EUR" });
  const goals = [
    { name: "Order", filter: ["is", "event:name", ["Order"]], currency: "USD" },
    { name: "Buy", filter: ["is", "event:name", ["Purchase"]] },
    { name: "Look", filter: ["is", "event:name", ["pageview"]] },
  ];
  for (const goal of goals) await system.api.post(`/api/v1/properties/${site.site_id}/goals`, goal);
  today = localClock(Date.now(), site.timezone).slice(0, 10);
  const events = eventsOf(site.site_id, 15);
  const sent = await importEvents(system.api, events, { siteId: site.site_id, importId: "days" });
  expect(sent).toMatchObject({ accepted: events.length, rejected: [] });
  await system.settled(site.site_id);
  const owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", hasTouch: true });
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
const violations = (): Promise<string[]> => violationsOf(page, settled);
const names = (): Promise<string[]> => page.locator(".trend thead th").allTextContents();

/** Moves the pointer from the middle of one bucket of the chart to another. */
async function drag(first: number, last: number): Promise<void> {
  const canvas = page.locator(".trend canvas");
  await canvas.waitFor();
  const box = (await canvas.boundingBox())!;
  const ticks = await rows();
  const area = { left: box.x + AXIS, right: box.x + box.width - NAMES };
  const x = (index: number): number => area.left + ((area.right - area.left) * index) / (ticks.length - 1);
  await page.mouse.move(x(first), box.y + box.height / 2);
  await page.mouse.down();
  if (last !== first) await page.mouse.move(x(last), box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
}
/** Room for the scale and for the names. Buckets are wide enough that these need not be exact. */
const AXIS = 30;
const NAMES = 100;

/** The menu of a bucket of the chart. */
const bucketMenu = () => page.locator(".trend").getByRole("menu");

test("a drag on the chart opens its days, a click offers one of them, and the back button returns", async () => {
  await open("?period=7d");
  await page.locator(".trend canvas").waitFor();
  await drag(2, 4);
  const [from, to] = [addDays(today, -4), addDays(today, -2)];
  await untilParams({ period: "custom", from, to });
  expect(await visitors()).toBe(await visitorsIn([from, to]));
  expect(await rows()).toHaveLength(3);
  await page.goBack();
  await untilParams({ period: "7d" });
  await drag(5, 5);
  expect(await bucketMenu().getAttribute("aria-label")).toContain(String(Number(addDays(today, -1).slice(8))));
  expect(await violations()).toEqual([]);
  await bucketMenu().getByRole("menuitem", { name: "Show this day" }).click();
  await untilParams({ period: "yesterday" });
  expect(await rows()).toHaveLength(24);
  // Hours of a day open as hours, whose visitors the scan counts.
  await drag(9, 13);
  await page.waitForURL((url) => url.searchParams.get("period") === "custom");
  await settled();
  const hours = params();
  expect((Date.parse(hours.to!) - Date.parse(hours.from!)) / HOUR).toBe(5);
  expect(await visitors()).toBe(await visitorsIn([hours.from!, hours.to!]));
  expect(await page.locator(".trend h2 small").innerText()).toContain(`${Number(hours.from!.slice(11, 13))}:00`);
});

test("the rows of the table open the same days for the keyboard", async () => {
  await open("?period=7d&chart=table");
  await page.getByRole("region", { name: "Trend table" }).getByRole("link").nth(1).press("Enter");
  const day = addDays(today, -5);
  await untilParams({ period: "custom", from: day, to: day, chart: "table" });
  expect(await visitors()).toBe(await visitorsIn([day, day]));
  expect(await violations()).toEqual([]);
  // Nothing that is not visible can be reached.
  await open("?period=7d");
  expect(await page.locator(".trend .unseen a").count()).toBe(0);
});

test("a second metric has a line, a legend and a column, chosen in the menu or with Shift on a card", async () => {
  await open("?period=7d&compare=none");
  await page.getByRole("button", { name: "Second metric: Metric" }).press("ArrowDown");
  await page.getByRole("menuitemradio", { name: "Page views" }).press("Enter");
  await untilParams({ period: "7d", compare: "none", second: "pageviews" });
  await page.getByRole("button", { name: "Second metric: Page views" }).waitFor();
  expect(await names()).toEqual(["Time", "Last 7 days", "Page views"]);
  const { results } = await ask({
    date_range: [addDays(today, -6), today],
    dimensions: ["time:day"],
    metrics: ["visitors", "pageviews"],
  });
  expect((await rows()).map(([, ...values]) => values.map(Number))).toEqual(results.map(({ metrics }) => metrics));
  expect(await violations()).toEqual([]);
  await page.getByRole("button", { name: /^Visits/ }).press("Shift+Enter");
  await untilParams({ period: "7d", compare: "none", second: "visits" });
  await page.getByRole("button", { name: /^Visits/ }).click({ modifiers: ["Shift"] });
  await untilParams({ period: "7d", compare: "none" });
});

test("the keyboard goes along the chart, reads its values, and opens the same menu", async () => {
  await open("?period=7d");
  const { results } = await ask({ date_range: [addDays(today, -6), today], dimensions: ["time:day"] });
  const slider = page.getByRole("slider", { name: "Visitors, point by point" });
  const said = () => slider.getAttribute("aria-valuetext");
  await page.locator(".trend canvas").waitFor();
  await slider.focus();
  expect(await said()).toMatch(new RegExp(`: ${results[6]!.metrics[0]}$`));
  for (const key of ["Home", "ArrowRight", "ArrowRight"]) await page.keyboard.press(key);
  expect(await said()).toMatch(new RegExp(`: ${results[2]!.metrics[0]}$`));
  await page.locator(".tip").getByText("Enter for options").waitFor();
  // Neither a step of the period nor its shortcut.
  expect(params()).toEqual({ period: "7d" });
  await page.keyboard.press("Enter");
  await bucketMenu().getByRole("menuitem", { name: "Show this day" }).waitFor();
  await page.keyboard.press("Escape");
  expect(await bucketMenu().count()).toBe(0);
  expect(await slider.evaluate((element) => element === document.activeElement)).toBe(true);
  for (const key of ["ArrowLeft", "Enter", "Enter"]) await page.keyboard.press(key);
  const day = addDays(today, -5);
  await untilParams({ period: "custom", from: day, to: day });
  expect(await visitors()).toBe(await visitorsIn([day, day]));
});

test("a finger sees the values first, and has the menu with the next tap", async () => {
  await open("?period=7d");
  const canvas = page.locator(".trend canvas");
  const box = (await canvas.boundingBox())!;
  const tap = () => page.touchscreen.tap(box.x + AXIS + 4, box.y + box.height / 2);
  await tap();
  await page.getByText("Tap again for options").waitFor();
  expect(await bucketMenu().count()).toBe(0);
  await tap();
  await bucketMenu().getByRole("menuitem", { name: "Show this day" }).tap();
  await untilParams({ period: "custom", from: addDays(today, -6), to: addDays(today, -6) });
});

test("a click on the chart adds an annotation there, and so does the keyboard", async () => {
  await open("?period=7d");
  const canvas = page.locator(".trend canvas");
  await canvas.waitFor();
  const add = bucketMenu().getByRole("menuitem", { name: "Add annotation" });
  const [first, dialog] = [addDays(today, -6), () => page.getByRole("dialog")];
  const gone = (): Promise<void> => dialog().waitFor({ state: "detached" });
  // The first bucket is at the left edge, where nothing is drawn.
  await canvas.click({ position: { x: 40, y: 60 } });
  await add.click();
  expect(await dialog().getByLabel("Date").inputValue()).toBe(first);
  await dialog().getByLabel("Text").fill("Campaign");
  await dialog().getByRole("button", { name: "Save" }).click();
  await gone();
  await page.getByRole("button", { name: /^Annotation, .*: Campaign$/ }).waitFor();

  await open("?period=day");
  await canvas.waitFor();
  await page.getByRole("slider", { name: "Visitors, point by point" }).focus();
  for (const key of ["Home", "ArrowRight", "ArrowRight", "Enter", "End", "Enter"]) await page.keyboard.press(key);
  await dialog().getByLabel("Text").fill("Deploy");
  expect(await dialog().getByLabel("Time (optional)").inputValue()).toBe("02:00");
  await page.keyboard.press("Tab");
  await dialog().getByLabel("Time (optional)").press("Enter");
  await gone();
  await page.getByRole("button", { name: /^Annotation, .*2:00.*: Deploy$/ }).waitFor();
  const { annotations: notes } = await system.api.get<{ annotations: Annotation[] }>(
    `/api/v1/properties/${site.site_id}/annotations`,
  );
  expect(
    notes.map(({ text, date, time }) => [text, date ?? localClock(Date.parse(time!), site.timezone)]).sort(),
  ).toEqual([
    ["Campaign", first],
    ["Deploy", `${today} 02:00:00`],
  ]);
});

/** The week's values of a metric as the table writes them. A day without a row has nothing. */
async function linesOf(metric: string, more: object = {}): Promise<string[]> {
  const { results } = await ask({
    date_range: [addDays(today, -6), today],
    dimensions: ["time:day"],
    metrics: [metric],
    ...more,
  });
  const found = new Map(results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]));
  return Array.from({ length: 7 }, (_, index) => {
    const value = found.get(addDays(today, index - 6));
    if (metric === "conversion_rate") return `${value ?? 0}%`;
    return `€${((value as Money | undefined)?.value ?? 0).toFixed(2)}`;
  });
}
const card = (name: RegExp) => page.locator(".cards").getByRole("button", { name });
const column = async (index: number): Promise<string[]> => (await rows()).map((cells) => cells[index]!);

test("revenue is a card, the line and the second line, with the API's amounts", async () => {
  await open("?period=7d&compare=none");
  expect(await page.locator(".card").count()).toBe(10);
  await card(/^Total revenue/).click();
  await untilParams({ period: "7d", compare: "none", metric: "total_revenue" });
  const expected = await linesOf("total_revenue");
  expect(new Set(expected).size).toBeGreaterThan(3);
  expect(await column(1)).toEqual(expected);
  expect(await page.locator(".trend h2").innerText()).toContain("Total revenue");
  const { results } = await ask({ date_range: [addDays(today, -6), today], metrics: ["total_revenue"] });
  const total = (results[0]!.metrics[0] as Money).value;
  expect(
    await card(/^Total revenue/)
      .locator(".card-value")
      .innerText(),
  ).toBe(`€${total.toFixed(2)}`);
  await card(/^Visitors/).click();
  await page.getByRole("button", { name: "Second metric: Metric" }).click();
  await page.getByRole("menuitemradio", { name: "Total revenue" }).click();
  await untilParams({ period: "7d", compare: "none", second: "total_revenue" });
  expect(await names()).toEqual(["Time", "Last 7 days", "Total revenue"]);
  expect(await column(2)).toEqual(expected);
});

test("under a goal the line is its conversion rate or revenue, and visitors when the goal is gone", async () => {
  const f = "is,event:goal,Buy";
  await open(`?period=7d&compare=none&f=${f}`);
  await card(/^Conversion rate/).click();
  await untilParams({ period: "7d", compare: "none", f, metric: "conversion_rate" });
  const filters = [["is", "event:goal", ["Buy"]]];
  const rates = await linesOf("conversion_rate", { filters });
  expect(await column(1)).toEqual(rates);
  expect(rates).not.toContain("100%");
  await card(/^Total revenue/).click({ modifiers: ["Shift"] });
  await untilParams({ period: "7d", compare: "none", f, metric: "conversion_rate", second: "total_revenue" });
  expect(await column(2)).toEqual(await linesOf("total_revenue", { filters }));
  await page.getByRole("button", { name: /^Remove filter: Goal/ }).click();
  await page.getByRole("heading", { name: /^Visitors/ }).waitFor();
  await settled();
  expect(await visitors()).toBe(await visitorsIn([addDays(today, -6), today]));
});

test("changes of a goal's cards compare complete days, as those of all cards do", async () => {
  await open("?period=7d&f=is,event:goal,Buy");
  const { results } = await ask({
    date_range: [addDays(today, -6), addDays(today, -1)],
    metrics: ["visitors", "events", "conversion_rate", "total_revenue"],
    filters: [["is", "event:goal", ["Buy"]]],
    include: { comparisons: { mode: "custom", date_range: [addDays(today, -13), addDays(today, -8)] } },
  });
  const changes = results[0]!.comparison!.change.map((one) => `${Math.abs(one!)}`);
  const texts = (await page.locator(".card-change").allInnerTexts()).slice(0, 4);
  expect(texts.map((text) => /[\d.]+/.exec(text)?.[0])).toEqual(changes);
  expect(texts[2]).toContain("pts");
});

test("goals ordered by revenue have the property's currency first, and say that currencies are not compared", async () => {
  await open("?period=7d");
  const panel = page.getByRole("region", { name: "Goals", exact: true });
  const { results, meta } = await ask({
    date_range: [addDays(today, -6), today],
    metrics: ["total_revenue"],
    dimensions: ["event:goal"],
  });
  const amounts = new Map(results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0] as Money]));
  expect(amounts.get("Order")!.value).toBeGreaterThan(amounts.get("Buy")!.value * 10);
  expect(meta.unconverted_revenue).toBe(undefined);
  await panel.getByRole("button", { name: "Revenue" }).click();
  const shown = await panel
    .locator("tbody tr")
    .evaluateAll((all) =>
      all.map((row) => [row.firstElementChild, row.lastElementChild].map((cell) => cell?.textContent)),
    );
  expect(shown).toEqual([
    ["Buy", `€${amounts.get("Buy")!.value.toFixed(2)}`],
    ["Order", `US$${amounts.get("Order")!.value.toLocaleString("en-GB", { minimumFractionDigits: 2 })}`],
    ["Look", "–"],
  ]);
  expect(await panel.getByRole("columnheader", { name: "Revenue" }).getAttribute("aria-sort")).toBe("descending");
  await panel.getByText("EUR comes first, then USD.").waitFor();
  await panel.getByRole("button", { name: "Total" }).click();
  expect(await panel.locator("tbody th").first().textContent()).toBe("Look");
  // The sum in euros has no dollars in it, and says so.
  const total = await ask({ date_range: [addDays(today, -6), today], metrics: ["total_revenue"] });
  const left = total.meta.unconverted_revenue!.USD!.toLocaleString("en-GB", { minimumFractionDigits: 2 });
  await page
    .locator(".overview-foot")
    .getByText(`Revenue leaves out US$${left}, for lack of an exchange rate.`)
    .waitFor();
});

test("nothing on the way broke a script", () => {
  expect(complaints).toEqual([]);
});
