// What the chunks of marked elements, hovering, scroll steps, copies and images say.
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

const OF_THE_CORE = ["pageview", "engagement", "the end", "form_submit", "outbound"];

/** All that chunks recorded: name, path of the page, props, and the address when there is one. */
const told = (): unknown[] =>
  stage.collector.hits
    .filter((hit) => !OF_THE_CORE.includes(hit.n))
    .map(({ n, u, p, h }) => [n, new URL(u).pathname, p, ...(h ? [h] : [])]);

/** Waits until chunks have recorded so much. */
async function until(count: number): Promise<void> {
  while (told().length < count) await new Promise((resolve) => setTimeout(resolve, 10));
}

const rest = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100"><rect width="9" height="9"/></svg>`;
const IMAGE = { body: SVG, type: "image/svg+xml" };

test("marked elements are events with their props: nearest mark, later ones, shadow trees, stopped events, middle click", async () => {
  stage.site.pages["/"] = stage.html({
    head: `<script>for (const type of ["click", "auxclick"]) document.addEventListener(type, (event) => {
      event.preventDefault(); event.stopImmediatePropagation(); }, true)</script>`,
    body: `<section data-tk-event="Outer"><div data-tk-event=" Sign  up " data-tk-prop-plan="pro" data-tk-prop-="x"
      data-tk-prop-in-stock="12"><b id=near>near</b></div><b id=far>far</b></section><div id=host></div>
      <a href="/next" data-tk-event="Link" id=link>link</a> <div data-tk-event="Div" id=div>div</div>
      <label data-tk-event="Label" id=label>label <input type=checkbox></label> <b data-tk-event="" id=none>none</b>
      <svg data-tk-event="Icon" id=icon width=20 height=20><path d="M0 0h20v20z"/></svg>
      <script>host.attachShadow({mode: "open"}).innerHTML = "<i data-tk-event='Deep'>deep</i>"</script>`,
  });
  const page = await stage.visit("/", { on: ["attributes"] });
  await page.click("#near");
  await page.click("#far");
  await page.click("#host i");
  await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<p data-tk-event=Late id=late>late</p>"));
  await page.click("#late");
  await page.click("#link");
  await page.click("#link", { button: "middle" });
  await page.click("#link", { button: "right" });
  await page.click("#div", { button: "middle" });
  await page.click("#label", { position: { x: 2, y: 5 } });
  await page.click("#none");
  await page.click("#icon");
  await stage.leave(page);
  expect(told()).toEqual([
    ["Sign up", "/", { plan: "pro", "in-stock": "12" }],
    ["Outer", "/", {}],
    ["Deep", "/", {}],
    ["Late", "/", {}],
    ["Link", "/", {}, stage.site.at("/next")],
    ["Link", "/", {}, stage.site.at("/next")],
    ["Label", "/", {}],
    ["Icon", "/", {}],
  ]);
});

test("a marked form is an event when it is sent, not when it is clicked; also in a shadow tree, also when the page ends", async () => {
  stage.site.pages["/end"] = "<title>End</title>";
  stage.site.pages["/"] = stage.html({
    body: `<form id=one data-tk-event="Sent" data-tk-prop-list="news" onsubmit="event.stopImmediatePropagation(); return false">
      <input name=attributes required value=secret><p>text</p><button>send</button></form><div id=host></div>
      <div id=slotted><form data-tk-event="Slotted" onsubmit="return false"><button>send</button></form></div>
      <form action="/end" data-tk-event="Last"><button id=last>send</button></form>
      <script>host.attachShadow({mode: "open"}).innerHTML =
        "<form data-tk-event='Deep' onsubmit='return false'><input id=deep><button>send</button></form>";
        slotted.attachShadow({mode: "open"}).innerHTML = "<slot></slot>"</script>`,
  });
  const page = await stage.visit("/", { on: ["attributes"] });
  await page.click("#one p");
  await page.click("#one button");
  await page.click("#host button");
  await page.press("#deep", "Enter");
  await page.click("#slotted button");
  await page.click("#last");
  await page.waitForURL("**/end*");
  await until(5);
  expect(told()).toEqual([
    ["Sent", "/", { list: "news" }],
    ["Deep", "/", {}],
    ["Deep", "/", {}],
    ["Slotted", "/", {}],
    ["Last", "/", {}],
  ]);
  expect(JSON.stringify(stage.collector.requests)).not.toMatch(/secret/);
});

