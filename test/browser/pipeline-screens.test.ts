// The screens of the pipeline against the whole system: technology crossed, networks, suspected bots, runs, settings.
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AnomaliesView, AnomalyView, ForecastView } from "../../workers/domain/anomalies/record";
import type { PropertySettings } from "../../workers/domain/properties/settings";
import type { PipelineView } from "../../workers/domain/runs/run";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const FIREFOX_ON_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0";
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
/** Each comes from a network of its own, as the edge says in `request.cf`: only what the browser sends has one. */
const VISITORS = [
  { user_agent: FIREFOX, asn: 64501, organization: "Bayfield State University", pages: ["/", "/prices", "/prices"] },
  { user_agent: FIREFOX_ON_WINDOWS, asn: 3320, organization: "Deutsche Telekom AG", pages: ["/"] },
  { user_agent: CHROME, asn: 24940, organization: "Hetzner Online GmbH", pages: ["/", "/"] },
];

let system: System;
let browser: Browser;
let owner: BrowserContext;
let page: Page;
let siteId: string;
const complaints: string[] = [];

const path = (rest: string): string => `/api/v1/properties/${siteId}${rest}`;
const open = (rest: string): Promise<unknown> => page.goto(`${system.dashboard}/p/${siteId}${rest}`);
const panel = (name: string): Locator => page.getByRole("region", { name, exact: true });
const table = (name: string): Locator => page.getByRole("table", { name, exact: true });
async function rowsOf(name: string): Promise<string[]> {
  await table(name).locator("tbody tr").first().waitFor();
  const rows = await table(name).locator("tbody tr").allInnerTexts();
  return rows.map((row) => row.replaceAll(/\s+/g, " ").trim());
}
const settings = (): Promise<PropertySettings> => system.api.get<PropertySettings>(path("/settings"));

/** What a browser would have sent from there. */
async function visit({ user_agent, asn, organization, pages }: (typeof VISITORS)[number]): Promise<void> {
  for (const [index, url] of pages.entries()) {
    const reply = await fetch(`${system.worker}/api/events`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "user-agent": user_agent,
        origin: "https://shop.example",
        "mf-cf-blob": JSON.stringify({ asn, asOrganization: organization, country: "DE", city: "Berlin" }),
      },
      body: JSON.stringify({
        event_type: "pageview",
        site_id: siteId,
        event_id: `${asn}-${index}`,
        url: `https://shop.example${url}`,
        screen: "1920x1080",
      }),
    });
    expect(reply.status, await reply.clone().text()).toBe(202);
  }
}

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  siteId = (await system.createProperty({ name: "Shop", url: "https://shop.example" })).site_id;
  for (const visitor of VISITORS) await visit(visitor);
  await system.settled(siteId);

  owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "UTC" });
  await system.signIn(owner);
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) complaints.push(message.text());
  });
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

test("technology is there before the pipeline has come by, and a run that is started by hand is in the list", async () => {
  await open("/tech");
  await table("Visitors by browser and operating system").waitFor();
  await page.keyboard.press("0");
  await page.getByRole("heading", { name: "Pipeline" }).waitFor();
  await page.getByRole("button", { name: "Run now" }).click();
  await until(
    () => system.api.get<PipelineView>(path("/pipeline")),
    ({ datasets, runs }) =>
      datasets.every(({ waiting_rows }) => waiting_rows === 0) && runs.some(({ status }) => status === "done"),
  );
  await panel("Runs").first().getByText("Manual").first().waitFor();
  await panel("Runs").first().getByRole("link", { name: "Run", exact: true }).first().click();
  await page.getByRole("dialog", { name: "Run" }).getByRole("list").waitFor();
  expect(new URL(page.url()).searchParams.get("run")).toBeTruthy();
  await page.keyboard.press("Escape");
});

