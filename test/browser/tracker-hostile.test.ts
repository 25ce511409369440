// Pages that make it hard: whatever they freeze, break or forbid, the tracker with all its chunks throws nothing into them.
import { existsSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { MEASUREMENT_NAMES, MEASUREMENTS } from "../../workers/domain/events/measurement.ts";
import { openStage, type Stage } from "./tracker-stage.ts";

const CHUNKS = [...MEASUREMENT_NAMES.filter((key) => MEASUREMENTS[key].chunk), "rules", "identity"].filter((key) =>
  existsSync(`tracker/chunks/${key}.ts`),
);

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterEach(async () => {
  expect(stage.errors).toEqual([]);
  await stage.reset();
});
afterAll(() => stage.close());

/** Something of everything that is measured. */
const BODY = `<h1 data-tk-hover="title">Title</h1><p id="text">A text to copy.</p>
  <button id="button" data-tk-event="Pressed" data-tk-prop-plan="yearly" type="button">Press</button>
  <a id="file" href="#report.pdf">report</a>
  <form action="#sent"><input name="email" id="email" /><input type="submit" id="submit" value="Send" /></form>
  <img alt="dot" width="60" height="60" src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7" />
  <video width="40" height="40"></video><div id="long">The end.</div>`;

function allOn(): void {
  stage.collector.reply = {
    off: [],
    on: CHUNKS,
    rules: [
      { i: "rule-1", s: "#button", t: "click", a: ["id"] },
      { i: "rule-2", s: "h1", t: "visible" },
      { i: "rule-3", s: "h1", t: "hover" },
      { i: "rule-4", s: "form", t: "submit" },
      { i: "rule-5", s: "[[not a selector", t: "click" },
    ],
    store: true,
  };
}

/** What a visitor does, by mouse and keys alone: the page's own functions may be broken. */
async function use(page: Page): Promise<void> {
  await page.mouse.move(30, 30);
  await page.mouse.move(40, 40, { steps: 3 });
  for (const id of ["#button", "#button", "#button", "#text", "#email"]) await page.click(id);
  await page.keyboard.type("someone");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.press("ControlOrMeta+c");
  await page.mouse.wheel(0, 400);
  await page.click("#submit");
  await page.click("#file");
}

const names = (): Set<string> => new Set(stage.collector.hits.map((hit) => hit.n));

/** Waits for what the beacons say, not for a time. */
async function heard(...kinds: string[]): Promise<void> {
  await expect.poll(() => kinds.filter((kind) => !names().has(kind)), { timeout: 60_000, interval: 50 }).toEqual([]);
}

test("frozen prototypes", async () => {
  allOn();
  const head = `<script>for (const kind of [Object, Array, Function, String, RegExp, Promise, Map, Set, Event, EventTarget,
    Node, Element, HTMLElement, History, Location, Storage]) Object.freeze(kind.prototype);
    Object.freeze(history); Object.freeze(JSON); Object.freeze(Math);</script>`;
  stage.site.pages["/"] = stage.html({ head, body: BODY });
  const page = await stage.visit("/");
  await stage.running(page, ...CHUNKS);
  await use(page);
  await heard("click", "form_submit", "Pressed", "field_focus");
});

const BROKEN: Record<string, string> = {
  fetch: "window.fetch = boom",
  "fetch that rejects": "window.fetch = () => Promise.reject(new Error('no'))",
  "fetch that gives nothing": "window.fetch = () => undefined",
  addEventListener: "window.addEventListener = boom",
  history: "Object.defineProperty(history, 'pushState', { get: boom, set: boom })",
  JSON: "window.JSON = { stringify: boom, parse: boom }",
  setTimeout: "window.setTimeout = boom",
  observers: "window.IntersectionObserver = window.MutationObserver = window.PerformanceObserver = boom",
  "no observers":
    "delete window.IntersectionObserver; delete window.MutationObserver; delete window.PerformanceObserver",
  "requestIdleCallback and requestAnimationFrame": "window.requestIdleCallback = window.requestAnimationFrame = boom",
  "queries of the document": "Document.prototype.querySelector = Document.prototype.querySelectorAll = boom",
  "queries of elements":
    "Element.prototype.closest = Element.prototype.matches = Element.prototype.getAttribute = boom",
  selection: "window.getSelection = document.getSelection = boom",
  title: "Object.defineProperty(document, 'title', { get: boom })",
  "a trackkit of another kind": "window.trackkit = { q: 7 }",
  storage: "Object.defineProperty(window, 'localStorage', { get: boom })",
};

test("broken functions, one at a time", async () => {
  allOn();
  const context = await stage.browser.newContext();
  const meet = async ([name, code]: [string, string], n: number): Promise<void> => {
    const path = `/broken-${n}`;
    const head = `<script>{ const boom = () => { throw new Error('boom'); }; ${code}; }</script>`;
    stage.site.pages[path] = stage.html({ head, body: BODY });
    const page = await context.newPage();
    page.on("pageerror", (error) => stage.errors.push(`${name}: ${error}`));
    // Where beacons can go, their reply has brought the chunks by the time that the network rests.
    await page.goto(stage.site.at(path), { waitUntil: "networkidle" });
    await page.mouse.move(30, 30);
    await page.mouse.click(40, 40);
    await page.mouse.wheel(0, 300);
    await page.keyboard.press("Tab");
    await page.close();
  };
  const pages = Object.entries(BROKEN);
  for (let n = 0; n < pages.length; n += 4)
    await Promise.all(pages.slice(n, n + 4).map((page, i) => meet(page, n + i)));
  await context.close();
  // Most of what is broken does not keep the page view from being counted.
  const counted = pages.filter((_, n) => stage.collector.hits.some((hit) => hit.u.endsWith(`/broken-${n}`)));
  expect(counted.map(([name]) => name)).toEqual(
    expect.arrayContaining(["history", "observers", "selection", "storage"]),
  );
});

test("a page whose tag stands before there is a body", async () => {
  allOn();
  stage.site.pages["/"] = `<!doctype html><title>Early</title>${stage.tag().replace(" defer", "")}${BODY}`;
  const page = await stage.visit("/");
  await stage.running(page, ...CHUNKS);
  await use(page);
  await heard("click", "form_submit", "heatmap", "Pressed");
});

test("XHTML", async () => {
  allOn();
  const tag = stage.tag().replace("defer", 'defer="defer"');
  const body = `<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Strict</title>${tag}</head><body>${BODY}</body></html>`;
  stage.site.pages["/"] = { type: "application/xhtml+xml", body };
  const page = await stage.visit("/");
  await stage.running(page, ...CHUNKS);
  await use(page);
  await heard("click", "form_submit", "heatmap", "Pressed");
  expect(stage.collector.hits[0]!.t).toBe("Strict");
});

test("a strict Content Security Policy with trusted types: two directives are enough, and none is violated", async () => {
  allOn();
  const { origin } = stage.collector;
  const policy = `default-src 'none'; img-src data:; form-action 'self'; script-src ${origin}; connect-src ${origin}; require-trusted-types-for 'script'`;
  stage.site.pages["/"] = { body: stage.html({ body: BODY }), headers: { "content-security-policy": policy } };
  const page = await (await stage.browser.newContext()).newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => stage.errors.push(String(error)));
  page.on("console", (message) => /polic|trusted/i.test(message.text()) && complaints.push(message.text()));
  await page.goto(stage.site.at("/"));
  await stage.running(page, ...CHUNKS);
  await use(page);
  await heard("click", "form_submit", "heatmap", "Pressed", "web_vital");
  expect(complaints).toEqual([]);
  await page.context().close();
});
