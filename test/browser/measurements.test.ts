// Every measurement, the whole way: a person in a real browser does it, and it is in the insight of the whole system and
// on the screen.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventsInsight, HeatmapInsight, VitalsInsight } from "../../workers/domain/counts/insight";
import { EVENT_TYPES, MEASUREMENT_NAMES } from "../../workers/domain/events/measurement";
import { chunksRun } from "./chunks.ts";
import { openSite, type Site } from "./fixture-site.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

/** What no page tells by itself: other systems say it. */
const OF_OTHERS = ["session_start", "session_end", "custom"];

let system: System;
let browser: Browser;
let visitors: BrowserContext;
let shop: Site;
let siteId: string;
const errors: string[] = [];

/** A second of silence. */
function silence(): Uint8Array {
  const file = Buffer.alloc(44 + 8000, 128);
  file.write("RIFF", 0);
  file.writeUInt32LE(8036, 4);
  file.write("WAVEfmt ", 8);
  for (const [at, value] of [
    [16, 16],
    [24, 8000],
    [28, 8000],
    [40, 8000],
  ] as const)
    file.writeUInt32LE(value, at);
  for (const [at, value] of [
    [20, 1],
    [22, 1],
    [32, 1],
    [34, 8],
  ] as const)
    file.writeUInt16LE(value, at);
  file.write("data", 36);
  return file;
}

const BODY = `<h1>Shop</h1><p id="words">Words worth keeping.</p>
  <img src="/bike.svg" alt="A bike" width="200" height="120">
  <button id="buy">Buy</button> <button id="dead">Nothing</button>
  <button id="signup" data-tk-event="Signup" data-tk-prop-plan="pro">Sign up</button>
  <button id="fail" onclick="setTimeout(() => { throw new TypeError('it broke') })">Fail</button>
  <p><span id="story" data-tk-hover="our story">Our story</span></p>
  <form id="newsletter" action="/thanks"><input name="email"><button>Subscribe</button></form>
  <form id="survey"><input name="age"></form>
  <a id="file" href="/catalogue.pdf" download>Catalogue</a>
  <a id="away" href="https://elsewhere.example/" target="_blank">Elsewhere</a>
  <audio id="song" src="/song.wav" title="Song"></audio>
  <script>document.querySelector("#buy").onclick = (event) => { event.target.title += "."; event.stopPropagation() };
    document.querySelector("#newsletter").onsubmit = (event) => event.preventDefault()</script>
  <div style="height: 3000px"></div><button id="end">The end</button>`;

const at = (path: string): string => `/api/v1/properties/${siteId}${path}`;
const events = async (): Promise<Map<string, number>> =>
  new Map((await system.api.get<EventsInsight>(at("/insight/events"))).events.map((one) => [one.name, one.events]));

beforeAll(async () => {
  [system, browser, shop] = await Promise.all([joinSystem(), joinChromium(), openSite()]);
  const measurements = Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, true]));
  siteId = (await system.createProperty({ name: "Shop", url: shop.origin, measurements })).site_id;
  const rule = { attributes: [], page: null, enabled: true };
  await system.api.post(at("/rules"), { ...rule, name: "Buy", selector: "#buy", trigger: "click" });
  await system.api.post(at("/rules"), { ...rule, name: "End", selector: "#end", trigger: "visible" });
  const html = (body: string) =>
    `<!doctype html><html><head><title>Shop</title>
     <script defer src="${system.worker}/tk.js" data-site-id="${siteId}"></script></head><body>${body}</body></html>`;
  shop.pages["/"] = html(BODY);
  shop.pages["/gone"] = { body: html("<h1>Not here</h1>"), status: 404 };
  shop.pages["/bike.svg"] = {
    body: '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="120"><rect width="200" height="120"/></svg>',
    type: "image/svg+xml",
  };
  shop.pages["/song.wav"] = { body: silence(), type: "audio/wav" };
  shop.pages["/catalogue.pdf"] = { body: "%PDF", type: "application/pdf" };
  visitors = await browser.newContext({ viewport: { width: 1280, height: 800 } });
});

afterAll(async () => {
  await browser?.close();
  await Promise.all([system?.close(), shop?.close()]);
});

