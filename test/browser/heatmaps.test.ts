// The heatmaps screen against the whole system: what opens, what is drawn, and the elements beside it.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { VitalsInsight } from "../../workers/domain/counts/insight";
import { MEASUREMENT_NAMES } from "../../workers/domain/events/measurement";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";
import { ANNA, BEN, type Visitor } from "./visitors.ts";

let system: System;
let browser: Browser;
let page: Page;
let siteId: string;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  const measurements = Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, true]));
  siteId = (await system.createProperty({ name: "Shop", url: "https://shop.example", measurements })).site_id;
  const event = (visitor: Visitor, event_type: string, path: string, more: object) => ({
    ...{ event_type, site_id: siteId, url: `https://shop.example${path}` },
    ...visitor,
    ...more,
  });
  const times = (count: number, one: object): object[] => Array.from({ length: count }, () => one);
  const heat = (visitor: Visitor, path: string, props: object) => event(visitor, "heatmap", path, { props });
  const click = (visitor: Visitor, path: string, props: object, href?: string) =>
    event(visitor, "click", path, { props, ...(href && { href }) });
  const events = [
    event(ANNA, "pageview", "/", {}),
    event(BEN, "pageview", "/", {}),
    heat(ANNA, "/", { width: "desktop", clicks: "3,2,5;a,1a,2", moves: "1,1,9", to: 50 }),
    heat(ANNA, "/", { width: "desktop", to: 100 }),
    ...times(2, event(ANNA, "web_vital", "/", { props: { metric: "LCP", value: 2000 } })),
    event(BEN, "web_vital", "/news", { props: { metric: "LCP", value: 5000 } }),
    // Much viewed and little clicked, and read with the pointer only.
    ...times(5, heat(BEN, "/news", { width: "phone", clicks: "1,1,1", to: 40 })),
    heat(ANNA, "/news", { width: "desktop", moves: "5,5,40;6,5,20", to: 90 }),
    ...times(3, click(ANNA, "/", { text: "Buy", tag: "a", id: "buy" }, "https://shop.example/cart")),
    click(ANNA, "/", { text: "Menu", tag: "button" }),
    ...times(2, click(BEN, "/", { text: "Menu", tag: "button" })),
    click(ANNA, "/pricing", { text: "Elsewhere", tag: "button" }),
  ];
  const reply = await system.api.post<{ accepted: number }>("/api/events", { events });
  expect(reply.accepted).toBe(events.length);
  const owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  await system.signIn(owner);
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) complaints.push(message.text());
  });
  await system.settled(siteId);
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

const open = (path: string): Promise<unknown> => page.goto(`${system.dashboard}/p/${siteId}${path}`);
const panel = (name: string): Locator => page.getByRole("region", { name, exact: true });
const table = (name: string): Locator => page.getByRole("table", { name, exact: true });
/** The cells of a table's rows, what is in them on one line. */
async function rowsOf(name: string): Promise<string[]> {
  await table(name).waitFor();
  const rows = await table(name).locator("tbody tr").allInnerTexts();
  return rows.map((row) => row.replaceAll(/\s+/g, " ").trim());
}

/** The opacity of the drawn samples, at the middle of a cell of the grid. */
const drawnAt = (column: number, row: number): Promise<number> =>
  page.locator("canvas.heat-canvas").evaluate(
    (canvas: HTMLCanvasElement, [x, y]) => {
      const place = [((x! + 0.5) / 24) * canvas.width, (y! + 0.5) * 4].map(Math.floor) as [number, number];
      return canvas.getContext("2d")!.getImageData(...place, 1, 1).data[3]!;
    },
    [column, row],
  );

