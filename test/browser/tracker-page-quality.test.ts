// What the tracker says about the page itself: idle time, errors, pages not found, web vitals, and heatmaps.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
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

const told = (name: string) => stage.collector.hits.filter((hit) => hit.n === name).map((hit) => hit.p!);

/** Waits as long as a slow machine takes. */
const eventually = <T>(get: () => T) => expect.poll(get, { timeout: 60_000 });

/** Headless windows are never hidden; so the page is told, in the browser's own words. */
const hide = (page: Page, hidden: boolean): Promise<void> =>
  page.evaluate((value) => {
    Object.defineProperty(document, "hidden", { value, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: value ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, hidden);

test("a minute and more without input is told when it ends, and at the end of the page; less is not, nor time out of sight", async () => {
  stage.site.pages["/"] = stage.html({ body: "<input>" });
  const page = await stage.visit("/", { on: ["idle"] });
  await page.clock.install();
  await page.keyboard.press("Tab");
  await page.clock.fastForward(59_000);
  await page.keyboard.press("a");
  await page.clock.fastForward(75_000);
  await page.mouse.move(10, 10);
  await hide(page, true);
  await page.clock.fastForward(600_000);
  await hide(page, false);
  await page.clock.fastForward(30_000);
  await page.mouse.move(20, 20);
  await page.clock.fastForward(90_000);
  await stage.leave(page);
  const seconds = told("idle").map((p) => p.seconds as number);
  expect(seconds).toHaveLength(2);
  // The clock goes on by itself as well, as long as the machine takes.
  expect(seconds[0]).toBeGreaterThanOrEqual(75);
  expect(seconds[1]).toBeGreaterThanOrEqual(90);
  expect(seconds[1]).toBeLessThan(600);
});

/** What pages of this test throw on purpose. */
const forgive = (pattern: RegExp): void => {
  expect(stage.errors.filter((error) => !pattern.test(error))).toEqual([]);
  stage.errors.length = 0;
};

test("an error tells its message, file and line, once per page view, and a rejected promise too", async () => {
  stage.site.pages["/app.js"] = {
    body: `\n\nfunction fail() {
      throw new TypeError("it is broken");
    }
    function reject() { Promise.reject(new RangeError("too far")); Promise.reject("no reason"); Promise.reject(); }`,
    type: "text/javascript",
  };
  stage.site.pages["/"] = stage.html({ head: '<script src="/app.js?v=secret"></script>' });
  const page = await stage.visit("/", { on: ["errors"] });
  const fail = () => page.evaluate("setTimeout(fail); setTimeout(reject); new Promise((done) => setTimeout(done, 50))");
  await fail();
  await fail();
  await page.evaluate(() => document.body.append(Object.assign(new Image(), { src: "/missing.png" })));
  await page.evaluate(() => history.pushState({}, "", "/next"));
  await page.evaluate("setTimeout(fail); new Promise((done) => setTimeout(done, 50))");
  await stage.leave(page);
  forgive(/broken|too far|no reason|undefined/);
  const file = stage.site.at("/app.js");
  const broken = { message: "Uncaught TypeError: it is broken", file, line: 4 };
  expect(told("js_error")).toEqual([
    broken,
    { message: "too far", file, line: 6 },
    { message: "no reason", file: "" },
    { message: "undefined", file: "" },
    broken,
  ]);
  expect(JSON.stringify(stage.collector.requests)).not.toMatch(/secret/);
});

test("ten errors a page view are enough; scripts that say nothing, extensions and the tracker itself are none", async () => {
  stage.site.pages["/"] = stage.html();
  stage.elsewhere.pages["/far.js"] = { body: "throw new Error('far')", type: "text/javascript" };
  const page = await stage.visit("/", { on: ["errors"] });
  await page.evaluate(
    async ({ far, own }) => {
      const script = Object.assign(document.createElement("script"), { src: far });
      const loaded = new Promise((resolve) => script.addEventListener("load", resolve));
      document.body.append(script);
      await loaded;
      for (const filename of [own, own.replace(".js", "-errors.js"), "chrome-extension://abc/x.js"])
        dispatchEvent(new ErrorEvent("error", { message: "not the page's", filename }));
      dispatchEvent(new ErrorEvent("error", { message: "number 0", filename: own.replace("tk.js", "tkapp.js") }));
      for (let i = 1; i < 15; i++)
        dispatchEvent(new ErrorEvent("error", { message: `number ${i}`, filename: "/a.js" }));
    },
    { far: stage.elsewhere.at("/far.js"), own: stage.collector.script },
  );
  await stage.leave(page);
  forgive(/far|Script error/);
  expect(told("js_error").map((p) => p.message)).toEqual(Array.from({ length: 10 }, (_, i) => `number ${i}`));
});

test("a page that the server did not find is told once, with the page that led there", async () => {
  stage.site.pages["/"] = '<title>Home</title><a href="/gone">gone</a>';
  stage.site.pages["/gone"] = { body: stage.html(), status: 404 };
  stage.site.pages["/here"] = stage.html();
  stage.site.pages["/soft"] = stage.html({ body: "<main data-tk-not-found>Nothing here</main>" });
  const page = await stage.visit("/here", { on: ["not_found"] });
  await page.goto(stage.site.at("/?q=secret"));
  await page.click("a");
  await stage.running(page, "not_found");
  await page.evaluate(() => history.pushState({}, "", "/next"));
  await page.goto(stage.site.at("/soft"));
  await stage.running(page, "not_found");
  await stage.leave(page);
  const where = stage.collector.hits.filter((hit) => hit.n === "not_found").map((hit) => [hit.u, hit.p]);
  expect(where).toEqual([
    [stage.site.at("/gone"), { referrer: stage.site.at("/") }],
    [stage.site.at("/soft"), {}],
  ]);
});

test("web vitals: five numbers of the page that was loaded, each once, with the library's rating", async () => {
  stage.site.pages["/slow.js"] = { body: "", type: "text/javascript" };
  stage.site.pages["/"] = stage.html({
    body: `<h1>A heading that is painted</h1><button style="padding: 9px">press</button><div id=box></div>`,
  });
  const page = await stage.visit("/", { on: ["web_vitals"] });
  await stage.running(page, "web_vitals_library");
  await eventually(() =>
    told("web_vital")
      .map((p) => p.metric)
      .sort(),
  ).toEqual(["FCP", "TTFB"]);
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        new PerformanceObserver(() => resolve()).observe({ type: "layout-shift" });
        document.querySelector<HTMLElement>("h1")!.style.marginTop = "300px";
      }),
  );
  await page.evaluate(() => {
    document.querySelector("button")!.onclick = () => {
      const until = performance.now() + 240;
      while (performance.now() < until);
    };
  });
  await page.click("button");
  await page.evaluate(() => {
    history.pushState({}, "", "/next");
    return new Promise<void>((resolve) => {
      const options = { type: "event", durationThreshold: 200, buffered: true };
      const isInput = (entry: PerformanceEntry) => "interactionId" in entry && entry.interactionId;
      new PerformanceObserver((list) => list.getEntries().some(isInput) && resolve()).observe(options);
    });
  });
  for (const hidden of [true, false]) await hide(page, hidden);
  await stage.leave(page);

  const vitals = told("web_vital");
  expect(vitals.map((p) => p.metric).sort()).toEqual(["CLS", "FCP", "INP", "LCP", "TTFB"]);
  const value = (metric: string) => vitals.find((p) => p.metric === metric)!.value as number;
  for (const { metric, value: number, rating } of vitals) {
    expect(["good", "needs-improvement", "poor"]).toContain(rating);
    if (metric !== "CLS") expect(Number.isInteger(number)).toBe(true);
  }
  expect(value("CLS")).toBeGreaterThan(0);
  expect(`${value("CLS")}`).toMatch(/^0\.\d{1,4}$/);
  expect(value("INP")).toBeGreaterThanOrEqual(240);
  const pages = stage.collector.hits.filter((hit) => hit.n === "web_vital").map((hit) => hit.u);
  expect(new Set(pages)).toEqual(new Set([stage.site.at("/")]));
});

