// Page views that the real collect gets out of a real browser where that is not plain: pages that were prerendered, and
// pages without script on another origin.
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LivePicture } from "../../workers/domain/visits/hub.ts";
import { openUnwatchedChromium, PERSON } from "./chromium.ts";
import { openSite, type Page, type Site } from "./fixture-site.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

const AS_VISITOR = [`--user-agent=${PERSON}`];

let system: System;
let site: Site;
beforeAll(async () => {
  [system, site] = await Promise.all([joinSystem(), openSite()]);
});
afterAll(async () => {
  await site?.close();
  await system?.close();
});

const givenProperty = async (): Promise<string> => (await system.createProperty({ url: site.origin })).site_id;

/** Names and pages of the events of a property, once there are so many; and what was refused. */
async function counted(siteId: string, least: number): Promise<{ events: string[]; refusals: unknown[] }> {
  const at = `/api/v1/properties/${siteId}`;
  const { feed } = await until(
    () => system.api.get<LivePicture>(`${at}/live`),
    (picture) => picture.feed.filter(({ name }) => name !== "first_visit").length >= least,
  );
  const { refusals } = await system.api.get<{ refusals: unknown[] }>(`${at}/refusals`);
  const events = feed.map(({ name, page }) => `${name} ${page}`).filter((event) => !event.startsWith("first_visit"));
  return { events: events.sort(), refusals };
}

test("every page that was prerendered and then shown is counted", async () => {
  const siteId = await givenProperty();
  const path = (n: number) => `/chapters/${n}`;
  const last = 4;
  for (let n = 0; n <= last; n += 1) {
    // A page is left for the next one when that has run the tracker while it was prerendered.
    Object.defineProperty(site.pages, `/prerendered/${n}`, {
      get: () => {
        site.pages[`/open/${n}`] = "open";
        return "noted";
      },
    });
    site.pages[path(n)] = `<!doctype html><html><head><title>Chapter ${n}</title>
      <script defer src="${system.worker}/tk.js" data-site-id="${siteId}"></script>
      <script type="speculationrules">
        { "prerender": [{ "urls": ["${path(n + 1)}"], "eagerness": "immediate" }] }
      </script>
      <script>
        if (document.prerendering) {
          document.addEventListener("prerenderingchange", () => trackkit("activated"));
          addEventListener("load", () => fetch("/prerendered/${n}"));
        }
        const look = setInterval(async () => {
          if (document.prerendering || !(await fetch("/open/${n + 1}")).ok) return;
          clearInterval(look);
          location.href = "${path(n + 1)}";
        }, 100);
      </script></head><body>Chapter ${n}</body></html>`;
  }
  const close = await openUnwatchedChromium(site.at(path(0)), AS_VISITOR);
  try {
    const shown = Array.from({ length: last }, (_, n) => path(n + 1));
    const { events, refusals } = await counted(siteId, 1 + 2 * last);
    expect(events).toEqual([
      ...shown.map((page) => `activated ${page}`),
      ...[path(0), ...shown].map((page) => `pageview ${page}`),
    ]);
    expect(refusals).toEqual([]);
  } finally {
    await close();
  }
});

test("the README's pixel tells the path of a page on another origin, whatever the page's own policy", async () => {
  const siteId = await givenProperty();
  const [snippet = ""] = /<img [^`]*p\.gif[^`]*>/.exec(await readFile("README.md", "utf8")) ?? [];
  expect(snippet).toContain("https://YOUR-WORKER/p.gif?s=SITE_ID");
  const pixel = snippet.replace("https://YOUR-WORKER", system.worker).replace("SITE_ID", siteId);
  const page = (policy?: string): Page => ({
    body: `<!doctype html><html><head><title>Pixel</title></head><body>${pixel}</body></html>`,
    ...(policy === undefined ? {} : { headers: { "referrer-policy": policy } }),
  });
  const policies = ["strict-origin-when-cross-origin", "same-origin", "no-referrer", "origin"];
  site.pages["/without/policy"] = page();
  for (const policy of policies) site.pages[`/with/${policy}`] = page(policy);
  const paths = ["/without/policy", ...policies.map((policy) => `/with/${policy}`)];
  const browser = await joinChromium();
  try {
    const visitor = await browser.newContext({ javaScriptEnabled: false });
    for (const path of paths) {
      const tab = await visitor.newPage();
      await tab.goto(site.at(`${path}?utm_source=letter`));
    }
    const { events, refusals } = await counted(siteId, paths.length);
    expect(events).toEqual(paths.map((path) => `pageview ${path}`).sort());
    expect(refusals).toEqual([]);
  } finally {
    await browser.close();
  }
});
