// An order that a shop's server confirms: the page asks for its token, and the server's event is part of the visit.
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LivePicture } from "../../workers/domain/visits/hub.ts";
import { PERSON } from "./chromium.ts";
import { openSite, type Site } from "./fixture-site.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

let system: System;
let site: Site;
beforeAll(async () => {
  [system, site] = await Promise.all([joinSystem(), openSite()]);
});
afterAll(async () => {
  await site?.close();
  await system?.close();
});

test("an event with the page's token joins its visitor", async () => {
  const { site_id: siteId } = await system.createProperty({ url: site.origin });
  site.pages["/cart"] = `<!doctype html><html><head><title>Cart</title>
    <script defer src="${system.worker}/tk.js" data-site-id="${siteId}"></script></head><body>Cart</body></html>`;
  const browser = await joinChromium();
  const context = await browser.newContext({ userAgent: PERSON });
  try {
    const page = await context.newPage();
    await page.goto(site.at("/cart"));
    await page.evaluate(`trackkit("Checkout", {}, { revenue: { amount: 49.9, currency: "EUR" } })`);
    const visit = await page.evaluate<string>("trackkit.visit()");
    expect(visit).toMatch(/^[\w-]{100,}$/);
    await system.api.post("/api/events", { site_id: siteId, event_type: "Order paid", visit });
    const { feed, active_30m } = await until(
      () => system.api.get<LivePicture>(`/api/v1/properties/${siteId}/live`),
      (picture) =>
        ["pageview", "Checkout", "Order paid"].every((name) => picture.feed.some((one) => one.name === name)),
    );
    expect(active_30m).toBe(1);
    expect(feed.filter(({ name }) => name !== "first_visit")).toHaveLength(3);
  } finally {
    await context.close();
    await browser.close();
  }
});