test("web vitals of a page that is left arrive in the last beacons; one that comes back is measured again", async () => {
  stage.site.pages["/"] = stage.html({ body: "<h1>Heading</h1>" });
  stage.site.pages["/other"] = "<title>Other</title>";
  const page = await stage.visit("/", { on: ["web_vitals"], returns: true });
  await stage.running(page, "web_vitals_library");
  await eventually(() => told("web_vital").length).toBe(2);
  await page.goto(stage.site.at("/other"));
  await eventually(() => told("web_vital").length).toBe(4);
  await restore(page);
  await eventually(() => told("web_vital").length).toBeGreaterThanOrEqual(6);
  await stage.leave(page);
  const metrics = told("web_vital").map((p) => p.metric);
  expect(metrics.slice(0, 4).sort()).toEqual(["CLS", "FCP", "LCP", "TTFB"]);
  expect(metrics.slice(4).sort()).toEqual(["CLS", "FCP", "LCP", "TTFB"]);
});

/** 960 × 4,000 pixels of page: a column is 40 wide, as a row is high. */
const grid = (body = "") =>
  stage.html({
    head: "<style>html { overflow: hidden scroll; scrollbar-width: none } body { margin: 0; height: 4000px }</style>",
    body,
  });
const cells = (kind: string): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const entry of told("heatmap").flatMap((p) => (p[kind] ? (p[kind] as string).split(";") : []))) {
    const [column, row, count] = entry.split(",").map((number) => Number.parseInt(number, 36));
    counts[`${column},${row}`] = (counts[`${column},${row}`] ?? 0) + count!;
  }
  return counts;
};