test("a heatmap opens on the page and width with the most clicks: a picture with a table behind it, and the reach", async () => {
  await open("/heatmaps");
  expect(await rowsOf("Pages with heatmaps")).toEqual(["/ 2 7", "/news 6 5"]);
  await panel("/").waitFor();
  expect(await page.getByRole("button", { name: "Desktop" }).getAttribute("aria-pressed")).toBe("true");
  await page.getByRole("img", { name: "Clicks on /; the table below has the same numbers" }).waitFor();
  expect(await drawnAt(3, 2)).toBeGreaterThan(200);
  expect(await drawnAt(10, 46)).toBeGreaterThan(100);
  expect(await drawnAt(10, 46)).toBeLessThan(await drawnAt(3, 2));
  expect(await drawnAt(20, 20)).toBe(0);
  await page.getByText("Table", { exact: true }).click();
  expect(await rowsOf("Clicks by cell, most frequent first")).toEqual(["80–120 px 13–17% 5", "1840–1880 px 42–46% 2"]);
  const reach = await rowsOf("Scroll reach");
  expect([reach[1], reach[10], reach[11], reach[20]]).toEqual(["5% 2 100%", "50% 2 100%", "55% 1 50%", "100% 1 50%"]);
  await page.getByRole("button", { name: "Movement" }).click();
  await table("Movement by cell, most frequent first").waitFor({ state: "attached" });
  await page.getByRole("button", { name: "Phone" }).click();
  await page.getByText("No page views at this screen width.").waitFor();
  await page.getByText("No taps in this period").waitFor();
  expect(await page.getByRole("button", { name: "Movement" }).count()).toBe(0);
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ page: "/", width: "phone", of: "moves" });
});

test("a page opens on its richest width, and on movement where nobody clicked", async () => {
  await open("/heatmaps");
  await table("Pages with heatmaps").getByRole("link", { name: "/news" }).click();
  await page.getByRole("img", { name: /^Taps on \/news;/ }).waitFor();
  expect(await page.getByRole("button", { name: "Movement" }).count()).toBe(0);
  await page.getByRole("button", { name: "Desktop" }).click();
  await page.getByRole("img", { name: /^Movement on \/news;/ }).waitFor();
  await page.getByRole("button", { name: "Clicks", exact: true }).click();
  await page.getByText("No clicks in this period").waitFor();
});

test("the most clicked elements are those of the page and the device, and equal the API's numbers", async () => {
  await open("/heatmaps");
  expect(await rowsOf("Most clicked elements")).toEqual(["Buy link to /cart 3", "Menu button 1"]);
  await page.getByRole("button", { name: "Phone" }).click();
  await until(
    () => rowsOf("Most clicked elements"),
    (rows) => rows.join() === "Menu button 2",
  );
  const { results } = await system.api.post<{ results: { metrics: number[] }[] }>("/api/v2/query", {
    ...{ site_id: siteId, metrics: ["events"], date_range: "day" },
    filters: [
      ["is", "event:name", ["click"]],
      ["is", "event:page", ["/"]],
    ],
  });
  expect(results[0]!.metrics).toEqual([6]);
});

test("an element filters the screen by the visits that clicked it, and a second click takes the filter away", async () => {
  await open("/heatmaps?page=%2F");
  const element = table("Most clicked elements").getByRole("link", { name: /^Buy/ });
  await element.click();
  await page.getByRole("button", { name: /^Edit filter: Link is .+\/cart$/ }).waitFor();
  // Anna clicked it, in a visit with other clicks; Ben did not.
  await until(
    () => rowsOf("Pages with heatmaps"),
    (rows) => rows.join() === "/ 2 7,/news 1 0",
  );
  expect(await rowsOf("Most clicked elements")).toEqual(["Buy link to /cart 3", "Menu button 1"]);
  expect(await element.getAttribute("aria-current")).toBe("true");
  expect(new URL(page.url()).searchParams.get("page")).toBe("/");
  await element.click();
  await until(
    () => rowsOf("Pages with heatmaps"),
    (rows) => rows.join() === "/ 2 7,/news 6 5",
  );
});

