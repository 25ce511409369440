// Asking by clicking: rows filter, chips say by what, and every figure is that of the API under the same filters.
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importEvents } from "../../scripts/simulate/send.ts";
import type { Answer } from "../../workers/domain/queries/answer";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

const DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const PAGES = ["/", "/pricing", "/blog", "/docs/start"];
const HOUR = 3_600_000;

let system: System;
let browser: Browser;
let owner: BrowserContext;
let page: Page;
let siteId: string;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  siteId = (await system.createProperty({ name: "Shop", url: "https://shop.example", timezone: "UTC" })).site_id;
  const events: Record<string, unknown>[] = [];
  for (let visitor = 0; visitor < 60; visitor++) {
    const isPhone = visitor % 3 === 0;
    const who = {
      site_id: siteId,
      ip: `203.0.113.${visitor}`,
      user_agent: isPhone ? PHONE : DESKTOP,
      country: ["DE", "FR", "US"][visitor % 4] ?? "DE",
      ...(visitor % 2 === 0 && { referrer: "https://www.google.com/" }),
    };
    const at = (minute: number) => new Date(Date.now() - 26 * HOUR - visitor * HOUR + minute * 60_000).toISOString();
    for (let view = 0; view <= visitor % 4; view++)
      events.push({
        ...who,
        event_type: "pageview",
        event_time: at(view),
        url: `https://shop.example${PAGES[(visitor * 3 + view) % PAGES.length]}`,
      });
    if (visitor % 5 === 0)
      events.push({
        ...who,
        event_type: "Signup",
        event_time: at(9),
        url: "https://shop.example/pricing",
        props: { plan: visitor % 2 === 0 ? "pro" : "free" },
      });
  }
  events.sort((a, b) => (String(a.event_time) < String(b.event_time) ? -1 : 1));
  const sent = await importEvents(system.api, events, { siteId, importId: "history" });
  expect(sent).toMatchObject({ accepted: events.length, rejected: [] });
  await system.settled(siteId);

  owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "UTC" });
  await system.signIn(owner);
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(`${system.dashboard}/p/${siteId}?period=7d`);
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

const panel = (name: string): Locator => page.getByRole("region", { name, exact: true });
const chips = (): Locator => page.getByRole("list", { name: "Filters" });
const chipTexts = async (): Promise<string[]> =>
  (await chips().locator(".filter .filter-text").allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " "));

async function ask(question: object): Promise<(string | number | null)[][]> {
  const today = new Date().toISOString().slice(0, 10);
  const from = new Date(Date.now() - 6 * 24 * HOUR).toISOString().slice(0, 10);
  const body = { site_id: siteId, date_range: [from, today], ...question };
  const { results } = await system.api.post<Answer>("/api/v2/query", body);
  return results.map(({ dimensions, metrics }) => [...dimensions, ...metrics]);
}

/** The rows of a panel, once they are those of the present filters. */
async function rowsOf(name: string): Promise<[string, number][]> {
  await page.waitForFunction(() => !document.querySelector(".stale, main [aria-busy=true]"));
  const rows = await panel(name).locator("tbody tr").all();
  return Promise.all(
    rows.map(async (row): Promise<[string, number]> => {
      const [value, count] = (await row.locator("th, td").allInnerTexts()) as [string, string];
      return [value.trim(), Number(count.replaceAll(",", ""))];
    }),
  );
}

const MOBILE_GERMANS = [
  ["is", "visit:country", ["DE"]],
  ["is", "visit:device", ["Mobile"]],
];

