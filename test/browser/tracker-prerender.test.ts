// Prerendered pages: the browser loads them ahead and may show them later, or never. Nothing leaves before they are shown.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openUnwatchedChromium } from "./chromium.ts";
import { openStage, type Stage, story } from "./tracker-stage.ts";

let stage: Stage;
let close: (() => Promise<void>) | undefined;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  await close?.();
  close = undefined;
  await stage.reset();
});
afterAll(() => stage.close());

/** Sends a hit past the tracker, so that the test sees how far the page has come. */
const marking = (name: string, props = "{}"): string =>
  `fetch('${stage.collector.origin}', { method: 'POST', keepalive: true,
    body: JSON.stringify({ s: '', h: [{ n: '${name}', i: '1', u: '', p: ${props} }] }) });`;

/** A page that has another one prerendered, and goes where `/go` says. */
const prerendering = (path: string): string => `<script type="speculationrules">
    { "prerender": [{ "urls": ["${path}"], "eagerness": "immediate" }] }
  </script>
  <script>
    setInterval(async () => {
      const answer = await fetch('/go');
      if (answer.ok) location.href = await answer.text();
    }, 100);
  </script>`;

/** Longer than a hit waits for company: what a prerendered page had to send would have been sent. */
const SETTLED_MS = 700;

/** In a prerendered page: says that it has settled, and what it has done meanwhile. */
const settling = (): string => `<script>
    if (document.prerendering) addEventListener('load', () => setTimeout(() => {
      ${marking(
        "settled",
        `{ prerendering: document.prerendering, stored: Object.keys(localStorage).join(),
           chunks: performance.getEntriesByType('mark').map((mark) => mark.name).join() }`,
      )}
    }, ${SETTLED_MS}));
  </script>`;

/** Opens a page that has `/next` prerendered, and waits until that has settled. */
async function prerender(): Promise<void> {
  stage.site.pages["/"] = prerendering("/next");
  close = await openUnwatchedChromium(stage.site.at("/"));
  await stage.collector.arrived(1);
}

const told = (): string[] => story(stage.collector.hits, stage.site.origin);

/** No request of the tracker said that it is a prefetch; collect refuses those. */
function expectNoPrefetch(): void {
  for (const { beacon, headers } of stage.collector.requests)
    if (beacon.s) expect([beacon.h[0]?.n, headers["sec-purpose"]]).toEqual([beacon.h[0]?.n, undefined]);
}

test("a prerendered page counts when it is activated, not before, and its requests are no prefetches", async () => {
  stage.collector.reply = { off: [], on: ["web_vitals", "errors", "clicks"] };
  stage.site.pages["/next"] = stage.html({
    head: settling(),
    body: "<script>addEventListener('load', () => trackkit('loaded'))</script>",
  });
  await prerender();
  expect(stage.collector.hits.map(({ n, p }) => [n, p])).toEqual([
    ["settled", { prerendering: true, stored: "", chunks: "" }],
  ]);
  stage.site.pages["/go"] = "/next";
  await stage.collector.arrived(3);
  expect(told().slice(0, 3)).toEqual(["settled ", "pageview /next", "loaded /next"]);
  expectNoPrefetch();
});

test("who the visitor is, said by a prerendered page, is heard when it is activated", async () => {
  stage.collector.reply = { off: [], on: [], store: true };
  const stub = `<script>window.trackkit=window.trackkit||function(){(trackkit.q=trackkit.q||[]).push(arguments)};
    trackkit.identify=function(){(trackkit.c=trackkit.c||[]).push(['identify',arguments])}</script>`;
  stage.site.pages["/next"] = stage.html({
    head: stub + settling(),
    body: `<script>trackkit.identify('early');
      addEventListener('load', () => trackkit.identify('user-1', { plan: 'pro' }))</script>`,
  });
  await prerender();
  expect(stage.collector.hits.map(({ n, p }) => [n, p])).toEqual([
    ["settled", { prerendering: true, stored: "", chunks: "" }],
  ]);
  stage.site.pages["/go"] = "/next";
  await stage.collector.arrived(4);
  expect(told()).toEqual(["settled ", "pageview /next", "identify /next", "identify /next"]);
  expect(stage.collector.hits.slice(1).map(({ beacon }) => beacon.c)).toEqual(["user-1", "user-1", "user-1"]);
  expectNoPrefetch();
});

test("a prerendered page that is never shown is no page view", async () => {
  stage.site.pages["/next"] = stage.html({ head: settling() });
  stage.site.pages["/other"] = stage.html({ title: "Other" });
  await prerender();
  stage.site.pages["/go"] = "/other";
  await stage.collector.arrived(2);
  expect(told()).toEqual(["settled ", "pageview /other"]);
});

test("a prerendered page that is left as soon as it is activated is a page view", async () => {
  stage.site.pages["/next"] = stage.html({
    head: `${settling()}<script>
      document.addEventListener('prerenderingchange', () => { location.href = '/after'; });
    </script>`,
  });
  stage.site.pages["/after"] = stage.html({ title: "After" });
  await prerender();
  stage.site.pages["/go"] = "/next";
  // Beacons of two pages may overtake each other.
  await stage.collector.arrived(4);
  expect(told().sort()).toEqual(["engagement /next", "pageview /after", "pageview /next", "settled "]);
  expectNoPrefetch();
});

test("engagement with a prerendered page begins when it is activated", async () => {
  stage.site.pages["/next"] = stage.html({
    head: `${settling()}<script>
      document.addEventListener('prerenderingchange', () => setTimeout(() => { location.href = '/after'; }, 900));
    </script>`,
    body: `<script>
      addEventListener('pagehide', () => {
        const { activationStart } = performance.getEntriesByType('navigation')[0];
        trackkit('shown', { ms: performance.now() - activationStart, activated: activationStart > 0 });
      }, true);
    </script>`,
  });
  stage.site.pages["/after"] = "<title>After</title>";
  await prerender();
  stage.site.pages["/go"] = "/next";
  await stage.collector.arrived(4);
  const engagement = stage.collector.hits.find(({ n }) => n === "engagement");
  const shown = stage.collector.hits.find(({ n }) => n === "shown")?.p;
  expect(shown?.activated).toBe(true);
  expect(engagement?.e).toBeGreaterThan(500);
  expect(engagement?.e).toBeLessThanOrEqual(shown?.ms as number);
});
