// A rule from the picker to its numbers: pointed at on the page, counted live, analysed, and quiet once it is off.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RuleInsight } from "../../workers/domain/counts/insight";
import type { Rule } from "../../workers/domain/events/rule";
import type { LivePicture } from "../../workers/domain/visits/hub";
import { chunksRun } from "./chunks.ts";
import { openSite, type Site } from "./fixture-site.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

let system: System;
let browser: Browser;
let shop: Site;
let siteId: string;
let owner: Page;
let visitors: BrowserContext;
const complaints: string[] = [];

beforeAll(async () => {
  [system, browser, shop] = await Promise.all([joinSystem(), joinChromium(), openSite()]);
  const measurements = { heatmaps: true };
  siteId = (await system.createProperty({ name: "Shop", url: shop.origin, measurements })).site_id;
  // The strictest policy that a page with TrackKit can have.
  const policy = `default-src 'none'; script-src ${system.worker}; connect-src ${system.worker}`;
  const card = (id: number) =>
    `<li><h3>Bike ${id}</h3><button class="add-to-cart css-1x2y3z"><b>Add to cart</b></button></li>`;
  shop.pages["/"] = {
    headers: { "content-security-policy": policy },
    body: `<!doctype html><html><head><title>Shop</title>
      <script defer src="${system.worker}/tk.js" data-site-id="${siteId}"></script></head>
      <body><h1>Bikes</h1><ul>${card(1)}${card(2)}</ul></body></html>`,
  };
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  await system.signIn(context);
  owner = await context.newPage();
  visitors = await browser.newContext({ viewport: { width: 1280, height: 900 } });
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([system?.close(), shop?.close()]);
});

const at = (path: string): string => `/api/v1/properties/${siteId}${path}`;
const ruleOf = async (): Promise<Rule> => (await system.api.get<{ rules: Rule[] }>(at("/rules"))).rules[0]!;
const liveClicks = async (id: string): Promise<number> => {
  const { rules } = await system.api.get<LivePicture>(at("/live"));
  return rules.find((rule) => rule.id === id)?.clicks ?? 0;
};

/** A visitor opens the page, waits until it knows its rules, and clicks the first button. @returns the page. */
async function clickAsVisitor(...chunks: string[]): Promise<Page> {
  const page = await visitors.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) complaints.push(message.text());
  });
  const replied = page.waitForResponse((response) => response.url() === `${system.worker}/e`);
  await page.goto(shop.at("/"));
  await replied;
  await chunksRun(page, system.worker, chunks);
  await page.locator("button").first().click();
  return page;
}

test("the owner points at an element, and its selector comes back into the form", async () => {
  await owner.goto(`${system.dashboard}/p/${siteId}/rules`);
  await owner.getByRole("button", { name: "New rule" }).click();
  const opened = owner.waitForEvent("popup");
  await owner.getByRole("button", { name: "Pick on page" }).click();
  const popup = await opened;
  popup.on("pageerror", (error) => complaints.push(String(error)));
  await popup.waitForURL(`${shop.origin}/**`);
  // Neither window holds on to the other.
  expect(await popup.evaluate(() => window.opener)).toBe(null);
  await until(() => popup.evaluate(() => document.querySelector("[popover]") !== null));
  const box = (await popup.locator("button b").first().boundingBox())!;
  await popup.mouse.move(box.x + 3, box.y + 3);
  await popup.mouse.click(box.x + 3, box.y + 3);
  // The overlay's tree is closed to the page; the choice has the focus, so the keyboard reaches it.
  await popup.waitForTimeout(200);
  await Promise.all([popup.waitForEvent("close"), popup.keyboard.press("Enter")]);
  await until(async () => (await owner.getByLabel("CSS selector").inputValue()) === "button.add-to-cart");
  expect(await owner.getByLabel("Name").inputValue()).toBe("Add to cart");
  await owner.getByRole("button", { name: "Create rule" }).click();
  await until(ruleOf);
  expect(await ruleOf()).toMatchObject({ name: "Add to cart", selector: "button.add-to-cart", trigger: "click" });
});