test("two facts are crossed in a matrix that adds up, and a click narrows down", async () => {
  await open("/tech");
  expect(await rowsOf("Visitors by browser and operating system")).toEqual(["Firefox 1 1 2 67%", "Chrome 1 – 1 33%"]);
  expect(await rowsOf("Combinations of browser, operating system, device and screen")).toHaveLength(3);

  await panel("Matrix").getByRole("link", { name: "Chrome", exact: true }).click();
  await table("Visitors by browser version and operating system").waitFor();
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
    f: "is,visit:browser,Chrome",
    rows: "browser_version",
  });
  await until(
    () => rowsOf("Combinations of browser, operating system, device and screen"),
    ([row, ...more]) => more.length === 0 && row!.startsWith("Chrome Windows Desktop 1920x1080 1 1 2 "),
  );
  await page.getByRole("button", { name: "Remove filter: Browser is Chrome" }).click();
  await until(
    () => rowsOf("Combinations of browser, operating system, device and screen"),
    (rows) => rows.length === 3,
  );
  await page.getByRole("combobox", { name: /^Columns/ }).selectOption("device");
  await page.getByRole("combobox", { name: /^Metric/ }).selectOption("pageviews");
  expect(await rowsOf("Page views by browser version and device")).toHaveLength(2);
  await page.goBack();
  await page.goBack();
  await table("Visitors by browser version and operating system").waitFor();
});

test("networks are told with what they read, organizations first", async () => {
  await page.keyboard.press("8");
  const [row, ...others] = await rowsOf("Networks");
  expect(others).toEqual([]);
  expect(row).toMatch(/^Bayfield State University Education Berlin, Germany 1 1 3 /);
  await page.getByRole("button", { name: "Bayfield State University" }).click();
  const pages = page.getByRole("list", { name: "Top pages of Bayfield State University" });
  await pages.waitFor();
  expect((await pages.locator("li").allInnerTexts()).map((text) => text.split(/\s+/))).toEqual([
    ["/prices", "2"],
    ["/", "1"],
  ]);
  // A click on the name filters, as on every screen; the details stay open beside it.
  await table("Networks").getByRole("link", { name: "Bayfield State University" }).click();
  await page.getByRole("button", { name: "Edit filter: Network is Bayfield State University" }).waitFor();
  await pages.getByRole("link", { name: "/prices" }).click();
  await page.getByRole("button", { name: "Edit filter: Page is /prices" }).waitFor();
  await until(
    () => rowsOf("Networks"),
    ([narrowed]) => / 1 1 2 /.test(narrowed ?? ""),
  );
  await page.goBack();
  await page.goBack();
  await until(
    () => rowsOf("Networks"),
    ([whole]) => whole?.includes(" 1 1 3 ") === true,
  );
  const types = page.getByRole("navigation", { name: "Network types" });
  await types.getByRole("link", { name: /^All networks/ }).click();
  await until(
    () => rowsOf("Networks"),
    (rows) => rows.length === 3,
  );
  await types.getByRole("link", { name: /^Internet provider/ }).click();
  await until(
    () => rowsOf("Networks"),
    (rows) => rows.length === 1 && rows[0]!.startsWith("Deutsche Telekom AG Internet provider"),
  );
});

test("suspected bots are told by reason, and left out here and on the overview when the switch says so", async () => {
  expect(await rowsOf("Suspected bots by reason")).toEqual([
    "Hosting network visits from networks that host servers, not people 1 1 2 2",
  ]);
  await open("/networks?type=all&period=day");
  await page.getByRole("button", { name: "Suspected bots" }).click();
  await page.getByRole("menuitemradio", { name: "Exclude suspected bots" }).click();
  await until(
    () => rowsOf("Networks"),
    (rows) => rows.length === 2,
  );
  expect(new URL(page.url()).searchParams.get("bots")).toBe("without");

  await page.keyboard.press("1");
  await page.getByRole("heading", { name: /^2 visitors today/ }).waitFor();
  await page.getByText("are excluded from this page").waitFor();
  await page.getByRole("button", { name: /: include suspected bots$/ }).click();
  await page.getByRole("heading", { name: /^3 visitors today/ }).waitFor();
  await page.keyboard.press("b");
  await page.getByRole("heading", { name: /^2 visitors today/ }).waitFor();
});

