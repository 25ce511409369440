// What the chunk of clicks says: which element was clicked, rages, and clicks after which nothing happened.
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

/** Keeps links and forms on the page, and every event from whoever listens further in. */
const CLICKS_STAY = `<script>
  for (const type of ["click", "auxclick", "submit"])
    document.addEventListener(type, (event) => { event.preventDefault(); event.stopImmediatePropagation(); }, true);
</script>`;

/** The hits of these kinds, without the position. */
const told = (...names: string[]): unknown[] =>
  stage.collector.hits
    .filter((hit) => names.includes(hit.n))
    .map(({ n, h, q, p: { x: _x, y: _y, ...p } = {} }) => [n, q, p, ...(h ? [h] : [])]);

/** Waits in the page, whose timers fire in their order however slow it is. */
const later = (page: Page, ms: number): Promise<void> =>
  page.evaluate((wait) => new Promise<void>((resolve) => setTimeout(resolve, wait)), ms);

test("a click tells the nearest clickable element: tag, id, classes, text, address and place", async () => {
  stage.site.pages["/"] = stage.html({
    head: CLICKS_STAY,
    body: `<style>body { margin: 0 } #first { position: absolute; left: 10px; top: 300px } main { padding-top: 340px }</style>
      <button id=first class="big  red round wide"><b id=b1> Sign
         up </b><i style="display: none">hidden</i></button><main>
      <a class="sm:nav" href="/next?a=1#b"><span id=b2>Next</span></a> <a href="mailto:a@example.com" id=mail>Mail</a>
      <div role=button aria-label="Close"><svg id=b3 width=20 height=20><path d="M0 0h20v20z"/></svg></div>
      <a href="/home"><img id=b4 alt="Home" width=20 height=20></a>
      <details><summary id=b5>More</summary></details> <div onclick="1" id=b6>inline</div>
      <div style="cursor: pointer" id=b7>${"lang 😀 ".repeat(30)}</div></main>`,
  });
  const page = await stage.visit("/", { on: ["clicks"] });
  await page.mouse.click(15, 310);
  for (const id of ["b2", "mail", "b3", "b4", "b5", "b6", "b7"]) await page.click(`#${id}`);
  await stage.leave(page);
  expect(told("click")).toEqual([
    ["click", "#first", { tag: "button", id: "first", classes: "big red round", text: "Sign up" }],
    ["click", "a.sm\\:nav", { tag: "a", classes: "sm:nav", text: "Next" }, stage.site.at("/next?a=1#b")],
    ["click", "#mail", { tag: "a", id: "mail", text: "Mail" }, "mailto:a@example.com"],
    ["click", "div", { tag: "div", text: "Close" }],
    ["click", "a", { tag: "a", text: "Home" }, stage.site.at("/home")],
    ["click", "#b5", { tag: "summary", id: "b5", text: "More" }],
    ["click", "#b6", { tag: "div", id: "b6", text: "inline" }],
    ["click", "#b7", { tag: "div", id: "b7", text: [..."lang 😀 ".repeat(12)].slice(0, 80).join("") }],
  ]);
  expect(stage.collector.hits.find((hit) => hit.n === "click")?.p).toMatchObject({ x: 15, y: 310 });
});

test("elements added later and those in open shadow trees are told; the keyboard clicks without a place", async () => {
  stage.site.pages["/"] = stage.html({
    head: CLICKS_STAY,
    body: `<div id=host></div><script>host.attachShadow({mode: "open"}).innerHTML = "<button id=deep><i>deep</i></button>"</script>`,
  });
  const page = await stage.visit("/", { on: ["clicks"] });
  await page.click("#host i");
  await page.evaluate(() => document.body.insertAdjacentHTML("beforeend", "<button id=late>late</button>"));
  await page.click("#late");
  await page.keyboard.press("Enter");
  await stage.leave(page);
  const late = ["click", "#late", { tag: "button", id: "late", text: "late" }];
  expect(told("click")).toEqual([["click", "#deep", { tag: "button", id: "deep", text: "deep" }], late, late]);
  expect(stage.collector.hits.filter((hit) => hit.n === "click").map((hit) => hit.p && "x" in hit.p)).toEqual([
    true,
    true,
    false,
  ]);
});