/** Opens a page as a visitor, and waits until all its chunks are there. */
async function visit(path: string, prepare?: (page: Page) => Promise<void>): Promise<Page> {
  const page = await visitors.newPage();
  await prepare?.(page);
  page.on("pageerror", (error) => errors.push(String(error)));
  const chunks = new Set<string>();
  page.on("requestfinished", (request) => {
    const [, name] = /\/tk-(\w+)\.js$/.exec(request.url()) ?? [];
    if (name) chunks.add(name);
  });
  const replied = page.waitForResponse((response) => response.url() === `${system.worker}/e`);
  await page.goto(shop.at(path));
  const { on } = (await (await replied).json()) as { on: string[] };
  await until(async () => chunks.has("web_vitals_library"));
  await chunksRun(page, system.worker, on);
  return page;
}

/** Leaves the page. It stays open, so that its last beacon gets out however slow the machine is. */
const leave = (page: Page): Promise<unknown> => page.goto("about:blank");

test("a person does everything that can be measured", async () => {
  const page = await visit("/");
  // In sight for a second and more while other things are done.
  await page.hover("#story");
  await page.waitForTimeout(800);
  await page.click("#buy");
  await page.click("#signup");
  await page.click("#dead");
  await page.waitForTimeout(1_300);
  for (let n = 0; n < 4; n++) await page.mouse.click(700, 20);
  await page.click("#fail");
  await page.evaluate(() => {
    getSelection()?.selectAllChildren(document.querySelector("#words")!);
  });
  await page.keyboard.press("Control+c");
  await page.evaluate(() => document.querySelector<HTMLAudioElement>("#song")!.play());
  await page.fill("#newsletter input", "somebody@example.com");
  await page.click("#newsletter button");
  await page.fill("#survey input", "42");
  await page.click("#file");
  const opened = visitors.waitForEvent("page");
  await page.click("#away");
  await (await opened).close();
  await page.evaluate(() =>
    (window as { trackkit?: { identify?(id: string, traits: object): void } }).trackkit?.identify?.("user-1", {
      plan: "pro",
    }),
  );
  // To the half first: steps and the reach of the heatmap are told on the way.
  await page.evaluate(() => scrollTo(0, 1_500));
  await page.waitForTimeout(200);
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await page.waitForFunction(() => document.querySelector<HTMLAudioElement>("#song")!.ended);
  await page.waitForTimeout(1_000);
  await leave(page);

  await leave(await visit("/gone"));

  const away = await visit("/", (fresh) => fresh.clock.install());
  await away.mouse.move(5, 5);
  await away.clock.fastForward(90_000);
  await away.mouse.move(50, 50);
  await away.evaluate(() => document.querySelector<HTMLAudioElement>("#song")!.play());
  await leave(away);
  expect(errors.filter((error) => !error.includes("it broke"))).toEqual([]);
});

test("every kind of event that a page can tell has been counted", async () => {
  const missing = async () => {
    const told = await events();
    return (Object.keys(EVENT_TYPES) as string[]).filter(
      (name) => name !== "engagement" && !OF_OTHERS.includes(name) && !told.has(name),
    );
  };
  await until(missing, (names) => names.length === 0);
  await system.settled(siteId);
  const told = await events();
  expect(told.get("Signup")).toBe(1);
  expect(told.get("not_found")).toBe(1);
  expect(told.get("rule")).toBe(1);
  expect(told.get("media_complete")).toBe(1);
});

test("and what was measured is what was done", async () => {
  const heat = await system.api.get<HeatmapInsight>(at("/insight/heatmap?page=/&width=desktop"));
  expect(heat.views).toBe(2);
  expect(heat.clicks.length).toBeGreaterThan(3);
  expect(heat.moves.length).toBeGreaterThan(0);
  expect(heat.reach.at(-1)).toBe(1);
  const vitals = await system.api.get<VitalsInsight>(at("/insight/vitals?page=/"));
  for (const { metric, samples } of vitals.metrics.filter(({ metric }) => metric !== "INP"))
    expect([metric, samples > 0]).toEqual([metric, true]);
});

test("the screen of events names them all", async () => {
  const owner = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  await owner.goto(system.dashboard);
  await owner.getByLabel("Email").fill(system.email);
  await owner.getByLabel("Password").fill(system.password);
  await owner.getByRole("button", { name: "Sign in" }).click();
  await owner.getByRole("heading", { name: "Properties" }).waitFor();
  await owner.goto(`${system.dashboard}/p/${siteId}/events`);
  const table = owner.getByRole("table", { name: "All events", exact: true });
  await table.waitFor();
  // Automatic events are in a group that is closed at first.
  const text = (await owner.getByRole("main").textContent()) ?? "";
  const names = [...(await events()).keys()];
  expect(names.filter((name) => !text.includes(name))).toEqual([]);
  expect(names.length).toBeGreaterThan(25);
});