test("the line below a screen says what is not in its figures, with the API's numbers", async () => {
  const crawler = await fetch(`${system.worker}/api/events`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
      origin: "https://shop.example",
    },
    body: JSON.stringify({ event_type: "pageview", site_id: siteId, url: "https://shop.example/" }),
  });
  expect(crawler.status).toBe(202);
  const refused = async (): Promise<number> => {
    const { refusals } = await system.api.get<{ refusals: { count: number }[] }>(path("/refusals?days=1"));
    return refusals.reduce((sum, { count }) => sum + count, 0);
  };
  const excluded = await until(refused, (count) => count > 0);
  const visitorsIn = async (include: object, filters: unknown[] = []): Promise<number> => {
    const question = { site_id: siteId, metrics: ["visitors"], date_range: "day", filters, include };
    const { results } = await system.api.post<{ results: { metrics: [number] }[] }>("/api/v2/query", question);
    return results[0]!.metrics[0];
  };
  const bots = (await visitorsIn({})) - (await visitorsIn({ suspected_bots: false }));
  const isOne = bots === 1 ? "bot is" : "bots are";
  const foot = (): Locator => page.locator(".overview-foot");

  const freshTimes = new Set<string>();
  page.on("response", async (response) => {
    if (!response.url().endsWith("/api/v2/batch")) return;
    // The body of a page that was left is gone.
    const reply: unknown = await response.json().catch(() => ({ results: [] }));
    const { results } = reply as { results: { meta: { fresh_until?: string | null } }[] };
    for (const { meta } of results) if (meta.fresh_until) freshTimes.add(meta.fresh_until.slice(0, 16));
  });
  await open("?period=day");
  await foot().getByText(`${bots} suspected ${isOne} included.`).waitFor();
  const link = foot().getByRole("link", {
    name: `${excluded} ${excluded === 1 ? "event was" : "events were"} excluded`,
  });
  expect(await link.getAttribute("href")).toBe(`/p/${siteId}/settings/refusals`);
  const { timezone } = await system.api.get<{ timezone: string }>(path(""));
  const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "short", timeZone: timezone });
  const times = [...freshTimes].map((time) => clock.format(new Date(`${time}:00Z`)));
  const said = /Every event received by (\d\d:\d\d) is included\./.exec(await foot().innerText());
  expect(times).toContain(said?.[1]);

  await open("?period=day&bots=without");
  await foot().getByText(`${bots} suspected ${isOne} left out.`).waitFor();
  // Under a filter these are the bots among the visitors that are left.
  const firefox = [["is", "visit:browser", ["Firefox"]]];
  expect((await visitorsIn({}, firefox)) - (await visitorsIn({ suspected_bots: false }, firefox))).toBe(0);
  await open("?period=day&f=is,visit:browser,Firefox");
  await foot().getByText("Every event received by").waitFor();
  expect(await foot().innerText()).not.toContain("suspected");
});

// An anomaly takes weeks of history to be one: these are told by a server that is played.
const HOUR = 3_600_000;
const anAnomaly = (): AnomalyView => ({
  id: "visitors/1",
  metric: "visitors",
  metrics: ["visitors", "pageviews"],
  grain: "hour",
  direction: "spike",
  severity: "critical",
  started_at: new Date(Date.now() - 30 * HOUR).toISOString(),
  ended_at: new Date(Date.now() - 27 * HOUR).toISOString(),
  observed: 412,
  expected: 120,
  low: 84,
  high: 171,
  score: 12,
  explanation: { dimension: "visit:source", value: "Hacker News", observed: 287, expected: 3, share_percent: 97 },
  threshold: null,
  dismissed: false,
});

test("anomalies are told with what explains them, and dismissed where they stand; none says what is watched", async () => {
  const dismissed: string[] = [];
  let anomalies: AnomalyView[] = [];
  await page.route("**/anomalies?*", (route) =>
    route.fulfill({
      json: {
        anomalies: anomalies.map((one) => ({ ...one, dismissed: dismissed.includes(one.id) })),
      } satisfies AnomaliesView,
    }),
  );
  await page.route("**/anomalies/*/dismiss", (route) => {
    dismissed.push(decodeURIComponent(new URL(route.request().url()).pathname.split("/").at(-2)!));
    return route.fulfill({ status: 204 });
  });
  await open("/anomalies");
  await page.getByText("No anomalies in this period").waitFor();
  await page.getByRole("list", { name: "Monitored metrics" }).getByText("Pages not found").waitFor();

  anomalies = [anAnomaly()];
  await page.reload();
  const incident = page.getByRole("listitem").filter({ hasText: "Visitors: far above usual" });
  await incident.getByText("97% of the change: source Hacker News, 287 (expected 3)").waitFor();
  await incident.getByText("3.4×").waitFor();
  await incident.getByText("Usual range: 84 to 171").waitFor();
  await incident.getByRole("button", { name: /^Dismiss/ }).click();
  await page.getByRole("link", { name: "Show 1 dismissed" }).click();
  await incident.getByText("Dismissed").waitFor();
  expect(dismissed).toEqual(["visitors/1"]);
});