test("one deed is one click: a label's field, a card that clicks its link, the middle button; menus are none", async () => {
  stage.site.pages["/"] = stage.html({
    body: `<label id=wraps>wraps <input type=checkbox></label>
      <label id=names for=box>names</label> <input type=checkbox id=box>
      <div id=card onclick="document.querySelector('#to').click()">card</div> <a id=to href="#to">to</a>
      <p id=plain>text</p>`,
  });
  const page = await stage.visit("/", { on: ["clicks"] });
  await page.click("#wraps", { position: { x: 2, y: 5 } });
  await page.click("#names");
  await page.click("#card");
  await page.click("#plain");
  await page.click("#to", { button: "right" });
  await page.click("#to", { button: "middle" });
  expect(await page.locator(":checked").count()).toBe(2);
  await stage.leave(page);
  expect(told("click").map((hit) => (hit as string[])[1])).toEqual(["#wraps", "#names", "#card", "#to"]);
});

test("what somebody typed or chose is never told", async () => {
  stage.site.pages["/"] = stage.html({
    head: CLICKS_STAY,
    body: `<input value=secret1> <textarea>secret2</textarea> <input type=password value=secret3>
      <input type=submit value=secret4 id=send aria-label="Send">
      <label>Country <select style="cursor: pointer"><option>secret5</select></label>
      <div contenteditable><a href="/x">secret6</a></div>
      <div onclick="1"><p id=note>Note</p><div contenteditable>secret7</div></div>`,
  });
  const page = await stage.visit("/", { on: ["clicks"] });
  const places = ["input", "textarea", "[type=password]", "#send", "label", "select", "a", "#note"];
  for (const place of places)
    await page
      .locator(place)
      .first()
      .click({ position: { x: 3, y: 3 } });
  await stage.leave(page);
  expect(JSON.stringify(stage.collector.requests)).not.toMatch(/secret/);
  expect(told("click")).toEqual([
    ["click", "#send", { tag: "input", id: "send", text: "Send" }],
    ["click", "label", { tag: "label" }],
    ["click", "a", { tag: "a" }, stage.site.at("/x")],
    ["click", "div", { tag: "div" }],
  ]);
});

test("a click arrives although its link or its handler leaves the page at once", async () => {
  stage.site.pages["/next"] = stage.html({ body: "<button onclick=\"location = '/end'\">End</button>" });
  stage.site.pages["/end"] = "<title>End</title>";
  stage.site.pages["/"] = stage.html({ body: '<a href="/next">Next</a>' });
  const page = await stage.visit("/", { on: ["clicks"] });
  await page.click("a");
  await page.waitForURL("**/next");
  await stage.running(page, "clicks");
  await page.click("button");
  await page.waitForURL("**/end");
  while (stage.collector.hits.filter((hit) => hit.n === "engagement").length < 2) await page.waitForTimeout(10);
  expect(told("click", "rage_click", "dead_click")).toEqual([
    ["click", "a", { tag: "a", text: "Next" }, stage.site.at("/next")],
    ["click", "button", { tag: "button", text: "End" }],
  ]);
});

test("three quick clicks on one place are a rage, once per burst, wherever it is; selecting a paragraph is not", async () => {
  stage.site.pages["/"] = stage.html({
    head: CLICKS_STAY,
    body: `<style>body { margin: 0 } div { height: 100px }</style><div></div><div><button id=slow>Slow</button></div>
      <div id=place></div><p id=text>Some words</p><p id=more>More</p>`,
  });
  const page = await stage.visit("/", { on: ["clicks"] });
  await page.click("#slow", { clickCount: 5 });
  // Three that the system does not count: at once, so that no machine is too slow for them.
  await page.locator("#place").evaluate((place) => {
    for (let n = 0; n < 3; n++)
      place.dispatchEvent(new MouseEvent("click", { bubbles: true, detail: 1, clientY: 250 }));
  });
  // A triple click selects; the fourth click is a rage.
  await page.click("#text", { clickCount: 3 });
  await page.click("#more", { clickCount: 4 });
  // Two here, two there.
  await page.click("#place", { clickCount: 2, position: { x: 200, y: 50 } });
  await page.click("#place", { clickCount: 2, position: { x: 300, y: 50 } });
  await stage.leave(page);
  expect(told("rage_click")).toEqual([
    ["rage_click", "#slow", { tag: "button", id: "slow", text: "Slow" }],
    ["rage_click", "#place", { tag: "div", id: "place" }],
    ["rage_click", "#more", { tag: "p", id: "more", text: "More" }],
  ]);
  expect(told("click")).toHaveLength(5);
});

