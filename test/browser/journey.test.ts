// One event's whole journey: a visitor comes from a search engine, walks through a site in a real browser, and exactly
// what they did is in D1, in Parquet as DuckDB reads it, and on the dashboard. The test to read first.
import { DuckDBInstance } from "@duckdb/node-api";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Property } from "../../workers/domain/properties/property.ts";
import { openSite, type Site } from "./fixture-site.ts";
import { joinChromium, noteRestore, restore } from "./shared-chromium.ts";
import { joinSystem, type System } from "./system.ts";

let system: System;
let browser: Browser;
let site: Site;
let elsewhere: Site;
let property: Property;

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium("whole")]);
  site = await openSite();
  // Another name of this machine: a page there is outside the site.
  elsewhere = await openSite({ "/partner": "<title>Partner</title>" });
  // A half-hour zone in which the day does not end now: Kolkata's midnight is 18:30 UTC, that of St. John's about 3:00.
  const timezone = new Date().getUTCHours() < 16 ? "Asia/Kolkata" : "America/St_Johns";
  property = await system.createProperty({ name: "Shop", timezone, url: site.origin });
  const snippet = `<script defer src="${system.worker}/tk.js" data-site-id="${property.site_id}"></script>`;
  const page = (title: string, body: string) =>
    `<!doctype html><html lang="en"><head>${snippet}<title>${title}</title></head><body>${body}</body></html>`;
  const partner = elsewhere.at("/partner").replace("127.0.0.1", "localhost");
  Object.assign(site.pages, {
    "/": page("Shop", `<button onclick="history.pushState({}, '', '/app/prices')">Prices</button><p>Welcome</p>`),
    "/app/prices": page("Prices", "<p>Prices</p>"),
    "/long": page(
      "Long",
      `<div style="height: 5000px"></div><a id="out" href="${partner}">Partner</a> <a href="/contact">Contact</a>`,
    ),
    "/contact": page(
      "Contact",
      `<form id="ask" action="/thanks"><input name="secret" value="private"><button>Send</button></form>`,
    ),
    "/thanks": page("Thanks", "<p>Thanks</p>"),
  });
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([site?.close(), elsewhere?.close()]);
  await system?.close();
});

/** Waits until the Worker has taken the beacon that these clicks made. */
async function afterBeacon(page: Page, act: () => Promise<unknown>): Promise<void> {
  const taken = page.waitForResponse(
    (response) => response.url() === `${system.worker}/e` && response.status() === 202,
  );
  await act();
  await taken;
}

async function walk(page: Page): Promise<void> {
  await afterBeacon(page, () => page.goto(site.at("/?utm_campaign=autumn"), { referer: "https://www.google.com/" }));
  await afterBeacon(page, () => page.getByText("Prices").click());
  await afterBeacon(page, () => page.goto(site.at("/long")));
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
  await page.waitForFunction(() => window.scrollY > 3000);
  await page.click("#out");
  await page.waitForURL("**/partner");
  await afterBeacon(page, () => restore(page));
  await afterBeacon(page, () => page.getByText("Contact").click());
  await afterBeacon(page, () => page.getByText("Send").click());
  await page.waitForURL("**/thanks**");
  await page.evaluate(() =>
    (window as unknown as { trackkit(name: string, props: object): void }).trackkit("Done", { plan: "pro" }),
  );
  // Leaving the page sends what waits.
  await page.goto("about:blank");
}

const EXPECTED = [
  "Done /thanks",
  "first_visit /",
  "form_submit /contact",
  "outbound /long",
  "pageview /",
  "pageview /app/prices",
  "pageview /contact",
  "pageview /long",
  "pageview /long",
  "pageview /thanks",
];

interface Reply {
  results: { dimensions: string[]; metrics: (number | null)[] }[];
}

const ask = async (metrics: string[], dimension?: string): Promise<[string, number | null][]> => {
  const { results } = await system.api.post<Reply>("/api/v2/query", {
    site_id: property.site_id,
    metrics,
    date_range: "day",
    ...(dimension ? { dimensions: [dimension] } : {}),
  });
  return results.map((row) => [row.dimensions[0] ?? "", row.metrics[0] ?? null]);
};