test("a heatmap tells in which cells was clicked, how often, and how far down was read", async () => {
  stage.site.pages["/"] =
    grid(`<script>document.addEventListener("click", (event) => event.stopImmediatePropagation(), true)</script>
    <label style="position: absolute; left: 200px; top: 200px">x<input type=checkbox></label>
    <button style="position: absolute; left: 400px; top: 400px">y</button>`);
  const page = await stage.visit("/", { on: ["heatmaps"] });
  await page.setViewportSize({ width: 960, height: 800 });
  await page.mouse.click(10, 10);
  await page.mouse.click(30, 35);
  await page.mouse.click(950, 90);
  await page.mouse.click(203, 205);
  await page.evaluate(
    () =>
      new Promise<void>((done) => {
        addEventListener("scroll", () => setTimeout(done), { once: true });
        scrollTo(0, 1600);
      }),
  );
  await page.mouse.click(50, 50);
  await page.focus("button");
  await page.keyboard.press("Enter");
  await page.evaluate(() => document.querySelector("button")!.click());
  await stage.leave(page);
  expect(cells("clicks")).toEqual({ "0,0": 2, "23,2": 1, "5,5": 1, "1,41": 1 });
  expect(told("heatmap").map(({ width, from, to }) => [width, from, to])).toEqual([["tablet", undefined, 60]]);
});