test("a marked link is an event although its page ends at once", async () => {
  stage.site.pages["/next"] = stage.html({
    body: "<button data-tk-event=Go onclick=\"setTimeout(() => { location = '/end' }, 20)\">go</button>",
  });
  stage.site.pages["/end"] = "<title>End</title>";
  stage.site.pages["/"] = stage.html({ body: '<a href="/next" data-tk-event="Next"><b>next</b></a>' });
  const page = await stage.visit("/", { on: ["attributes"] });
  await page.click("b");
  await page.waitForURL("**/next");
  await stage.running(page, "attributes");
  await page.click("button");
  await page.waitForURL("**/end");
  await until(2);
  expect(told()).toEqual([
    ["Next", "/", {}, stage.site.at("/next")],
    ["Go", "/next", {}],
  ]);
});

test("a pointer that rests on a marked element is a hover, once per element and page view; one that passes is not", async () => {
  stage.site.pages["/"] = stage.html({
    body: `<style>p, div { height: 60px; margin: 0 }</style><p data-tk-hover="price" id=price><b>A</b> <i>B</i></p>
      <div id=host></div><p data-tk-hover="passed" id=passed></p><p id=plain></p>
      <script>host.attachShadow({mode: "open"}).innerHTML = "<section data-tk-hover=deep style='height: 60px'></section>"</script>`,
  });
  const page = await stage.visit("/", { on: ["hover"] });
  // Moving about inside of the element is resting on it.
  await page.hover("#price b");
  await page.hover("#price i");
  await until(1);
  await page.hover("#host section");
  await until(2);
  await page.evaluate(() => {
    // Comes and goes in one breath: how slow the machine is does not matter.
    const passed = document.querySelector("#passed")!;
    for (const target of [passed, document.querySelector("#plain")!])
      target.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, composed: true, pointerType: "mouse" }));
    passed.dispatchEvent(new PointerEvent("pointerover", { bubbles: true, composed: true, pointerType: "touch" }));
  });
  await page.hover("#price");
  await rest(700);
  await page.evaluate(() => history.pushState({}, "", "/route"));
  await page.hover("#plain");
  await page.hover("#price");
  await until(3);
  await stage.leave(page);
  expect(told()).toEqual([
    ["hover", "/", { tag: "p", id: "price", name: "price" }],
    ["hover", "/", { tag: "section", name: "deep" }],
    ["hover", "/route", { tag: "p", id: "price", name: "price" }],
  ]);
  expect(stage.collector.hits.find((hit) => hit.n === "hover")?.q).toBe("#price");
});

const steps = (path: string, ...percents: number[]) => percents.map((percent) => ["scroll", path, { percent }]);

test("scroll steps come as they are reached, each once per page view, also on a page that grows", async () => {
  const tall = stage.html({ body: `<div id=all style="height: 8000px"></div>` });
  stage.site.pages["/"] = tall;
  const page = await stage.visit("/", { on: ["scroll_steps"] });
  const scroll = (y: number) => page.evaluate((top) => scrollTo(0, top), y);
  await scroll(3500);
  await until(2);
  await scroll(0);
  await scroll(6500);
  await until(4);
  // Grows while it is read: what was 90 % is less now, and is not told again.
  await page.evaluate(() => document.querySelector("#all")!.setAttribute("style", "height: 16000px"));
  await scroll(10_000);
  await rest(300);
  await scroll(99_999);
  await until(5);
  await page.evaluate(() => {
    history.pushState({}, "", "/route");
    scrollTo(0, 0);
  });
  await scroll(4000);
  await until(6);
  await stage.leave(page);
  expect(told()).toEqual([...steps("/", 25, 50, 75, 90, 100), ...steps("/route", 25)]);
});

test("what the first screen shows is told when the page is left, as long as the page is then", async () => {
  const growing = "setTimeout(() => { all.style.height = '2000px' }, 50)";
  stage.site.pages["/"] = stage.html({ body: `<div id=all></div><script>${growing}</script>` });
  stage.site.pages["/short"] = stage.html({ body: "short" });
  const page = await stage.visit("/", { on: ["scroll_steps"] });
  await page.waitForFunction(() => document.documentElement.scrollHeight >= 2000);
  await page.goto(stage.site.at("/short"));
  await stage.running(page, "scroll_steps");
  await stage.leave(page);
  expect(told()).toEqual([...steps("/", 25), ...steps("/short", 25, 50, 75, 90, 100)]);
});

