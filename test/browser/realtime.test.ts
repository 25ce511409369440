// The realtime screen as its owner sees it: what a visitor does shows within seconds, and what is not true any more says so.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rule } from "../../workers/domain/events/rule.ts";
import type { LivePicture } from "../../workers/domain/visits/hub.ts";
import { PERSON } from "./chromium.ts";
import { openSite, type Site } from "./fixture-site.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

let system: System;
let browser: Browser;
let site: Site;
let siteId: string;
let owner: BrowserContext;
let page: Page;
let visit: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser, site] = await Promise.all([joinSystem(), joinChromium(), openSite()]);
  ({ site_id: siteId } = await system.createProperty({ name: "Shop", url: site.origin }));
  const tag = `<script defer src="${system.worker}/tk.js" data-site-id="${siteId}"></script>`;
  for (const path of ["/", "/held"])
    site.pages[path] = `<!doctype html><html lang="en"><head>${tag}<title>Shop</title></head><body>Open</body></html>`;
  visit = await browser.newPage();

  owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  await system.signIn(owner);
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) complaints.push(message.text());
  });
  await page.goto(`${system.dashboard}/p/${siteId}/realtime`);
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await system?.close();
});

const status = (text: string | RegExp) => page.getByRole("status").filter({ hasText: text });
const feed = () => page.getByRole("region", { name: "Latest events" });
const figure = (label: string) =>
  page
    .locator(".live-figure", { has: page.getByText(label, { exact: true }) })
    .locator("dd")
    .first();

test("before anybody comes, the screen says so and is connected", async () => {
  await page.getByRole("heading", { name: "No visitors in the last 30 minutes." }).waitFor();
  await status(/^Live$/).waitFor();
  await feed().getByText("New events appear here instantly.").waitFor();
  await page.getByRole("img", { name: /^Map of the world/ }).waitFor();
});

test("a visit shows in the feed, the figures and the lists, without a reload", async () => {
  await page.evaluate("window.isSame = true");
  await visit.goto(site.at("/"));
  const item = feed().getByRole("listitem").filter({ hasText: "Page view" });
  await item.waitFor();
  expect(await item.innerText()).toMatch(/^Page view\s*\/\s*\d\d:\d\d:\d\d\s*.+\s*Desktop · first visit$/s);
  await figure("Visitors now").filter({ hasText: /^1$/ }).waitFor();
  await figure("Page views").filter({ hasText: /^1$/ }).waitFor();
  await page.getByRole("heading", { name: /^1 visitor right now, 1 in the last 30 minutes/ }).waitFor();
  for (const [panel, row] of [
    ["Active pages", /^\/1$/],
    ["Sources", /^Direct1$/],
    ["Devices", /^Desktop1$/],
  ] as const)
    await page.getByRole("region", { name: panel }).locator("tbody tr").filter({ hasText: row }).waitFor();
  const minutes = page.getByRole("table", { name: "Page views per minute" }).locator("tbody td");
  expect(await minutes.count()).toBe(30);
  expect((await minutes.allTextContents()).map(Number).reduce((sum, views) => sum + views)).toBe(1);
  expect(await page.evaluate("window.isSame")).toBe(true);
});

test("what moves by itself can be held, and goes on with everything that came meanwhile", async () => {
  await page.keyboard.press("h");
  await page.getByText(/^Paused at \d\d:\d\d$/).waitFor();
  await visit.goto(site.at("/held"));
  await until(
    () => system.api.get<LivePicture>(`/api/v1/properties/${siteId}/live`),
    (live) => live.pages[0]?.value === "/held",
  );
  expect(await feed().innerText()).not.toContain("/held");
  await page.getByRole("button", { name: "Resume" }).click();
  await feed().getByText("/held").first().waitFor();
  await figure("Page views").filter({ hasText: /^2$/ }).waitFor();
});

test("the counter of a rule ticks with each match", async () => {
  const rule = { name: "Buys", selector: "#buy", trigger: "click" };
  const { id } = await system.api.post<Rule>(`/api/v1/properties/${siteId}/rules`, rule);
  const match = { event_type: "rule", rule_id: id, site_id: siteId, url: site.at("/"), ip: "203.0.113.7" };
  const counters = page.getByRole("region", { name: "Rule counters" });
  for (const count of [1, 2]) {
    await system.api.post("/api/events", { ...match, user_agent: PERSON });
    await counters.getByRole("row", { name: new RegExp(`^Buys ${count} `) }).waitFor();
  }
  await feed().getByRole("listitem").filter({ hasText: "Rule" }).first().waitFor();
});

test("a connection that is cut makes the screen stale, visibly, until it is back", async () => {
  await owner.setOffline(true);
  await status(/^Last update at \d\d:\d\d$/).waitFor();
  // What was seen stays to be read.
  expect(await figure("Page views").innerText()).toBe("2");
  await owner.setOffline(false);
  await status(/^Live$/).waitFor();
});

test("a tab in the background holds no socket, and is up to date when it is looked at again", async () => {
  const turn = (hidden: boolean) =>
    page.evaluate((isHidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  // The event that a socket is closed waits for the other side; what is asked here is that this side lets go.
  await page.evaluate(() => {
    const { close } = WebSocket.prototype;
    WebSocket.prototype.close = function (...why) {
      document.body.dataset.closed = "yes";
      close.apply(this, why);
    };
  });
  await turn(true);
  expect(await page.evaluate(() => document.body.dataset.closed)).toBe("yes");
  await visit.goto(site.at("/"));
  await until(
    () => system.api.get<LivePicture>(`/api/v1/properties/${siteId}/live`),
    (live) => live.pageviews_30m === 3,
  );
  expect(await figure("Page views").innerText()).toBe("2");
  const again = page.waitForEvent("websocket");
  await turn(false);
  await again;
  await figure("Page views").filter({ hasText: /^3$/ }).waitFor();
});

test("where sockets do not get through, the picture is asked for", async () => {
  await page.routeWebSocket(/\/live\/socket$/, (socket) => socket.close());
  await page.reload();
  await status("Live, every 10 seconds").waitFor();
  await figure("Page views").filter({ hasText: /^3$/ }).waitFor();
});

test("the owner makes the live numbers public, and gets the badge for other pages", async () => {
  await page.goto(`${system.dashboard}/p/${siteId}/settings`);
  await page.getByRole("switch", { name: /^Public visitor counter/ }).click();
  const code = await page.locator("pre code", { hasText: "<img" }).innerText();
  expect(code).toBe(`<img src="${system.worker}/api/public/${siteId}/badge.svg" alt="Visitors right now">`);
  const badge = page.getByRole("img", { name: "Visitors right now" });
  await until(
    () => badge.evaluate((image) => (image as HTMLImageElement).naturalWidth),
    (width) => width > 0,
  );
  const numbers = await page.locator("pre code", { hasText: "live.json" }).innerText();
  expect(await (await fetch(numbers)).json()).toMatchObject({ pageviews_30m: 3 });
});

test("nothing went wrong on the way, and nothing was against the content policy", () => {
  expect(complaints).toEqual([]);
});