test("a click on what looks clickable is dead when nothing has changed a second later", async () => {
  const DEAD: Record<string, string> = {
    button: "<button id=it>Buy</button>",
    pointer: '<div id=it style="cursor: pointer">Open</div>',
    fragment: "<a id=it href='#'>Menu</a>",
  };
  const ALIVE: Record<string, string> = {
    mutation: `<button id=it onclick="setTimeout(() => title2.textContent = 'x', 200)">A</button><b id=title2>b</b>`,
    down: '<button id=it onpointerdown="document.body.append(1)">A</button>',
    shadow: `<div id=host></div><script>
      host.attachShadow({mode: "open"}).innerHTML = "<button id=it>A</button><b></b>";
      host.shadowRoot.firstChild.onclick = () => { host.shadowRoot.lastChild.textContent = 1 };
    </script>`,
    scroll: '<button id=it onclick="window.scrollTo(0, 500)">A</button><div style="height: 3000px"></div>',
    focus: '<input id=field><button id=it onclick="field.focus()">A</button>',
    selection: '<p id=words>words</p><button id=it onclick="getSelection().selectAllChildren(words)">A</button>',
    popover: "<button id=it popovertarget=pop>A</button><div id=pop popover>B</div>",
    checkbox: "<label id=it>A <input type=checkbox></label>",
    route: `<button id=it onclick="history.pushState({}, '', '/elsewhere')">A</button>`,
    slow: "<button id=it onclick=\"location = '/never'\">A</button>",
    canvas: '<canvas id=it style="cursor: pointer"></canvas>',
  };
  const cases = { ...DEAD, ...ALIVE };
  for (const [name, body] of Object.entries(cases)) stage.site.pages[`/${name}`] = stage.html({ body });
  stage.site.pages["/never"] = { body: "", status: 204 };
  const page = await stage.visit("/button", { on: ["clicks"] });
  // Where a link to the top leads already there is nothing to change.
  await Promise.all(
    Object.keys(cases).map(async (name) => {
      const each = name === "button" ? page : await page.context().newPage();
      if (each !== page) await each.goto(stage.site.at(`/${name}${name === "fragment" ? "#" : ""}`));
      await stage.running(each, "clicks");
      await each.click("#it");
      // A second, and the wait of a hit for company.
      await later(each, 1700);
    }),
  );
  while (told("dead_click").length < Object.keys(DEAD).length) await new Promise((resolve) => setTimeout(resolve, 10));
  const dead = stage.collector.hits.filter((hit) => hit.n === "dead_click");
  expect(dead.map((hit) => new URL(hit.u).pathname.slice(1)).sort()).toEqual(Object.keys(DEAD).sort());
  expect(told("dead_click")).toContainEqual(["dead_click", "#it", { tag: "button", id: "it", text: "Buy" }]);
});

test("a page that comes back out of the cache tells each click once, and none that it was left with as dead", async () => {
  stage.site.pages["/next"] = "<title>Next</title>";
  stage.site.pages["/"] = stage.html({
    body: `<button onclick="location = '/next'">Go</button> <a href="#a">Stay</a>`,
  });
  const page = await stage.visit("/", { on: ["clicks"], returns: true });
  await page.click("button");
  await page.waitForURL("**/next");
  await restore(page);
  await page.waitForFunction(() => performance.getEntriesByName("tk-clicks").length > 0);
  await later(page, 1300);
  await page.click("a");
  await stage.leave(page);
  expect(told("click", "dead_click", "rage_click").map((hit) => (hit as [string, string])[1])).toEqual(["button", "a"]);
});

test("clicks are told under a strict policy that allows the script's host and nothing else", async () => {
  const policy = `default-src 'none'; script-src ${stage.collector.origin}; connect-src ${stage.collector.origin}`;
  stage.site.pages["/"] = {
    body: stage.html({ body: "<button id=it>A</button>" }),
    headers: { "content-security-policy": policy },
  };
  const page = await stage.visit("/", { on: ["clicks"] });
  await page.click("#it");
  await stage.leave(page);
  expect(told("click")).toEqual([["click", "#it", { tag: "button", id: "it", text: "A" }]]);
});