test("what a visitor did is in the rollups, in the lake and on the dashboard, exactly once", async () => {
  const context = await browser.newContext({
    locale: "de-CH",
    viewport: { width: 1440, height: 900 },
  });
  const page = await context.newPage();
  await page.addInitScript(noteRestore);
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await walk(page);
  await context.close();

  // D1, through the interface that everybody uses.
  const names = async () => Object.fromEntries(await ask(["events"], "event:name"));
  await system.settled(property.site_id);
  expect(await names()).toEqual({
    pageview: 6,
    outbound: 1,
    form_submit: 1,
    first_visit: 1,
    Done: 1,
  });
  const total = await system.api.post<Reply>("/api/v2/query", {
    site_id: property.site_id,
    metrics: ["visitors", "visits", "pageviews", "events", "bounce_rate"],
    date_range: "day",
  });
  expect(total.results[0]?.metrics).toEqual([1, 1, 6, 9, 0]);
  expect(await ask(["visits"], "visit:source")).toEqual([["Google", 1]]);
  expect(await ask(["visits"], "visit:channel")).toEqual([["Organic Search", 1]]);
  expect(await ask(["visits"], "visit:utm_campaign")).toEqual([["autumn", 1]]);
  expect(await ask(["visits"], "visit:entry_page")).toEqual([["/", 1]]);
  expect(await ask(["visits"], "visit:exit_page")).toEqual([["/thanks", 1]]);
  expect(await ask(["visits"], "visit:browser")).toEqual([["Chrome", 1]]);
  expect(await ask(["visits"], "visit:language")).toEqual([["de", 1]]);
  expect(Object.fromEntries(await ask(["pageviews"], "event:page"))).toEqual({
    "/": 1,
    "/app/prices": 1,
    "/long": 2,
    "/contact": 1,
    "/thanks": 1,
  });

  // The record, as a reader that is not ours sees it.
  const files = await system.lakeFiles(`raw/site_id=${property.site_id}/`);
  const db = await (await DuckDBInstance.create()).connect();
  const list = files.map((file) => `'${file}'`).join(", ");
  const read = async (sql: string) =>
    (
      await db.runAndReadAll(sql.replace("LAKE", `read_parquet([${list}], hive_partitioning = true)`))
    ).getRowObjectsJson();
  const rows = await read(
    "SELECT name || ' ' || page AS line FROM LAKE WHERE event_type <> 'engagement' ORDER BY line",
  );
  expect(rows.map(({ line }) => line)).toEqual(EXPECTED);
  expect(
    await read("SELECT count(DISTINCT visit_id)::INT AS visits, count(DISTINCT event_id) = count(*) AS once FROM LAKE"),
  ).toEqual([{ visits: 1, once: true }]);
  expect(await read("SELECT max(scroll_depth) AS depth FROM LAKE WHERE page = '/long'")).toEqual([{ depth: 100 }]);
  expect(await read("SELECT href, props::VARCHAR AS props FROM LAKE WHERE name = 'form_submit'")).toEqual([
    { href: site.at("/thanks"), props: '{"form":"ask"}' },
  ]);
  // What nobody may keep: the address, the agent, what was typed, the query.
  const [kept] = await read("SELECT to_json(list(l))::VARCHAR AS everything FROM LAKE l");
  for (const secret of ['"ip":"127.0.0.1"', "Mozilla", "private", "utm_campaign=autumn"])
    expect(kept?.everything).not.toContain(secret);

  // And the dashboard.
  const owner = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  owner.on("pageerror", (error) => errors.push(String(error)));
  await owner.goto(system.dashboard);
  await owner.getByLabel("Email").fill(system.email);
  await owner.getByLabel("Password").fill(system.password);
  await owner.getByRole("button", { name: "Sign in" }).click();
  await owner.waitForURL(`${system.dashboard}/`);
  await owner.goto(`${system.dashboard}/p/${property.site_id}?period=day`);
  const card = async (label: string) =>
    (
      await owner
        .locator(".card", { has: owner.getByText(label, { exact: true }) })
        .locator(".card-value")
        .textContent()
    )?.trim();
  await owner.locator(".card-value", { hasText: "6" }).first().waitFor();
  expect([await card("Visitors"), await card("Visits"), await card("Page views"), await card("Bounce rate")]).toEqual([
    "1",
    "1",
    "6",
    "0%",
  ]);
  await owner.getByText("Organic Search").first().waitFor();
  await owner.getByText("/app/prices").first().waitFor();
  await owner.close();
  expect(errors).toEqual([]);
});
