// One page in detail, the lower part of the overview, and an event down to a value of a prop: every number is the API's.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { importEvents } from "../../scripts/simulate/send.ts";
import type { Answer } from "../../workers/domain/queries/answer.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const ANNA = { ip: "203.0.113.7", user_agent: DESKTOP, country: "DE" };
const BEN = { ip: "198.51.100.9", user_agent: PHONE, country: "CH" };
const CARLA = { ip: "192.0.2.33", user_agent: PHONE, country: "DE" };

let system: System;
let browser: Browser;
let page: Page;
let siteId: string;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  const property = await system.createProperty({ name: "Shop", url: "https://shop.example" });
  siteId = property.site_id;
  const { currency } = property;
  const begin = Date.now() - 1_200_000;
  let second = 0;
  const event = (visitor: typeof ANNA, event_type: string, path: string, more: object = {}) => ({
    ...{ event_type, site_id: siteId, url: `https://shop.example${path}`, ...visitor, ...more },
    event_time: new Date(begin + 1000 * second++).toISOString(),
  });
  const view = (visitor: typeof ANNA, path: string, scroll_depth: number, more: object = {}) => [
    event(visitor, "pageview", path, more),
    event(visitor, "engagement", path, { engaged_ms: 6000, scroll_depth }),
  ];
  const events = [
    ...view(ANNA, "/", 20, { referrer: "https://www.google.com/" }),
    ...view(ANNA, "/pricing", 95),
    event(ANNA, "click", "/pricing", { button_id: "buy" }),
    event(ANNA, "click", "/pricing", { button_id: "buy" }),
    event(ANNA, "Signup", "/pricing", { props: { plan: "pro", seats: 5 }, revenue: { amount: 120, currency } }),
    ...view(ANNA, "/guide", 60),
    ...view(ANNA, "/pricing", 30),
    ...view(BEN, "/pricing", 80),
    ...view(CARLA, "/", 50),
    ...view(CARLA, "/pricing", 10),
    event(CARLA, "Signup", "/pricing", { props: { plan: "pro", seats: 1 }, revenue: { amount: 60, currency } }),
    event(BEN, "Signup", "/pricing", { props: { plan: "free", seats: 1 } }),
  ];
  const sent = await system.api.post("/api/events", { events });
  expect(sent).toMatchObject({ accepted: events.length, rejected: [] });
  const goal = { name: "Sign up", filter: ["is", "event:name", ["Signup"]] };
  await system.api.post(`/api/v1/properties/${siteId}/goals`, goal);
  await system.settled(siteId);

  const owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  await system.signIn(owner);
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

/** The rows of the API for the same days as the screen: name, then metrics. */
async function ask(metrics: string[], filters: unknown[], dimension?: string): Promise<(string | number | null)[][]> {
  const today = new Intl.DateTimeFormat("sv", { timeZone: "UTC" }).format(Date.now() + 86_400_000);
  const { results } = await system.api.post<Answer>("/api/v2/query", {
    ...{ site_id: siteId, metrics, filters, dimensions: dimension ? [dimension] : [] },
    date_range: [new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10), today],
  });
  return results.map(({ dimensions, metrics: values }) => [...dimensions, ...values]);
}

const is = (dimension: string, value: string) => ["is", dimension, [value]];
const PRICING = is("event:page", "/pricing");
const open = (path: string): Promise<unknown> => page.goto(`${system.dashboard}/p/${siteId}${path}`);
const settled = (): Promise<unknown> =>
  page.waitForFunction(
    () => document.querySelector("main h1") && !document.querySelector('main [aria-busy="true"], main .bone'),
  );
const table = (name: string): Locator => page.getByRole("table", { name, exact: true });
/** The cells of a table's rows. */
async function rowsOf(name: string): Promise<string[][]> {
  await table(name).first().waitFor({ state: "attached" });
  return table(name)
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => (cell.textContent ?? "").replaceAll(/\s+/g, " ").trim())),
    );
}
const texts = (rows: (string | number | null)[][]): string[][] => rows.map((row) => row.map(String));
/** The figures of the page: label and value. */
const figures = (): Promise<Record<string, string>> =>
  page
    .getByRole("region", { name: "Figures of the page" })
    .locator("dl > div")
    .evaluateAll((pairs) =>
      Object.fromEntries(
        pairs.map((pair) => [
          pair.querySelector("dt")?.textContent,
          [...(pair.querySelector("dd")?.childNodes ?? [])].find(({ nodeName }) => nodeName === "#text")?.textContent,
        ]),
      ),
    );

