// What the tracker says about pages: each view once, on every way by which a page can come to be seen.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { WAIT_MS } from "../../tracker/limits.ts";
import { restore } from "./shared-chromium.ts";
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

test("a page that loads is one page view, told without a preflight and without cookies", async () => {
  stage.site.pages["/"] = stage.html({ title: "Welcome" });
  const page = await stage.visit("/?utm_source=letter#top");
  await page.context().addCookies([{ name: "secret", value: "1", url: stage.collector.origin }]);
  expect(await stage.leave(page)).toEqual(["pageview /?utm_source=letter#top", "engagement /?utm_source=letter#top"]);
  const [request] = stage.collector.requests;
  expect(request?.path).toBe("/e");
  expect(request?.headers["content-type"]).toBe("text/plain;charset=UTF-8");
  for (const { headers } of stage.collector.requests) expect(headers.cookie).toBeUndefined();
  const { s, r, w, f } = request!.beacon;
  expect({ s, r, w, f }).toEqual({ s: "site-1", r: "", w: "1280x720", f: false });
  // The language is in a header anyway.
  expect(request!.headers["accept-language"]).toMatch(/^en-US/);
  expect(request!.beacon.h[0]!.t).toBe("Welcome");
});

test("every hit has an id of its own, and a beacon has at most fifty hits", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.evaluate(() => {
    for (let i = 0; i < 120; i++) window.trackkit("again");
  });
  await stage.collector.arrived(121);
  const ids = stage.collector.hits.map((hit) => hit.i);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { beacon } of stage.collector.requests) expect(beacon.h.length).toBeLessThanOrEqual(50);
});

test("the referrer of the landing page goes along", async () => {
  stage.site.pages["/"] = stage.html();
  stage.elsewhere.pages["/search"] = `<a href="${stage.site.at("/")}">found</a>`;
  const page = await stage.visit("/none", { silent: true });
  await page.goto(stage.elsewhere.at("/search"));
  await page.click("a");
  await stage.collector.arrived(1);
  expect(stage.collector.requests[0]!.beacon.r).toBe(`${stage.elsewhere.origin}/`);
});

test("pushState to another path ends a page view and begins the next, in one beacon, with the next one's title", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  // The first page view leaves at once, and its timer is still there: it would send what follows too soon.
  await page.evaluate((ms) => new Promise((done) => setTimeout(done, ms)), WAIT_MS);
  await page.evaluate(() => {
    // Set before the tracker's own timer, so that it is over first however slow the machine is.
    setTimeout(() => {
      document.title = "About";
    }, 50);
    history.pushState({}, "", "/about");
  });
  await stage.collector.arrived(3);
  expect(stage.collector.requests).toHaveLength(2);
  expect(stage.collector.hits[2]!.t).toBe("About");
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /", "pageview /about", "engagement /about"]);
});

test("routes that follow at once keep their own titles", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.evaluate(() => {
    history.pushState({}, "", "/one");
    document.title = "One";
    history.pushState({}, "", "/two");
    document.title = "Two";
  });
  await stage.leave(page);
  const titles = stage.collector.hits.filter((hit) => hit.n === "pageview").map((hit) => hit.t);
  expect(titles).toEqual(["Home", "One", "Two"]);
});

test("replaceState, a new query and a new fragment on the same path are no page views", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.evaluate(() => {
    history.replaceState({ scroll: 1 }, "");
    history.pushState({}, "", "?sort=price");
    history.replaceState({}, "", "/?sort=name");
    location.hash = "reviews";
  });
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /"]);
});

test("replaceState to another path is a page view", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.evaluate(() => history.replaceState({}, "", "/en"));
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /", "pageview /en", "engagement /en"]);
});

test("back and forward between routes are page views", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.evaluate(() => history.pushState({}, "", "/next"));
  await stage.collector.arrived(3);
  await page.evaluate(() => history.back());
  await stage.collector.arrived(5);
  await page.evaluate(() => history.forward());
  await stage.collector.arrived(7);
  expect((await stage.leave(page)).filter((hit) => hit.startsWith("pageview"))).toEqual([
    "pageview /",
    "pageview /next",
    "pageview /",
    "pageview /next",
  ]);
});