test("whoever cancels is not waited for any more", async () => {
  await owner.goto(`${system.dashboard}/p/${siteId}/rules`);
  await owner.getByRole("button", { name: "New rule" }).click();
  const asked = owner.waitForRequest((request) => request.method() === "GET" && request.url().includes("/overlay/"));
  const opened = owner.waitForEvent("popup");
  await owner.getByRole("button", { name: "Pick on page" }).click();
  const popup = await opened;
  await asked;
  const wait = owner.getByText("Select an element in the other window…");
  await owner.getByRole("button", { name: "Cancel" }).click();
  await wait.waitFor({ state: "detached" });
  const later: string[] = [];
  owner.on("request", (request) => later.push(request.url()));
  await owner.waitForTimeout(2500);
  expect(later.filter((url) => url.includes("/overlay/"))).toEqual([]);
  await popup.close();
});

test("the pages of the dashboard are in a group of windows of their own", async () => {
  const reply = await owner.goto(`${system.dashboard}/p/${siteId}/rules`);
  expect(reply!.headers()["cross-origin-opener-policy"]).toBe("same-origin");
});

test("the owner's own visit with the picker is not counted", async () => {
  const { refusals } = await until(
    () => system.api.get<{ refusals: { reason: string; count: number }[] }>(at("/refusals")),
    (reply) => reply.refusals.some(({ reason }) => reason === "owner_tool"),
  );
  expect(refusals.map(({ reason }) => reason)).toEqual(["owner_tool"]);
});

test("a click is counted live within two seconds, and appears in the rule's analysis", async () => {
  const { id } = await ruleOf();
  const page = await clickAsVisitor("heatmaps", "rules");
  const clicked = Date.now();
  await until(
    () => liveClicks(id),
    (clicks) => clicks === 1,
  );
  console.log(`live ${Date.now() - clicked} ms after the click`);
  await page.close();
  const insight = await until(
    () => system.api.get<RuleInsight>(at(`/insight/rules/${id}`)),
    (reply) => reply.clicks === 1 && reply.views === 1,
  );
  expect(insight).toMatchObject({ clicks: 1, visitors: 1, views: 1, ctr: 100 });
  expect(insight.pages).toEqual([{ page: "/", clicks: 1, seen: 1, ctr: 100 }]);
  expect(insight.elements).toEqual([{ text: "Add to cart", href: null, clicks: 1 }]);
  await owner.goto(`${system.dashboard}/p/${siteId}/rules?rule=${id}`);
  await owner.getByRole("heading", { name: "Add to cart" }).first().waitFor();
});

test("switched off, it stops when the page is opened again", async () => {
  const { id } = await ruleOf();
  await owner.getByRole("switch").first().click();
  await until(async () => !(await ruleOf()).enabled);
  const page = await clickAsVisitor("heatmaps");
  await page.close();
  // What the page sent is there once its heatmap is; the rule's clicks would have come with it.
  await until(
    () => system.api.get<{ views: number }>(at("/insight/heatmap?page=/&width=desktop")),
    ({ views }) => views >= 2,
  );
  expect(await liveClicks(id)).toBe(1);
  expect((await system.api.get<RuleInsight>(at(`/insight/rules/${id}`))).clicks).toBe(1);
});

test("the heatmap is drawn over the real page", async () => {
  await owner.goto(`${system.dashboard}/p/${siteId}/heatmaps?page=/&width=desktop`);
  const opened = owner.waitForEvent("popup");
  // Of all pages: the new one may have its answer before this test has the page.
  const told = owner
    .context()
    .waitForEvent("response", (response) => response.url().startsWith(`${system.worker}/api/overlay/heatmap`));
  await owner.getByRole("button", { name: "Show on page" }).click();
  const popup = await opened;
  const heat = (await (await told).json()) as { views: number; clicks: number[][] };
  expect(await popup.evaluate(() => window.opener)).toBe(null);
  expect(heat.views).toBeGreaterThanOrEqual(2);
  expect(heat.clicks.reduce((sum, [, , count = 0]) => sum + count, 0)).toBeGreaterThanOrEqual(2);
  await popup.close();
});

test("nothing went wrong on any page, under a policy that allows scripts and connections to TrackKit only", () => {
  expect(complaints).toEqual([]);
});