test("what mobile visitors from Germany read takes two clicks", async () => {
  await panel("Locations").getByRole("link", { name: "Germany" }).click();
  await chips().getByText("Germany").waitFor();
  await panel("Technology").getByRole("button", { name: "Device" }).click();
  await panel("Technology").getByRole("link", { name: "Mobile" }).click();
  await until(chipTexts, (texts) => texts.length === 2);
  expect(await chipTexts()).toEqual(["Country is Germany", "Device is Mobile"]);

  const pages = await rowsOf("Pages");
  const asked = await ask({ metrics: ["visitors"], dimensions: ["event:page"], filters: MOBILE_GERMANS });
  expect(pages.length).toBeGreaterThan(1);
  expect(Object.fromEntries(pages)).toEqual(Object.fromEntries(asked));
  const [total] = await ask({ metrics: ["visitors", "visits", "pageviews"], filters: MOBILE_GERMANS });
  const cards = await page.locator(".card-value").allInnerTexts();
  expect(cards.slice(0, 3).map(Number)).toEqual(total);
  expect(await page.getByRole("heading", { level: 1 }).innerText()).toContain(`${total![0]} visitors`);
});

test("the filters are the URL: a reload keeps them, the back button undoes them one by one", async () => {
  expect(new URL(page.url()).searchParams.get("f")).toBe("is,visit:country,DE;is,visit:device,Mobile");
  await page.reload();
  await until(chipTexts, (texts) => texts.length === 2);
  await page.goBack();
  await until(chipTexts, (texts) => texts.length === 1);
  expect(await chipTexts()).toEqual(["Country is Germany"]);
  await page.goForward();
  await until(chipTexts, (texts) => texts.length === 2);
});

test("a second click on the same row takes its filter away", async () => {
  await panel("Technology").getByRole("link", { name: "Mobile" }).click();
  await until(chipTexts, (texts) => texts.length === 1);
  await page.goBack();
  await until(chipTexts, (texts) => texts.length === 2);
});

