// trackkit.visit(): the token by which a server's event joins the visitor of the page. It never fails and never hangs.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openStage, type Stage } from "./tracker-stage.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  expect(stage.errors).toEqual([]);
  await stage.reset();
});
afterAll(() => stage.close());

const STUB = `<script>window.trackkit=window.trackkit||function(){(trackkit.q=trackkit.q||[]).push(arguments)};
  trackkit.visit=function(){return new Promise(function(r){(trackkit.c=trackkit.c||[]).push(["visit",[r]])})}</script>`;

const visitOf = (page: Page): Promise<string | undefined> => page.evaluate(() => window.trackkit.visit());

test("the page gets a token, and the beacons are what they would be without", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  expect(await visitOf(page)).toBe("token");
  expect(stage.collector.visits).toEqual([{ s: "site-1", visit: 1 }]);
  await page.evaluate("trackkit('Order')");
  expect(await stage.leave(page)).toEqual(["pageview /", "Order /", "engagement /"]);
});

test("it says who the page has named just before", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  expect(await page.evaluate("trackkit.identify('user-1'); trackkit.visit()")).toBe("token");
  expect(stage.collector.visits).toEqual([{ s: "site-1", visit: 1, c: "user-1" }]);
  await stage.leave(page);
});

test("asked for before the tracker came, it is there when the page is shown", async () => {
  stage.site.pages["/"] = stage.html({ head: `${STUB}<script>early = trackkit.visit();</script>` });
  const page = await stage.visit("/");
  expect(await page.evaluate("early")).toBe("token");
  await stage.leave(page);
});

test("there is none for who opted out or is not counted, and where collect does not answer", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  stage.collector.token = null;
  expect(await visitOf(page)).toBeUndefined();
  stage.collector.token = "token";
  await page.evaluate("trackkit.optOut()");
  expect(await visitOf(page)).toBeUndefined();
  await page.evaluate("trackkit.optOut(false)");
  expect(await visitOf(page)).toBe("token");
  expect(stage.collector.visits).toHaveLength(2);
  await page.route("**/e", (route) => route.abort());
  expect(await visitOf(page)).toBeUndefined();
});

test("a page whose chunk is blocked does not wait for it for ever", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.route("**/tk-identity.js", (route) => route.abort());
  expect(await visitOf(page)).toBeUndefined();
  expect(stage.collector.visits).toEqual([]);
  await stage.leave(page);
});
