// What the tracker says about reading: seconds that were really seen, and depths that add up.
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

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const engagements = () => stage.collector.hits.filter((hit) => hit.n === "engagement");
const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0);

/** Headless windows are never hidden and always in focus; so the page is told, in the browser's own words. */
async function turn(page: Page, state: { hidden?: boolean; focused?: boolean }): Promise<void> {
  await page.evaluate(({ hidden, focused }) => {
    if (hidden !== undefined) {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }
    if (focused !== undefined) {
      document.hasFocus = () => focused;
      dispatchEvent(new Event(focused ? "focus" : "blur"));
    }
  }, state);
}

/** A page of five screens. */
const long = (parts: Parameters<Stage["html"]>[0] = {}): string =>
  stage.html({ body: '<div style="height: 3600px; margin: -8px">long</div>', ...parts });

const scrollTo = (page: Page, y: number): Promise<void> =>
  page.evaluate(
    (top) =>
      new Promise<void>((resolve) => {
        addEventListener("scroll", () => setTimeout(resolve), { once: true });
        window.scrollTo(0, top);
      }),
    y,
  );

test("a page that fits its window is read to 100 %", async () => {
  stage.site.pages["/"] = stage.html({ body: "short" });
  await stage.leave(await stage.visit("/"));
  expect(engagements().map((hit) => [hit.d, hit.b])).toEqual([[100, undefined]]);
});

test("a long page that is not scrolled is read as far as its first screen", async () => {
  stage.site.pages["/"] = long();
  await stage.leave(await stage.visit("/"));
  expect(engagements().map((hit) => [hit.d, hit.b])).toEqual([[20, undefined]]);
});

test("the bottom is 100 %, and scrolling back up takes nothing away", async () => {
  stage.site.pages["/"] = long();
  const page = await stage.visit("/");
  await scrollTo(page, 100_000);
  await scrollTo(page, 0);
  await stage.leave(page);
  expect(engagements().map((hit) => [hit.d, hit.b])).toEqual([[100, undefined]]);
});

test("a page that grew while it was read is measured as it is at the end", async () => {
  stage.site.pages["/"] = stage.html({ body: "<p id=p>short</p>" });
  const page = await stage.visit("/");
  await page.evaluate(() => {
    document.body.style.cssText = "margin: 0; height: 2880px; overflow: hidden";
  });
  await stage.leave(page);
  expect(engagements().map((hit) => hit.d)).toEqual([25]);
});

test("a box that scrolls inside the page is not the page", async () => {
  stage.site.pages["/"] = long({
    body: `<div id=box style="height: 200px; overflow: auto"><p style="height: 9000px">inner</p></div>
           <div style="height: 3384px; margin: 0 -8px -8px">outer</div>`,
  });
  const page = await stage.visit("/");
  await page.evaluate(() => document.querySelector("#box")!.scrollTo(0, 9000));
  await pause(100);
  await stage.leave(page);
  expect(engagements()[0]!.d).toBeLessThanOrEqual(21);
});

test("seconds are those that the page was visible and in focus, over several hides", async () => {
  stage.site.pages["/"] = long();
  const start = Date.now();
  const page = await stage.visit("/");
  await pause(800);
  await turn(page, { hidden: true });
  const first = Date.now() - start;
  await pause(2000);
  const again = Date.now();
  await turn(page, { hidden: false });
  await pause(700);
  await turn(page, { focused: false });
  const second = Date.now() - again;
  await pause(2000);
  await turn(page, { hidden: true });
  await stage.collector.arrived(3);
  await stage.leave(page);

  const told = engagements();
  expect(told.map((hit) => [hit.d, hit.b])).toEqual([
    [20, undefined],
    [20, 20],
  ]);
  // Bounds that hold on any machine: at least what was waited for (less rounding), at most what went by between the calls.
  expect(told[0]!.e).toBeGreaterThanOrEqual(790);
  expect(told[0]!.e).toBeLessThanOrEqual(first);
  expect(told[1]!.e).toBeGreaterThanOrEqual(690);
  expect(told[1]!.e).toBeLessThanOrEqual(second);
});

test("depths told over several hides add up to the deepest", async () => {
  stage.site.pages["/"] = long();
  const page = await stage.visit("/");
  for (const y of [720, 360, 2160]) {
    await scrollTo(page, y);
    await turn(page, { hidden: true });
    await turn(page, { hidden: false });
  }
  await stage.leave(page);
  const told = engagements();
  expect(told.map((hit) => hit.d).filter((depth, i, all) => depth !== all[i - 1])).toEqual([40, 80]);
  expect(sum(told.map((hit) => hit.d! - (hit.b ?? 0)))).toBe(80);
});

test("a hide that has nothing new to tell says nothing, and loses no time", async () => {
  stage.site.pages["/"] = long();
  const page = await stage.visit("/");
  await turn(page, { focused: false });
  await turn(page, { hidden: true });
  await turn(page, { hidden: false });
  await turn(page, { hidden: true });
  await turn(page, { hidden: false });
  await stage.leave(page);
  expect(engagements()).toHaveLength(1);
});

test("each route has its own seconds and depth, under its own address", async () => {
  stage.site.pages["/"] = long({ body: '<div style="height: 3600px; margin: -8px"><button>next</button></div>' });
  const page = await stage.visit("/");
  await scrollTo(page, 100_000);
  await page.evaluate(() => {
    document.querySelector("button")!.addEventListener("click", () => {
      history.pushState({}, "", "/next");
      window.scrollTo(0, 0);
      document.querySelector("div")!.style.height = "1440px";
    });
    document.querySelector("button")!.click();
  });
  await pause(600);
  await stage.leave(page);
  const told = engagements();
  expect(told.map((hit) => [hit.u.replace(stage.site.origin, ""), hit.d, hit.b])).toEqual([
    ["/", 100, undefined],
    ["/next", 50, undefined],
  ]);
  expect(told[1]!.e).toBeGreaterThanOrEqual(590);
});