test("a page's row leads to its details, whose figures are the API's", async () => {
  await open("");
  await page.getByRole("region", { name: "Pages" }).getByRole("link", { name: "Details of /pricing" }).click();
  await page.waitForURL("**/pages?page=%2Fpricing");
  await page.getByRole("heading", { level: 1, name: "/pricing" }).waitFor();
  await settled();
  const metrics = ["visitors", "pageviews", "bounce_rate", "time_on_page", "scroll_depth"];
  const [own] = await ask(metrics, [PRICING]);
  const [entries] = await ask(["visits"], [is("visit:entry_page", "/pricing")]);
  const exits = (await ask(["visits", "exit_rate"], [], "visit:exit_page")).find(([name]) => name === "/pricing");
  expect([own, entries, exits]).toEqual([[3, 4, 0, 6, 54], [1], ["/pricing", 3, 75]]);
  expect(await figures()).toEqual({
    ...{ Visitors: "3", "Page views": "4", "Bounce rate": "0%", "Time on page": "6s", "Scroll depth": "54%" },
    ...{ Entrances: "1", Exits: "3", "Exit rate": "75%" },
  });
});

test("its sources, goals and scroll depth are the API's, and it links to the page itself and to its heatmap", async () => {
  const sources = await ask(["visitors"], [PRICING], "visit:source");
  const names = new Map([["(direct)", "Direct"]]);
  expect(await rowsOf("Sources")).toEqual(
    texts(sources.map(([name, count]) => [names.get(`${name}`) ?? name!, count!])),
  );
  const goals = await ask(["visitors", "events", "conversion_rate"], [["has_done", PRICING]], "event:goal");
  expect(goals).toEqual([["Sign up", 3, 3, 100]]);
  expect(await rowsOf("Goals in visits with this page")).toEqual([["Sign up", "3", "3", "100%"]]);
  const scrolled = new Map(
    (await ask(["pageviews"], [PRICING], "event:scroll_bucket")).map(([label, views]) => [label, views]),
  );
  const buckets = (await rowsOf("Page views by scroll depth")).map(([label, views]) => [label, views]);
  expect(buckets).toHaveLength(5);
  expect(buckets).toEqual(buckets.map(([label]) => [label, `${scrolled.get(label!) ?? 0}`]));

  const itself = page.getByRole("link", { name: "Open page" });
  expect(await itself.getAttribute("href")).toBe("https://shop.example/pricing");
  expect(await itself.getAttribute("rel")).toBe("noopener");
  const heatmap = new URL(
    (await page.getByRole("link", { name: "Heatmap", exact: true }).getAttribute("href"))!,
    system.dashboard,
  );
  expect([heatmap.pathname, heatmap.search]).toEqual([`/p/${siteId}/heatmaps`, "?page=%2Fpricing"]);
});

test("the pages before and after it lead on, page by page, and back", async () => {
  await open("/pages?page=%2Fpricing");
  await settled();
  expect(await ask(["pageviews"], [PRICING], "event:previous_page")).toEqual(
    expect.arrayContaining([
      ["/", 2],
      ["/guide", 1],
      ["(entry)", 1],
    ]),
  );
  const before = await rowsOf("Previous pages");
  expect(before[0]).toEqual(["/", "2", "50%"]);
  expect(before.slice(1).sort()).toEqual([
    ["/guide", "1", "25%"],
    ["Entered the site here", "1", "25%"],
  ]);
  expect(await rowsOf("Next pages")).toEqual([
    ["Left the site here", "3", "75%"],
    ["/guide", "1", "25%"],
  ]);
  await table("Next pages").getByRole("link", { name: "/guide" }).click();
  await page.getByRole("heading", { level: 1, name: "/guide" }).waitFor();
  await settled();
  expect(await rowsOf("Previous pages")).toEqual([["/pricing", "1", "100%"]]);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "/pricing" }).waitFor();
});

