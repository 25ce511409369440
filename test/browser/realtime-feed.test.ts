// The feed and the goals of the realtime screen.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PERSON } from "./chromium.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System } from "./system.ts";

let system: System;
let browser: Browser;
let siteId: string;
let owner: BrowserContext;
let page: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  ({ site_id: siteId } = await system.createProperty({
    ...{ name: "Shop", url: "https://shop.example" },
    measurements: { clicks: true, web_vitals: true },
  }));
  owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB" });
  await system.signIn(owner);
  page = await owner.newPage();
  await page.goto(`${system.dashboard}/p/${siteId}/realtime`);
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

const feed = () => page.getByRole("region", { name: "Latest events" });

test("the feed has one line per step of a visitor, and every event when asked for", async () => {
  const at = new Date().toISOString();
  const sent = {
    site_id: siteId,
    url: "https://shop.example/new",
    ip: "203.0.113.40",
    user_agent: PERSON,
    event_time: at,
  };
  await system.api.post("/api/events", {
    events: [
      { ...sent, event_type: "pageview" },
      { ...sent, event_type: "click", props: { text: "Go" } },
      ...["LCP", "CLS", "FCP"].map((metric) => ({
        ...{ ...sent, event_type: "web_vital", props: { metric, value: 1 } },
      })),
    ],
  });
  const rows = feed().getByRole("listitem").filter({ hasText: "/new" });
  await rows.first().waitFor();
  // A page view and its first visit are one step; vitals are none.
  expect(await rows.count()).toBe(2);
  expect(await rows.filter({ hasText: "Page view" }).innerText()).toMatch(/first visit$/);
  await page.getByRole("switch", { name: "All events" }).click();
  await rows.filter({ hasText: "First visit" }).waitFor();
  expect(await rows.filter({ hasText: "Web vital" }).count()).toBe(3);
  expect(await rows.count()).toBe(6);
  expect(new URL(page.url()).searchParams.get("feed")).toBe("all");
  await page.reload();
  await rows.filter({ hasText: "Web vital" }).first().waitFor();
  await page.getByRole("switch", { name: "All events" }).click();
  await rows.filter({ hasText: "Web vital" }).first().waitFor({ state: "detached" });
  expect(await rows.count()).toBe(2);
});

test("goals show their conversions of the last 30 minutes as they come", async () => {
  const goals = page.getByRole("region", { name: "Goal counters" });
  await goals.getByText("No goals yet").waitFor();
  const create = (name: string, filter: unknown) =>
    system.api.post(`/api/v1/properties/${siteId}/goals`, { name, filter });
  await create("Buyers", ["is", "event:name", ["Purchase"]]);
  await create("Swiss", ["is", "visit:country", ["CH"]]);
  await page.reload();
  await goals.getByRole("row", { name: "Buyers 0" }).waitFor();
  // Of a goal that needs more than one event, live data does not claim that nobody met it.
  await goals.getByRole("row", { name: "Swiss – not live" }).waitFor();
  const buy = {
    event_type: "Purchase",
    site_id: siteId,
    url: "https://shop.example/",
    ip: "203.0.113.41",
    user_agent: PERSON,
  };
  const old = new Date(Date.now() - 40 * 60_000).toISOString();
  await system.api.post("/api/events", { events: [buy, buy, { ...buy, event_time: old }] });
  await goals.getByRole("row", { name: "Buyers 2" }).waitFor();
});