test("a copy tells how many characters out of what, never which, and nothing of passwords or of nothing", async () => {
  stage.site.pages["/"] = stage.html({
    body: `<p id=words>secret 😀</p><input id=field value=secret><input id=password type=password value=secret>
      <textarea id=area>secret text</textarea><div id=host></div>
      <script>host.attachShadow({mode: "open"}).innerHTML = "<em>secret deep</em>";
      document.addEventListener("copy", (event) => event.stopImmediatePropagation(), true)</script>`,
  });
  const page = await stage.visit("/", { on: ["copy"] });
  const copy = () => page.keyboard.press("ControlOrMeta+c");
  await copy();
  await page.evaluate(() => getSelection()!.selectAllChildren(document.querySelector("#words")!));
  await copy();
  for (const id of ["field", "password", "area"]) {
    await page.focus(`#${id}`);
    await page.keyboard.press("ControlOrMeta+a");
    await copy();
  }
  await page.click("#host em", { clickCount: 3 });
  await copy();
  await stage.leave(page);
  expect(told()).toEqual([
    ["copy", "/", { characters: 8, tag: "p" }],
    ["copy", "/", { characters: 6, tag: "input" }],
    ["copy", "/", { characters: 11, tag: "textarea" }],
    ["copy", "/", { characters: 11, tag: "em" }],
  ]);
  expect(JSON.stringify(stage.collector.requests)).not.toMatch(/secret/);
});

test("an image half visible for a second is viewed, once per page view; later ones too; small, unseen and broken ones not", async () => {
  for (const name of ["a", "b", "c", "d", "e", "f"]) stage.site.pages[`/${name}.svg`] = IMAGE;
  stage.site.pages["/"] = stage.html({
    body: `<img src="/a.svg?v=1#x" alt=" First  image " width=100 height=100><img src="/b.svg" width=100 height=100 alt="">
      <img src="/c.svg" width=40 height=100><img src="/d.svg" width=1 height=1>
      <img src="/broken.svg" alt=broken width=100 height=100><div style="height: 3000px"></div>
      <img src="/e.svg" id=e alt=below style="display: block; width: 100px; height: 3000px">`,
  });
  const page = await stage.visit("/", { on: ["images"] });
  await until(2);
  await page.evaluate(() => {
    const image = Object.assign(new Image(100, 100), { src: "/f.svg", alt: "added" });
    document.body.prepend(image);
  });
  await until(3);
  // Taller than two screens: half a screen of it is enough.
  await page.evaluate(() => document.querySelector("#e")!.scrollIntoView());
  await until(4);
  await page.evaluate(() => {
    scrollTo(0, 0);
    history.pushState({}, "", "/route");
  });
  await until(7);
  await stage.leave(page);
  const views = told().map((hit) => JSON.stringify(hit));
  const view = (path: string, image: string, file: string) =>
    JSON.stringify(["image_view", path, { image, src: stage.site.at(file) }]);
  const first = [
    ["First image", "/a.svg"],
    ["b.svg", "/b.svg"],
  ] as const;
  expect(views.slice(0, 2).sort()).toEqual(first.map(([image, file]) => view("/", image, file)).sort());
  expect(views.slice(2, 4)).toEqual([view("/", "added", "/f.svg"), view("/", "below", "/e.svg")]);
  expect(views.slice(4).sort()).toEqual(
    [...first, ["added", "/f.svg"] as const].map(([image, file]) => view("/route", image, file)).sort(),
  );
});

test("all of them work under a strict policy, and once each when the page comes back out of the cache", async () => {
  const { origin } = stage.collector;
  stage.site.pages["/next"] = "<title>Next</title>";
  stage.site.pages["/a.svg"] = IMAGE;
  stage.site.pages["/"] = {
    body: stage.html({
      body: `<button data-tk-event="Marked" data-tk-hover="hovered">marked words</button><img src="/a.svg" alt="image">`,
    }),
    headers: {
      "content-security-policy": `default-src 'none'; img-src 'self'; script-src ${origin}; connect-src ${origin}`,
    },
  };
  const page = await stage.visit("/", {
    on: ["attributes", "hover", "scroll_steps", "copy", "images"],
    returns: true,
  });
  const deeds = async () => {
    await page.mouse.move(0, 300);
    await page.click("button");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("ControlOrMeta+c");
  };
  await deeds();
  await until(4);
  await page.goto(stage.site.at("/next"));
  await until(9);
  await restore(page);
  await deeds();
  await until(13);
  await stage.leave(page);
  const names = told().map((hit) => (hit as string[])[0]!);
  const once = ["Marked", "copy", "hover", "image_view", ...Array(5).fill("scroll")];
  expect(names.sort()).toEqual([...once, ...once].sort());
});