test("figures are compared with the period before, by complete days, as the API compares them", async () => {
  const { site_id } = await system.createProperty({ name: "Books", url: "https://books.example", timezone: "UTC" });
  const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  // Of the days of a week that ends today, six are complete; the days before are as many. Yesterday has two visits, so that
  // whatever the time is, there are some among the hours with which the last 24 are compared.
  const views = [20, 9, 9, 3, 3, 3, 2, 1].flatMap((ago, person) =>
    Array.from({ length: person + 1 }, (_, view) => ({
      ...{ site_id, event_type: "pageview", url: "https://books.example/new", user_agent: ANNA.user_agent },
      ip: `203.0.113.${50 + person}`,
      event_time: `${day(ago)}T${ago === 1 && view < 4 ? "00" : "12"}:00:00.000Z`,
    })),
  );
  views.sort((a, b) => (a.event_time < b.event_time ? -1 : 1));
  const sent = await importEvents(system.api, views, { siteId: site_id, importId: "books" });
  expect(sent).toMatchObject({ accepted: views.length, rejected: [] });
  await system.settled(site_id);
  await page.goto(`${system.dashboard}/p/${site_id}/pages?page=%2Fnew&period=7d`);
  await settled();
  const { results } = await system.api.post<Answer>("/api/v2/query", {
    ...{ site_id, metrics: ["visitors", "pageviews"], filters: [is("event:page", "/new")] },
    date_range: [day(6), day(1)],
    include: { comparisons: { mode: "custom", date_range: [day(13), day(8)] } },
  });
  const { metrics, comparison } = results[0]!;
  expect([metrics, comparison!.metrics]).toEqual([
    [5, 30],
    [2, 5],
  ]);
  const changes = page.getByRole("region", { name: "Figures of the page" }).locator(".page-change");
  await until(
    () => changes.allInnerTexts(),
    (all) => all.length > 1,
  );
  const texts = (await changes.allInnerTexts()).map((text) => text.replace(/[^+−%\d]/g, ""));
  expect(texts.slice(0, 2)).toEqual(comparison!.change.slice(0, 2).map((change) => `+${change}%`));
  await page.getByText(/^Changes compare .+ with .+: today is still in progress\.$/).waitFor();

  // Today stands beside the whole of yesterday, as on the overview.
  await page.goto(`${system.dashboard}/p/${site_id}/pages?page=%2Fnew&period=day`);
  await until(
    () => changes.allInnerTexts(),
    (all) => all.slice(0, 3).join() === "1 yesterday,8 yesterday,2 yesterday",
  );
  // Of the last 24 hours those that are over are compared, which are no days.
  await page.goto(`${system.dashboard}/p/${site_id}/pages?page=%2Fnew&period=24h`);
  await page.getByText("Changes exclude the current hour, which is still in progress.").waitFor();
});

test("a click on a value filters the details, back takes the filter away, and the way back keeps it", async () => {
  await open("/pages?page=%2Fpricing");
  await settled();
  await table("Countries").getByRole("link", { name: "Germany" }).click();
  await page.getByRole("button", { name: "Edit filter: Country is Germany" }).waitFor();
  await settled();
  const [own] = await ask(["visitors", "pageviews"], [PRICING, is("visit:country", "DE")]);
  expect(own).toEqual([2, 3]);
  expect(await figures()).toMatchObject({ Visitors: "2", "Page views": "3", Entrances: "0", "Exit rate": "66.7%" });
  const overview = page.getByRole("navigation", { name: "Breadcrumb" }).getByRole("link", { name: "Overview" });
  expect(await overview.getAttribute("href")).toBe(`/p/${siteId}?f=is%2Cvisit%3Acountry%2CDE`);
  await page.goBack();
  await until(figures, ({ Visitors }) => Visitors === "3");
});

test("a filter by one page leads from the overview to its details, without that filter", async () => {
  await open("?f=is,event:page,/guide;is,visit:country,DE");
  await page.locator(".filtered-page").getByRole("link", { name: "Details of /guide" }).click();
  await page.getByRole("heading", { level: 1, name: "/guide" }).waitFor();
  await page.getByRole("button", { name: "Edit filter: Country is Germany" }).waitFor();
  expect(await page.getByRole("button", { name: /^Edit filter/ }).count()).toBe(1);
});

test("the lower part of the overview loads when it comes into view, and each of its rows filters", async () => {
  const chunks: string[] = [];
  page.on("request", (request) => chunks.push(request.url()));
  await open("");
  await settled();
  expect(await page.locator(".more-panels").count()).toBe(0);
  expect(chunks.filter((url) => url.includes("more-panels"))).toEqual([]);
  await page.locator(".more").scrollIntoViewIfNeeded();
  await page.locator(".more-panels").waitFor();
  await settled();

  expect(await ask(["events", "visitors", "ctr"], [], "event:button")).toEqual([["buy", 2, 1, 50]]);
  expect(await rowsOf("Buttons")).toEqual([["buy", "2", "1", "50%"]]);
  const lasted = new Map(
    (await ask(["visits"], [], "visit:duration_bucket")).map(([label, visits]) => [label, visits]),
  );
  const durations = await rowsOf("Visits by duration");
  expect(durations).toHaveLength(7);
  expect(durations.map(([label, visits]) => [label, visits])).toEqual(
    durations.map(([label]) => [label, `${lasted.get(label!) ?? 0}`]),
  );
  const week = page.getByRole("region", { name: "Visitors by weekday and hour" });
  expect(await week.locator("tbody tr").count()).toBe(7);
  expect(await week.innerText()).toContain("Busiest: ");

  const map = page.getByRole("region", { name: "Visitors by country" });
  await map.getByText("Table", { exact: true }).click();
  expect(await rowsOf("Visitors by country")).toEqual([
    ["Germany", "2"],
    ["Switzerland", "1"],
  ]);
  await map.locator('svg path[data-code="CH"]').click();
  await page.getByRole("button", { name: "Edit filter: Country is Switzerland" }).waitFor();
  await settled();
  expect(await page.locator(".card-value").first().innerText()).toBe("1");
  await page.goBack();
  await until(
    () => page.locator(".card-value").first().innerText(),
    (text) => text === "3",
  );
});