test("the forecast is drawn on the overview where it has a place, and stands in the table", async () => {
  await page.route("**/forecast?*", (route) => {
    const day = (ahead: number): string => new Date(Date.now() + ahead * 24 * HOUR).toISOString().slice(0, 10);
    const days = [1, 2, 3, 4, 5, 6, 7].map((ahead) => ({
      date: day(ahead),
      value: 10 * ahead,
      low80: 9 * ahead,
      high80: 11 * ahead,
      low95: 8 * ahead,
      high95: 12 * ahead,
    }));
    return route.fulfill({ json: { metric: "visitors", days } satisfies ForecastView });
  });
  await open("/?period=28d&chart=table");
  const trend = page.getByRole("table", { name: "Visitors over time" });
  await trend.getByText("63 to 77").waitFor();
  expect(await trend.locator("tbody tr").count()).toBe(35);
  await page.getByRole("button", { name: /^Bounce rate/ }).click();
  await page.getByRole("table", { name: "Bounce rate over time" }).waitFor();
  expect(await page.getByRole("table", { name: "Bounce rate over time" }).locator("tbody tr").count()).toBe(28);
  await page.unroute("**/forecast?*");
});

test("how long things are kept is a number of days or for ever", async () => {
  await open("/settings/retention");
  await page.getByLabel("Keep events for (days)").fill("90");
  await page.getByLabel("Keep full IP addresses for (days)").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  expect((await settings()).retention).toEqual({
    ...{ events_days: 90, rollups_days: 1825 },
    ...{ addresses_days: null, dead_letters_days: 30 },
  });

  await page.getByLabel("user_id").fill("anna");
  await page.getByRole("button", { name: "Erase…" }).click();
  await page.getByRole("button", { name: "Click again to erase permanently" }).click();
  await page.getByRole("link", { name: "See the run" }).click();
  await page.getByRole("dialog", { name: "Erasure" }).waitFor();
});

test("alerts have a sensitivity and the owner's own thresholds", async () => {
  await open("/settings/alerts");
  await page.getByRole("radio", { name: /^High/ }).check();
  await page.getByLabel("JavaScript errors, alert above").fill("50");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved.").waitFor();
  expect((await settings()).alerts).toMatchObject({
    enabled: true,
    sensitivity: "high",
    limits: { errors: { upper: 50, lower: null } },
  });
});

test("a test report goes to the recipients and is in the list; a webhook's secret is shown once", async () => {
  await open("/settings/reports");
  await page.getByLabel("Recipients").fill("anna@shop.example");
  await page.getByRole("radio", { name: /^Once a day/ }).check();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved.").waitFor();
  expect((await settings()).reports).toMatchObject({ recipients: ["anna@shop.example"], run_summary: "daily" });
  await page.getByRole("button", { name: "Send a test" }).click();
  await page.getByText(/^(Sent to 1|1 could not be sent\. See the list for details)\.$/).waitFor();
  await page.locator(".mail", { hasText: "anna@shop.example" }).filter({ hasText: "Weekly report" }).waitFor();

  await page.getByLabel("URL").fill("https://hooks.shop.example/trackkit");
  await page.getByRole("button", { name: "Save webhook" }).click();
  await page.getByText(/^tkwh_[0-9a-f]{64}$/).waitFor();
  await page.reload();
  await page.getByLabel("URL").waitFor();
  expect(await page.getByLabel("URL").inputValue()).toBe("https://hooks.shop.example/trackkit");
  expect(await page.getByText(/tkwh_/).count()).toBe(0);
});

test("what fails says so and offers to try again", async () => {
  await page.route("**/insight/networks?*", (route) =>
    route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "database cannot be reached" } } }),
  );
  await open("/networks");
  const failure = panel("Organizations").getByRole("alert");
  await failure.filter({ hasText: "Organizations could not be loaded. Database cannot be reached." }).waitFor();
  await page.unroute("**/insight/networks?*");
  await failure.getByRole("button", { name: "Try again" }).click();
  await table("Networks").waitFor();
  expect(complaints).toEqual([]);
});
