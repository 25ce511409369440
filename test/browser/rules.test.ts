// A rule's whole way: made by its owner, matched by a visitor in a real browser, counted live within two seconds, found in
// event:rule, and quiet after it was switched off and the page opened again.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Rule } from "../../workers/domain/events/rule.ts";
import type { Property } from "../../workers/domain/properties/property.ts";
import type { LivePicture } from "../../workers/domain/visits/hub.ts";
import { chunksRun } from "./chunks.ts";
import { openSite, type Site } from "./fixture-site.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

let system: System;
let browser: Browser;
let site: Site;
let property: Property;
let at: string;

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  site = await openSite();
  property = await system.createProperty({ url: site.origin });
  at = `/api/v1/properties/${property.site_id}`;
  site.pages["/"] =
    `<!doctype html><title>Shop</title><script defer src="${system.worker}/tk.js" data-site-id="${property.site_id}"></script>` +
    `<button class="sign-up" data-plan="pro">Sign up</button>`;
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
  await system?.close();
});

const counted = async (): Promise<LivePicture["rules"]> => (await system.api.get<LivePicture>(`${at}/live`)).rules;

async function switchOff({ id }: Rule): Promise<void> {
  const reply = await fetch(`${system.worker}${at}/rules/${id}`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${system.apiKey}`, "content-type": "application/json" },
    body: JSON.stringify({ enabled: false }),
  });
  expect(reply.status).toBe(200);
}

/** Opens the page, and waits for the reply to its page view, which says what to measure. */
async function open(page: Page): Promise<void> {
  const reply = page.waitForResponse((response) => response.url() === `${system.worker}/e`);
  await page.goto(site.at("/"));
  await (await reply).finished();
}

test("a rule is counted live within two seconds of the click, is in event:rule, and stops when it is switched off", async () => {
  const page = await browser.newPage();
  // It is open when the rule is made: collect knows the property, and must hear of the change.
  await open(page);
  const rule = await system.api.post<Rule>(`${at}/rules`, {
    name: "Sign up",
    selector: "button.sign-up",
    trigger: "click",
    attributes: ["data-plan"],
  });
  await until(async () => {
    const asked = page
      .waitForRequest((request) => request.url() === `${system.worker}/tk-rules.js`, { timeout: 10_000 })
      .then(
        () => true,
        () => false,
      );
    await open(page);
    // A hub that cannot be reached in time hears of the change within a minute: then the page is opened again.
    return asked;
  });
  await chunksRun(page, system.worker, ["rules"]);
  const clicked = Date.now();
  await page.click(".sign-up");
  const live = await until(counted, (rules) => rules.length > 0);
  console.log(`a rule's click was counted live after ${Date.now() - clicked} ms`);
  expect(live).toEqual([{ id: rule.id, clicks: 1, last_click_at: expect.any(String) }]);

  const query = { site_id: property.site_id, metrics: ["events"], dimensions: ["event:rule"], date_range: "day" };
  await system.settled(property.site_id);
  const answer = await system.api.post<{ results: unknown[] }>("/api/v2/query", query);
  expect(answer.results).toEqual([{ dimensions: [rule.id], metrics: [1] }]);

  await switchOff(rule);
  await open(page);
  const after = page.waitForResponse((response) => response.url() === `${system.worker}/e`);
  await page.click(".sign-up");
  await page.evaluate(() => window.trackkit("after the click"));
  await after;
  expect((await counted()).map(({ clicks }) => clicks)).toEqual([1]);
});