test("a page's own error from pushState is still the page's", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  const name = await page.evaluate(() => {
    try {
      history.pushState({}, "", "https://example.com/");
    } catch (error) {
      return (error as DOMException).name;
    }
  });
  expect(name).toBe("SecurityError");
});

test("the fragment is a page where data-hash says so, and the beacon tells it", async () => {
  stage.site.pages["/"] = stage.html({ tag: "data-hash", body: '<a href="#/link">go</a>' });
  const page = await stage.visit("/#/start");
  await page.evaluate(() => {
    location.hash = "/settings";
  });
  await stage.collector.arrived(3);
  await page.click("a");
  await stage.collector.arrived(5);
  expect((await stage.leave(page)).filter((hit) => hit.startsWith("pageview"))).toEqual([
    "pageview /#/start",
    "pageview /#/settings",
    "pageview /#/link",
  ]);
  for (const { beacon } of stage.collector.requests) expect(beacon.f).toBe(true);
});

test("a page out of the back/forward cache is a page view again", async () => {
  stage.site.pages["/"] = stage.html();
  stage.site.pages["/next"] = stage.html({ title: "Next" });
  const page = await stage.visit("/", { returns: true });
  await page.goto(stage.site.at("/next"));
  await stage.collector.arrived(3);
  await restore(page);
  await stage.collector.arrived(5);
  const told = await stage.leave(page);
  expect(told.filter((hit) => hit.endsWith(" /"))).toEqual([
    "pageview /",
    "engagement /",
    "pageview /",
    "engagement /",
  ]);
  expect(told.filter((hit) => hit.endsWith("/next"))).toEqual(["pageview /next", "engagement /next"]);
});

test("a page opened in the background counts when it is first seen, with the calls it made meanwhile", async () => {
  stage.site.pages["/"] = stage.html({
    body: "<script defer>addEventListener('load', () => trackkit('loaded'))</script>",
  });
  const page = await stage.visit("/", {
    silent: true,
    init: () => Object.defineProperty(document, "hidden", { value: true, configurable: true }),
  });
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(stage.collector.hits).toEqual([]);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: false, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  expect(await stage.leave(page)).toEqual(["pageview /", "loaded /", "engagement /"]);
});

test("the tag counts once, however often it was pasted", async () => {
  stage.site.pages["/"] = stage.html({ head: stage.tag() + stage.tag(), body: stage.tag() });
  const page = await stage.visit("/");
  await page.evaluate(() => history.pushState({}, "", "/next"));
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /", "pageview /next", "engagement /next"]);
});

test("a long title and a long address are cut", async () => {
  stage.site.pages["/"] = stage.html({ title: "a".repeat(10_000) });
  const page = await stage.visit(`/?q=${"x".repeat(10_000)}`);
  const [view] = stage.collector.hits;
  expect(view!.t).toHaveLength(2000);
  expect(view!.u).toHaveLength(2000);
  await stage.leave(page);
});

test("a title of broken surrogates does not keep the page view from being told", async () => {
  stage.site.pages["/"] = stage.html({
    head: "<script>document.title = 'a\\ud83d\\ude00'.slice(0, 2) + '\\udc00'</script>",
  });
  const page = await stage.visit("/");
  expect(stage.collector.hits[0]!.t).toBe("a\ud83d\udc00");
  await stage.leave(page);
});

test("a query parameter that belongs to the page makes another page of it; the others do not", async () => {
  stage.collector.reply = { off: [], on: [], query: ["id"] };
  stage.site.pages["/p"] = stage.html();
  const page = await stage.visit("/p?id=1&tab=a");
  await stage.replied(page);
  await page.evaluate(() => {
    history.replaceState({}, "", "/p?tab=b&id=1");
    history.pushState({}, "", "/p?id=2");
    history.pushState({}, "", "/p?id=2&tab=c");
    history.pushState({}, "", "/p");
  });
  expect(await stage.leave(page)).toEqual([
    "pageview /p?id=1&tab=a",
    "engagement /p?id=1&tab=a",
    "pageview /p?id=2",
    "engagement /p?id=2",
    "pageview /p",
    "engagement /p",
  ]);
});