test("moves are counted where the mouse was, ten times a second at most; what does not fit goes in more than one", async () => {
  stage.site.pages["/"] = grid();
  const page = await stage.visit("/", { on: ["heatmaps"] });
  await page.setViewportSize({ width: 960, height: 800 });
  await page.evaluate(() => {
    let time = Math.round(performance.now()) + 1000;
    const move = (after: number, x: number, y: number, pointerType = "mouse"): void => {
      time += after;
      const event = new PointerEvent("pointermove", { clientX: x, clientY: y, pointerType, bubbles: true });
      Object.defineProperty(event, "timeStamp", { value: time });
      document.body.dispatchEvent(event);
    };
    for (let i = 0; i < 10; i++) move(50, 20, 20);
    move(100, 60, 60, "touch");
    for (let row = 1; row < 20; row++) for (let i = 0; i < 24; i++) move(100, i * 40 + 5, row * 40 + 5);
  });
  await stage.leave(page);
  const moves = cells("moves");
  expect(moves["0,0"]).toBe(5);
  expect(Object.keys(moves)).toHaveLength(1 + 19 * 24);
  expect(Object.values(moves).reduce((a, b) => a + b)).toBe(5 + 19 * 24);
  const sent = told("heatmap");
  expect(sent).toHaveLength(5);
  expect(Math.max(...sent.map((p) => JSON.stringify(p).length))).toBeLessThanOrEqual(2000);
  expect(sent.map(({ from, to }) => [from, to])).toEqual([[undefined, 20], ...Array(4).fill([undefined, undefined])]);
});

test("a heatmap adds up over hides, and each route has its own", async () => {
  stage.site.pages["/"] = grid();
  const page = await stage.visit("/", { on: ["heatmaps"] });
  await page.setViewportSize({ width: 600, height: 800 });
  await page.mouse.click(10, 10);
  for (const hidden of [true, false, true, false]) await hide(page, hidden);
  await page.mouse.click(10, 10);
  await page.evaluate(() => history.pushState({}, "", "/next"));
  await page.mouse.click(590, 10);
  await stage.leave(page);
  const sent = stage.collector.hits.filter((hit) => hit.n === "heatmap" && (hit.p!.clicks || hit.p!.to));
  expect(sent.map(({ u, p }) => [new URL(u).pathname, p!.width, p!.clicks, p!.from, p!.to])).toEqual([
    ["/", "phone", "0,0,1", undefined, 20],
    ["/", "phone", "0,0,1", undefined, undefined],
    ["/next", "phone", "n,0,1", undefined, 20],
  ]);
});

test("a click that leads away at once is in the heatmap of the page that it left", async () => {
  stage.site.pages["/next"] = "<title>Next</title>";
  stage.site.pages["/"] = grid('<a href="/next" style="position: absolute; left: 0; top: 80px">next</a>');
  const page = await stage.visit("/", { on: ["heatmaps"] });
  await page.setViewportSize({ width: 960, height: 800 });
  await page.click("a", { position: { x: 5, y: 5 } });
  await page.waitForURL("**/next");
  await eventually(() => told("heatmap").length).toBe(1);
  expect([told("heatmap")[0]!.clicks, told("heatmap")[0]!.to]).toEqual(["0,2,1", 20]);
});

test("all of it runs under a strict policy, which allows the collector in script-src and connect-src and nothing else", async () => {
  const all = ["media", "form_fields", "idle", "errors", "not_found", "web_vitals", "heatmaps"];
  const { origin } = stage.collector;
  const policy = `default-src 'none'; script-src ${origin}; connect-src ${origin}`;
  const html = stage.html({ body: "<h1>Gone</h1><form id=f><input name=a></form>" });
  stage.site.pages["/"] = { body: html, status: 404, headers: { "content-security-policy": policy } };
  const page = await stage.visit("/", {
    on: all,
    init: () => {
      const violations: string[] = [];
      Object.assign(window, { violations });
      addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
    },
  });
  await stage.running(page, "web_vitals_library");
  await page.click("input");
  await eventually(() => told("web_vital").length).toBeGreaterThanOrEqual(2);
  await page.evaluate(() => dispatchEvent(new ErrorEvent("error", { message: "oops", filename: "/a.js" })));
  // The icon that browsers ask for by themselves is the page's affair.
  const violations = await page.evaluate(() => (window as unknown as { violations: string[] }).violations);
  expect(violations.filter((directive) => directive !== "img-src")).toEqual([]);
  await stage.leave(page);
  const names = new Set(stage.collector.hits.map((hit) => hit.n));
  for (const name of ["not_found", "web_vital", "js_error", "form_start", "field_focus", "form_abandon", "heatmap"])
    expect(names).toContain(name);
});
