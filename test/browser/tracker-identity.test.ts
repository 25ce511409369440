// Who the visitor is: users whom the page names, ids that the browser keeps, consent to that, and opting out of it all.
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
  ["identify","consent","optOut"].forEach(function(n){trackkit[n]=function(){(trackkit.c=trackkit.c||[]).push([n,arguments])}});</script>`;

/** What the browser keeps of the site. */
const kept = (page: Page): Promise<Record<string, string>> =>
  page.evaluate(() =>
    Object.fromEntries([
      ...Object.entries(localStorage),
      ...Object.entries(sessionStorage),
      ...(document.cookie ? [["cookie", document.cookie]] : []),
    ]),
  );

/** Each hit with what its beacon says of who the visitor is. */
const told = () =>
  stage.collector.hits
    .filter((hit) => !["engagement", "the end"].includes(hit.n))
    .map(({ n, beacon: { c, v, n: isNew } }) => ({ n, c, v: v !== undefined, isNew: isNew === 1 }));

const run = (page: Page, code: string): Promise<unknown> => page.evaluate(code);

test("without the owner's leave nothing is kept, and a user whom the page names is told for this page only", async () => {
  stage.site.pages["/"] = stage.html();
  stage.site.pages["/next"] = stage.html();
  const page = await stage.visit("/");
  await run(page, "trackkit.identify('user-1', {plan: 'yearly', seats: 3, list: [1], big: 1n})");
  await stage.collector.arrived(2);
  expect(stage.collector.hits[1]!.p).toEqual({ plan: "yearly", seats: 3 });
  expect(await kept(page)).toEqual({});
  await stage.running(page, "identity");
  await page.goto(stage.site.at("/next"));
  await stage.leave(page);
  expect(told()).toEqual([
    { n: "pageview", c: undefined, v: false, isNew: false },
    { n: "identify", c: "user-1", v: false, isNew: false },
    { n: "pageview", c: undefined, v: false, isNew: false },
  ]);
});

test("calls before the tracker came hold the page view until it is known whose it is", async () => {
  stage.site.pages["/"] = stage.html({
    head: `${STUB}<script>const early = trackkit.identify; early('user-1');</script>`,
  });
  const page = await stage.visit("/");
  await stage.collector.arrived(2);
  // Two requests at once: on a busy machine the second may arrive first.
  expect(
    told()
      .map(({ n, c }) => [n, c])
      .sort(),
  ).toEqual([
    ["identify", "user-1"],
    ["pageview", "user-1"],
  ]);
  // The page kept its stub's function; null takes the name back.
  await run(page, "early(null); trackkit('Late')");
  await stage.leave(page);
  expect(told().at(-1)).toMatchObject({ n: "Late", c: undefined });
});

test("where the owner lets an id be kept, it is made once and told from the next beacon on, at every return", async () => {
  stage.collector.reply = { off: [], on: [], store: true };
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await stage.running(page, "identity");
  await run(page, "trackkit.identify('user-1')");
  await stage.collector.arrived(2);
  await page.goto(stage.site.at("/?again"));
  await stage.collector.arrived(4);
  await stage.running(page, "identity");
  const id = JSON.parse((await kept(page)).trackkit_id!) as { c: string; v: string };
  await stage.leave(page);
  expect(told()).toEqual([
    { n: "pageview", c: undefined, v: false, isNew: false },
    { n: "identify", c: "user-1", v: true, isNew: true },
    { n: "pageview", c: "user-1", v: true, isNew: false },
  ]);
  expect(id.c).toBe("user-1");
  expect(id.v).toMatch(/^[0-9a-z]{8}\.0\.\d+$/);
  const ids = new Set(stage.collector.hits.map(({ beacon }) => beacon.v).filter(Boolean));
  expect([...ids]).toEqual([id.v]);
});

test("with data-consent nothing is kept until consent is given, and what is kept goes when it is taken back", async () => {
  stage.collector.reply = { off: [], on: [], store: true };
  stage.site.pages["/"] = stage.html({ tag: "data-consent" });
  const page = await stage.visit("/");
  await stage.running(page, "identity");
  await run(page, "trackkit('Before')");
  await stage.collector.arrived(2);
  expect(await kept(page)).toEqual({});
  await run(page, "trackkit.consent(true)");
  expect(Object.keys(await kept(page))).toEqual(["trackkit_id"]);
  await page.reload();
  await stage.running(page, "identity");
  expect(Object.keys(await kept(page))).toEqual(["trackkit_id"]);
  await run(page, "trackkit.consent(false); trackkit('After')");
  expect(await kept(page)).toEqual({});
  await stage.leave(page);
  expect(await kept(page).catch(() => ({}))).toEqual({});
  expect(told().map(({ n, v }) => [n, v])).toEqual([
    ["pageview", false],
    ["Before", false],
    ["pageview", true],
    ["After", false],
  ]);
});

test("what was kept goes when the owner does not want it any more", async () => {
  stage.collector.reply = { off: [], on: ["identity"], store: true };
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/", { on: ["identity"] });
  expect(Object.keys(await kept(page))).toEqual(["trackkit_id"]);
  stage.collector.reply = { off: [], on: [] };
  await run(page, "trackkit('One')");
  await stage.collector.arrived(2);
  await page.waitForFunction(() => {
    window.trackkit("More");
    return localStorage.length === 0;
  });
  await stage.leave(page);
});

test("who opts out sends nothing any more, on this page and the next, until it is undone", async () => {
  stage.site.pages["/"] = stage.html({ head: `${STUB}<script>trackkit.optOut()</script>` });
  stage.site.pages["/in"] = stage.html({ head: `${STUB}<script>trackkit.optOut(false)</script>` });
  const page = await stage.visit("/", { silent: true });
  await page.waitForFunction(() => localStorage.trackkit_optout === "1");
  await run(page, "trackkit('Never')");
  await page.goto(stage.site.at("/in"));
  await stage.collector.arrived(1);
  expect(await kept(page)).toEqual({});
  await stage.leave(page);
  expect(told().map(({ n }) => n)).toEqual(["pageview"]);
});

test("a page whose storage is forbidden names its user all the same", async () => {
  stage.collector.reply = { off: [], on: [], store: true };
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/", {
    init: () =>
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      }),
  });
  await run(page, "trackkit.consent(true); trackkit.optOut(); trackkit.identify('user-1')");
  await stage.collector.arrived(2);
  expect(told()[1]).toEqual({ n: "identify", c: "user-1", v: false, isNew: false });
  await stage.leave(page);
});