test("a period of more than 92 days has a grid of its last 92, which says so", async () => {
  await open("?period=12mo");
  await page.locator(".more").scrollIntoViewIfNeeded();
  const week = page.getByRole("region", { name: "Visitors by weekday and hour" });
  await week.getByText(/^Only the last 92 days: /).waitFor();
});

test("an event leads to its props, to a value, and to the visits of that value, on one screen", async () => {
  await open("/events");
  await page.getByRole("link", { name: "Signup custom" }).click();
  const signup = page.getByRole("region", { name: "Signup", exact: true });
  await settled();
  const tally = async (): Promise<string[]> =>
    (await signup.locator(".tally div").allInnerTexts()).map((text) => text.replaceAll(/\s+/g, " "));
  const [all] = await ask(["events", "visitors", "total_revenue", "average_revenue"], [is("event:name", "Signup")]);
  const money = (value: number): object => ({ value, currency: "USD" });
  expect(all).toEqual([3, 3, money(180), money(90)]);
  expect(await tally()).toEqual(["Events 3", "Visitors 3", "Revenue US$180.00", "Average US$90.00"]);
  expect(await rowsOf("Values of plan")).toEqual([
    ["pro", "2", "2"],
    ["free", "1", "1"],
  ]);

  await table("Values of plan").getByRole("link", { name: "pro" }).click();
  await page.getByRole("button", { name: "Edit filter: Prop plan is pro" }).waitFor();
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    event: "Signup",
    f: "is,event:props:plan,pro",
  });
  await settled();
  const chosen = [is("event:name", "Signup"), is("event:props:plan", "pro")];
  expect(await ask(["events", "visitors"], chosen)).toEqual([[2, 2]]);
  expect(await tally()).toEqual(["Events 2", "Visitors 2", "Revenue US$180.00", "Average US$90.00"]);
  const seats = await ask(["events", "visitors"], chosen, "event:props:seats");
  expect((await rowsOf("Values of seats")).sort()).toEqual(texts(seats).sort());
  const countries = await ask(["events", "visitors"], chosen, "visit:country");
  expect(countries).toEqual([["DE", 2, 2]]);
  expect(await rowsOf("Countries")).toEqual([[expect.stringMatching(/Germany$/), "2", "2"]]);
  expect(await rowsOf("Pages")).toEqual([["/pricing", "2", "2"]]);
  expect((await rowsOf("Events over time")).reduce((sum, [, count]) => sum + (Number(count) || 0), 0)).toBe(2);
  // The other value stays in reach, and takes the place of the first.
  await table("Values of plan").getByRole("link", { name: "free" }).click();
  await page.getByRole("button", { name: "Edit filter: Prop plan is free" }).waitFor();
  await settled();
  expect(await tally()).toEqual(["Events 1", "Visitors 1"]);
  await page.goBack();
  await page.getByRole("button", { name: "Edit filter: Prop plan is pro" }).waitFor();
  await page.goBack();
  await until(tally, ([events]) => events === "Events 3");
});

/** What axe finds wrong with the page as it stands. */
async function violations(): Promise<string[]> {
  await page.evaluate(`if (!window.axe) { ${axe} }; void 0`);
  return page.evaluate(async () => {
    const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    const { violations } = await axe.run({ runOnly, resultTypes: ["violations"] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
  });
}

test.each([
  ["the details of a page", "/pages?page=%2Fpricing"],
  ["the details of a page without views", "/pages?page=%2Fnowhere"],
  ["the list of pages", "/pages"],
  ["the whole overview", ""],
  ["an event with a chosen value", "/events?event=Signup&f=is,event:props:plan,pro"],
])("%s breaks no rule of WCAG 2.2 AA in light, dark and forced colours, and fits a phone", async (_, path) => {
  await open(path);
  const more = page.locator(".more");
  if ((await more.count()) > 0) {
    await more.scrollIntoViewIfNeeded();
    await page.locator(".more-panels").waitFor();
  }
  for (const [width, colorScheme, forcedColors] of [
    [1440, "light", "none"],
    [390, "dark", "none"],
    [1440, "dark", "active"],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, forcedColors });
    await settled();
    expect(
      await page.evaluate(() =>
        Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth),
      ),
    ).toBe(0);
    expect(await violations(), `${width} ${colorScheme} ${forcedColors}`).toEqual([]);
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: "light", forcedColors: "none" });
});

test("no screen complained", () => {
  expect(complaints).toEqual([]);
});