test("the keyboard alone adds a filter with several values, changes it, and clears all with Escape", async () => {
  await page.keyboard.press("Escape");
  await chips().waitFor({ state: "detached" });
  await page.keyboard.press("f");
  const dialog = page.getByRole("dialog", { name: "Add filter" });
  await dialog.waitFor();
  await dialog.getByLabel("Filter by").selectOption({ label: "Country" });
  await dialog.getByLabel("Filter by").press("Tab");
  await page.keyboard.press("Tab");
  // Values are found by the name that people know, not by the code.
  await page.keyboard.type("fran");
  await dialog.getByRole("option", { name: /^France/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.type("united st");
  await dialog.getByRole("option", { name: /^United States/ }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await until(chipTexts, (texts) => texts.length === 1);
  expect(await chipTexts()).toEqual(["Country is France or United States"]);
  const filters = [["is", "visit:country", ["FR", "US"]]];
  const asked = await ask({ metrics: ["visitors"], dimensions: ["visit:channel"], filters });
  expect(Object.fromEntries(await rowsOf("Sources"))).toEqual(Object.fromEntries(asked));

  await chips()
    .getByRole("button", { name: /^Edit filter/ })
    .press("Enter");
  const edit = page.getByRole("dialog", { name: "Edit filter" });
  await edit.getByLabel("Condition").selectOption({ label: "is not" });
  await edit.getByRole("button", { name: "Apply filter" }).press("Enter");
  await until(chipTexts, (texts) => texts[0] === "Country is not France or United States");
  const others = await ask({
    metrics: ["visitors"],
    dimensions: ["visit:channel"],
    filters: [["is_not", "visit:country", ["FR", "US"]]],
  });
  expect(Object.fromEntries(await rowsOf("Sources"))).toEqual(Object.fromEntries(others));
  await page.keyboard.press("Escape");
  await chips().waitFor({ state: "detached" });
  expect(new URL(page.url()).searchParams.has("f")).toBe(false);
});

test("Escape clears the filters of the screen that is shown, also after others", async () => {
  await page.goto(`${system.dashboard}/p/${siteId}?period=7d`);
  await page.locator(".card").first().waitFor();
  for (const [key, title] of [
    ["7", "Technology"],
    ["8", "Networks"],
  ] as const) {
    await page.keyboard.press(key);
    await page.getByRole("heading", { level: 1, name: title }).waitFor();
  }
  await page.keyboard.press("f");
  const dialog = page.getByRole("dialog", { name: "Add filter" });
  await dialog.getByLabel("Filter by").selectOption({ label: "Country" });
  await dialog.getByLabel("Filter by").press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.type("fran");
  await dialog.getByRole("option", { name: /^France/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await until(chipTexts, (texts) => texts[0] === "Country is France");
  await page.keyboard.press("Escape");
  await chips().waitFor({ state: "detached" });
  expect(new URL(page.url()).pathname).toBe(`/p/${siteId}/networks`);
});

test("conditions on texts, props and what was part of the visit are those of the API", async () => {
  const cases: [string, object][] = [
    ["contains,event:page,/DOC", ["contains", "event:page", ["/DOC"], { case_sensitive: false }]],
    ["matches_wildcard,visit:entry_page,/docs/*", ["matches_wildcard", "visit:entry_page", ["/docs/*"]]],
    ["is,event:props:plan,pro", ["is", "event:props:plan", ["pro"]]],
    ["has_done,event:name,Signup", ["has_done", ["is", "event:name", ["Signup"]]]],
    ["has_not_done,event:page,/pricing", ["has_not_done", ["is", "event:page", ["/pricing"]]]],
  ];
  for (const [text, filter] of cases) {
    await page.goto(`${system.dashboard}/p/${siteId}?period=7d&f=${encodeURIComponent(text)}`);
    await chips().waitFor();
    const [total] = await ask({ metrics: ["visitors", "visits"], filters: [filter] });
    await page.waitForFunction(() => !document.querySelector(".bone, .stale"));
    const cards = await page.locator(".card-value").allInnerTexts();
    expect([text, ...cards.slice(0, 2).map(Number)]).toEqual([text, ...total!]);
    expect(total![0]).toBeGreaterThan(0);
  }
});

test("a pattern that is none is refused in words, and the filter can be mended", async () => {
  await page.goto(`${system.dashboard}/p/${siteId}?period=7d&f=${encodeURIComponent("matches,event:page,(")}`);
  await page.getByRole("alert").first().waitFor();
  expect(await page.getByRole("alert").first().innerText()).toMatch(/pattern|regular expression/i);
  await chips()
    .getByRole("button", { name: /^Remove filter/ })
    .click();
  await rowsOf("Pages");
  expect(await page.getByRole("alert").count()).toBe(0);
  // The browser reports each refused request.
  complaints.splice(0, complaints.length, ...complaints.filter((text) => !text.includes("400")));
});

test("details search on the server, filter, and leave no history entry behind", async () => {
  await panel("Pages").getByRole("button", { name: "Details of pages" }).click();
  const details = page.getByRole("dialog", { name: /^Pages/ });
  await details.getByRole("searchbox").fill("doc");
  await until(
    () => details.locator("tbody th").allInnerTexts(),
    (texts) => texts.length === 1,
  );
  expect((await details.locator("tbody th").innerText()).trim()).toBe("/docs/start");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await details.waitFor({ state: "detached" });
  expect(new URL(page.url()).searchParams.has("all")).toBe(false);
  await panel("Pages").getByRole("button", { name: "Details of pages" }).click();
  await details.locator(".row-filter", { hasText: "/pricing" }).click();
  await details.waitFor({ state: "detached" });
  await until(chipTexts, (texts) => texts[0] === "Page is /pricing");
});

test("the filters go along to the other screens", async () => {
  await page.getByRole("navigation", { name: "Property screens" }).getByRole("link", { name: "Technology" }).click();
  await until(chipTexts, (texts) => texts[0] === "Page is /pricing");
  await page.getByRole("link", { name: "Firefox", exact: true }).first().click();
  await until(chipTexts, (texts) => texts.length === 2);
  await page.getByRole("navigation", { name: "Property screens" }).getByRole("link", { name: "Overview" }).click();
  await until(chipTexts, (texts) => texts.length === 2);
  expect(await chipTexts()).toEqual(["Page is /pricing", "Browser is Firefox"]);
});

test("nothing on the way broke a script", () => {
  expect(complaints).toEqual([]);
});