test("a phone shows the heatmap first, with its page in a list to pick from", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open("/heatmaps");
  const pick = page.getByRole("combobox", { name: "Page" });
  await pick.selectOption("/news");
  await page.getByRole("img", { name: /^Taps on \/news;/ }).waitFor();
  const tops = await page
    .locator(".heatmap, .heat-pages")
    .evaluateAll((panels) => panels.map((one) => [one.classList.contains("heatmap"), one.getBoundingClientRect().top]));
  const [heat, list] = [true, false].map((isHeat) => tops.find(([is]) => is === isHeat)![1] as number);
  expect(heat).toBeLessThan(list!);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.setViewportSize({ width: 1440, height: 900 });
});

test("the heatmap on the page itself is of all visitors, and says so where filters are set", async () => {
  await open("/heatmaps");
  await page.getByRole("button", { name: "Show on page" }).waitFor();
  expect(await page.getByText("Shows all visitors, without the filters.").count()).toBe(0);
  await open("/heatmaps?f=is,visit:device,Desktop");
  await page.getByText("Shows all visitors, without the filters.").waitFor();
});

test("path groups take the place of pages: a group has the clicks and the elements of its pages together", async () => {
  const patterns = [
    { pattern: "/n*", label: "Reading" },
    { pattern: "/", label: "Reading" },
  ];
  await system.api.put(`/api/v1/properties/${siteId}/path-groups`, { patterns });
  await open("/heatmaps");
  await panel("Pages").getByRole("button", { name: "Group pages" }).click();
  await until(
    () => rowsOf("Pages with heatmaps"),
    ([row]) => row === "Reading 8 12",
  );
  await page.getByRole("img", { name: /^Clicks on Reading;/ }).waitFor();
  expect(await page.getByRole("button", { name: "Show on page" }).count()).toBe(0);
  expect(await rowsOf("Most clicked elements")).toEqual(["Buy link to /cart 3", "Menu button 1"]);
  await page.getByRole("button", { name: "Movement" }).click();
  await page.getByText("Table", { exact: true }).click();
  // Movement of both pages; what is sent has the base 36.
  const [most] = await rowsOf("Movement by cell, most frequent first");
  expect(most).toMatch(/ 144$/);
  expect(await rowsOf("Movement by cell, most frequent first")).toHaveLength(3);
  await panel("Pages").getByRole("button", { name: "Ungroup pages" }).click();
  await until(
    () => rowsOf("Pages with heatmaps"),
    (rows) => rows.join() === "/ 2 7,/news 6 5",
  );
  await system.api.put(`/api/v1/properties/${siteId}/path-groups`, { patterns: [] });
});

test("vitals by path group have what the pages of the group have together, and its row filters", async () => {
  const patterns = [{ pattern: "/**", label: "Whole shop" }];
  await system.api.put(`/api/v1/properties/${siteId}/path-groups`, { patterns });
  await open("/vitals");
  await panel("By page").getByRole("button", { name: "Group pages" }).click();
  await panel("By page").getByRole("link", { name: "Whole shop" }).click();
  await page.getByRole("button", { name: "Edit filter: Page group is Whole shop" }).waitFor();
  const { pages } = await system.api.get<VitalsInsight>(`/api/v1/properties/${siteId}/insight/vitals?grouped=true`);
  expect(pages).toMatchObject([{ value: "Whole shop", samples: 3 }]);
  expect(await panel("By page").locator("tbody tr td").last().innerText()).toBe("3");
  await system.api.put(`/api/v1/properties/${siteId}/path-groups`, { patterns: [] });
});

test("long pages are scrolled to their busiest part", async () => {
  await open("/heatmaps");
  const frame = page.getByRole("region", { name: "Clicks grid" });
  await frame.waitFor();
  expect(await frame.evaluate((one) => one.scrollTop)).toBe(0);
  await system.api.post("/api/events", {
    events: [
      {
        ...{ event_type: "heatmap", site_id: siteId, url: "https://shop.example/long", ...ANNA },
        props: { width: "desktop", clicks: "3,2s,9", to: 90 },
      },
    ],
  });
  await system.settled(siteId);
  await open("/heatmaps?page=/long");
  await until(
    () => frame.evaluate((one) => one.scrollTop),
    (top) => top > 500,
  );
});

test("nothing broke a script or the content policy", () => {
  expect(complaints).toEqual([]);
});
