// The live socket in a real browser: through the Pages proxy with the session's cookie, and from no other site's page.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Property } from "../../workers/domain/properties/property.ts";
import type { SocketMessage } from "../../workers/domain/visits/hub.ts";
import { openSite, type Site } from "./fixture-site.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

const VISITOR =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";

let system: System;
let browser: Browser;
let site: Site;
let property: Property;
let page: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  site = await openSite({ "/": "<!doctype html><title>Another site</title>" });
  property = await system.createProperty({ name: "Shop", timezone: "UTC", url: "https://shop.example" });
  const owner = await browser.newContext();
  await system.signIn(owner);
  page = await owner.newPage();
  await page.goto(system.dashboard);
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await system?.close();
});

interface Watching extends Window {
  socket: WebSocket;
  said: string[];
  ended: number | null;
}

/** Opens the property's socket from the page. */
const watch = (from: Page): Promise<void> =>
  from.evaluate(
    (address) => {
      const self = window as unknown as Watching;
      self.said = [];
      self.ended = null;
      self.socket = new WebSocket(address);
      self.socket.addEventListener("message", ({ data }) => self.said.push(String(data)));
      self.socket.addEventListener("close", ({ code }) => {
        self.ended = code;
      });
    },
    `${system.dashboard.replace("http", "ws")}/api/v1/properties/${property.site_id}/live/socket`,
  );

const said = (): Promise<string[]> => page.evaluate(() => (window as unknown as Watching).said);
const ended = (from: Page) => from.evaluate(() => (window as unknown as Watching).ended);

const sendView = (path: string) =>
  system.api.post("/api/events", {
    event_type: "pageview",
    site_id: property.site_id,
    url: `https://shop.example${path}`,
    ip: "192.0.2.1",
    user_agent: VISITOR,
  });

test("says the whole picture, then each change, and answers pings", async () => {
  await watch(page);
  const [first] = await until(said, (messages) => messages.length > 0);
  expect(JSON.parse(first!)).toMatchObject({ type: "picture", picture: { active_5m: 0, feed: [] } });
  await sendView("/first");
  const [, second] = await until(said, (messages) => messages.length > 1);
  const message = JSON.parse(second!) as SocketMessage;
  expect(message).toMatchObject({
    type: "change",
    change: { active_5m: 1, pageviews_30m: 1, pages: [{ value: "/first", visitors: 1 }] },
  });
  await page.evaluate(() => (window as unknown as Watching).socket.send("ping"));
  await until(said, (messages) => messages.includes("pong"));
});

test("opens for no other site's page, though the browser adds the cookie", async () => {
  const other = await page.context().newPage();
  await other.goto(site.at("/"));
  await watch(other);
  expect(
    await until(
      () => ended(other),
      (code) => code !== null,
    ),
  ).toBe(1006);
  expect(await other.evaluate(() => (window as unknown as Watching).said)).toEqual([]);
  await other.close();
});

test("the badge shows on another site's page once the owner made it public, and the socket ends with the property", async () => {
  await page.evaluate(async (path) => {
    const body = JSON.stringify({ public_live: true });
    await fetch(path, { method: "PATCH", headers: { "content-type": "application/json" }, body });
  }, `/api/v1/properties/${property.site_id}`);
  const other = await browser.newPage();
  await other.goto(site.at("/"));
  // What was not public a moment ago may be kept as such for five seconds.
  const badge = `${system.worker}/api/public/${property.site_id}/badge.svg`;
  await until(async () => (await fetch(badge)).ok);
  const width = await other.evaluate(async (src) => {
    const image = new Image();
    image.src = src;
    await image.decode();
    document.body.append(image);
    return image.width;
  }, badge);
  expect(width).toBeGreaterThan(80);
  expect(
    await other.evaluate(async (url) => (await fetch(url)).json(), badge.replace("badge.svg", "live.json")),
  ).toEqual({ active_5m: 1, active_30m: 1, pageviews_30m: 1 });
  await other.close();
  await system.api.delete(`/api/v1/properties/${property.site_id}`);
  expect(
    await until(
      () => ended(page),
      (code) => code !== null,
    ),
  ).toBe(4404);
});
