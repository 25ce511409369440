// What the tracker says about deeds: links, downloads, forms, the site's own events; and when it says nothing.
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

const STUB =
  "<script>window.trackkit=window.trackkit||function(){(trackkit.q=trackkit.q||[]).push(arguments)};</script>";

/** Clicks what the selector finds without following it, so a story can go on. */
const CLICKS_STAY = "<script>addEventListener('click', (event) => event.preventDefault());</script>";

test("a click that leads out of the site arrives although the page ends", async () => {
  stage.site.pages["/"] = stage.html({ body: `<a href="${stage.elsewhere.at("/?a=1#b")}"><b>out</b></a>` });
  const page = await stage.visit("/");
  await page.click("b");
  await page.waitForURL("**/?a=1#b");
  await stage.collector.arrived(3);
  const told = stage.collector.hits.map((hit) => `${hit.n} ${hit.h ?? ""}`);
  expect(told).toEqual(["pageview ", `outbound ${stage.elsewhere.origin}/?a=1#b`, "engagement "]);
});

test("links inside the site, mail links, and menus of the right button are not departures", async () => {
  stage.site.pages["/"] = stage.html({
    head: CLICKS_STAY,
    body: `<a id=in href="/next">in</a> <a id=mail href="mailto:someone@example.com">mail</a>
           <a id=script href="javascript:void 0">script</a> <a id=none>none</a>
           <a id=out href="https://example.com/">out</a>`,
  });
  const page = await stage.visit("/");
  for (const id of ["in", "mail", "script", "none"]) await page.click(`#${id}`);
  await page.click("#out", { button: "right" });
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /"]);
});

test("a link counts with the middle button, the Enter key, out of a shadow tree, and where the page stops the event", async () => {
  stage.site.pages["/"] = stage.html({
    head: `${CLICKS_STAY}<script>addEventListener('auxclick', (event) => event.preventDefault(), true);</script>`,
    body: `<a id=middle href="https://example.com/middle">1</a> <a id=enter href="https://example.com/enter">2</a>
           <div id=host></div> <a id=stopped href="https://example.com/stopped">4</a>
           <map name=m><area id=area href="https://example.com/area" coords="0,0,50,50"></map>
           <img usemap="#m" width=50 height=50 style="display: block" alt="">
           <script>
             host.attachShadow({mode: 'open'}).innerHTML = '<a href="https://example.com/shadow"><i>3</i></a>';
             stopped.addEventListener('click', (event) => { event.stopImmediatePropagation(); event.preventDefault(); });
           </script>`,
  });
  const page = await stage.visit("/");
  await page.click("#middle", { button: "middle" });
  await page.focus("#enter");
  await page.keyboard.press("Enter");
  await page.click("#host i");
  await page.click("#stopped");
  await page.evaluate(() => document.querySelector<HTMLElement>("#area")!.click());
  const told = await stage.leave(page);
  expect(told.filter((hit) => hit.startsWith("outbound"))).toEqual(
    ["middle", "enter", "shadow", "stopped", "area"].map((name) => `outbound / → https://example.com/${name}`),
  );
});

test("a click on a file is a download, at home or on another host", async () => {
  stage.site.pages["/"] = stage.html({
    head: CLICKS_STAY,
    body: `<a href="/report.PDF?v=2">report</a> <a href="https://files.example.com/a/app.dmg#mac">app</a>
           <a href="/sheet.xlsx">sheet</a> <a href="/pdf">no file</a> <a href="/v1.2">no file either</a>`,
  });
  const page = await stage.visit("/", { on: ["file_downloads"] });
  for (const link of await page.locator("a").all()) await link.click();
  expect(await stage.leave(page)).toEqual([
    "pageview /",
    "download / → /report.PDF?v=2",
    "download / → https://files.example.com/a/app.dmg#mac",
    "download / → /sheet.xlsx",
    "engagement /",
  ]);
});

test("without the chunk of downloads a file on another host is a departure, and one at home is a link", async () => {
  stage.site.pages["/"] = stage.html({
    head: CLICKS_STAY,
    body: `<a href="/report.pdf">report</a> <a href="https://files.example.com/a/app.dmg">app</a>`,
  });
  const page = await stage.visit("/");
  for (const link of await page.locator("a").all()) await link.click();
  expect(await stage.leave(page)).toEqual([
    "pageview /",
    "outbound / → https://files.example.com/a/app.dmg",
    "engagement /",
  ]);
});

test("a form that is sent says its name and where to, never what was typed, although the page ends", async () => {
  stage.site.pages["/thanks"] = "<title>Thanks</title>";
  stage.site.pages["/"] = stage.html({
    body: `<form name=newsletter action="/thanks?token=secret"><input name=action value=x><input name=id value=y>
           <input name=email value="someone@example.com"><button>send</button></form>`,
  });
  const page = await stage.visit("/");
  await page.click("button");
  await page.waitForURL("**/thanks?**");
  await stage.collector.arrived(3);
  const [, form] = stage.collector.hits;
  expect([form!.n, form!.h, form!.p]).toEqual(["form_submit", stage.site.at("/thanks"), { form: "newsletter" }]);
  expect(JSON.stringify(stage.collector.requests)).not.toMatch(/someone|secret/);
});

test("a form without a name is told without one; its script may keep it on the page", async () => {
  stage.site.pages["/"] = stage.html({
    body: `<form onsubmit="return false"><button>search</button></form>
           <form onsubmit="event.stopImmediatePropagation(); return false" id=second><button>send</button></form>`,
  });
  const page = await stage.visit("/");
  for (const button of await page.locator("button").all()) await button.click();
  expect(await stage.leave(page)).toEqual(["pageview /", "form_submit / → /", "form_submit / → /", "engagement /"]);
  expect(stage.collector.hits.slice(1, 3).map((hit) => hit.p)).toEqual([{}, { form: "second" }]);
});

test("events called before the tracker came follow the page view, in one beacon; later ones come by themselves", async () => {
  stage.site.pages["/"] = stage.html({
    head: `${STUB}<script>const kept = trackkit; trackkit('Early', {plan: 'yearly', seats: 3, trial: false});</script>`,
  });
  const page = await stage.visit("/");
  expect(stage.collector.requests[0]!.beacon.h.map((hit) => hit.n)).toEqual(["pageview", "Early"]);
  expect(stage.collector.hits[1]!.p).toEqual({ plan: "yearly", seats: 3, trial: false });
  await page.evaluate("trackkit('Late'); kept('Kept', {n: 1})");
  expect(await stage.leave(page)).toEqual(["pageview /", "Early /", "Late /", "Kept /", "engagement /"]);
});

test("properties are texts, numbers and booleans: the rest is left out, the event is not", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.evaluate(() => {
    const endless: Record<string, unknown> = { text: "a", list: [1], page: document, call: () => 1, none: null };
    endless.self = endless;
    window.trackkit("Odd", endless);
  });
  await stage.collector.arrived(2);
  expect(stage.collector.hits[1]!.p).toEqual({ text: "a" });
  await stage.leave(page);
});

test("revenue goes with its event, as it is when it is told, and without nonsense", async () => {
  stage.site.pages["/"] = stage.html({
    head: `${STUB}<script>trackkit('Early', {}, {revenue: {amount: 5, currency: 'EUR'}});</script>`,
  });
  const page = await stage.visit("/");
  await page.evaluate(() => {
    const revenue: Record<string, unknown> = { amount: 19.9, currency: "CHF", page: document };
    window.trackkit("Purchase", { sku: "a" }, { revenue });
    revenue.amount = 0;
    window.trackkit("Free", undefined, {});
    const amount = BigInt(1);
    window.trackkit("Big", {}, { revenue: { amount, currency: "EUR" } });
  });
  expect(await stage.leave(page)).toEqual(["pageview /", "Early /", "Purchase /", "Free /", "engagement /"]);
  const told = stage.collector.hits.map(({ n, p, m }) => ({ n, p, m }));
  expect(told.slice(1, 4)).toEqual([
    { n: "Early", p: {}, m: { amount: 5, currency: "EUR" } },
    { n: "Purchase", p: { sku: "a" }, m: { amount: 19.9, currency: "CHF" } },
    { n: "Free", p: {}, m: undefined },
  ]);
});

test("an event that the visitor did not cause says so; others say nothing", async () => {
  stage.site.pages["/"] = stage.html({
    head: `${STUB}<script>trackkit('Shown', {}, {interactive: false});</script>`,
  });
  const page = await stage.visit("/");
  await page.evaluate(() => {
    const revenue = { amount: 5, currency: "EUR" };
    window.trackkit("Renewed", { plan: "pro" }, { revenue, interactive: false });
    window.trackkit("Clicked", {}, { interactive: true });
    window.trackkit("Plain");
  });
  await stage.leave(page);
  const told = stage.collector.hits.map(({ n, p, m, y }) => ({ n, p, m, y }));
  expect(told.slice(1, 5)).toEqual([
    { n: "Shown", p: {}, m: undefined, y: 0 },
    { n: "Renewed", p: { plan: "pro" }, m: { amount: 5, currency: "EUR" }, y: 0 },
    { n: "Clicked", p: {}, m: undefined, y: undefined },
    { n: "Plain", p: {}, m: undefined, y: undefined },
  ]);
});

test("a call that makes no sense is nobody's error", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.evaluate(`trackkit(); trackkit(''); trackkit(7); trackkit({}); trackkit('Big', {n: 10n});
    trackkit('Trap', {get x() { throw new Error('trap'); }});`);
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /"]);
});

test("an opted-out browser sends nothing, at once and later", async () => {
  stage.site.pages["/"] = stage.html({ head: "<script>localStorage.trackkit_optout = 1</script>" });
  stage.site.pages["/back"] = stage.html({ head: "<script>delete localStorage.trackkit_optout</script>" });
  const page = await stage.visit("/", { silent: true });
  await page.evaluate(() => {
    window.trackkit("Secret");
    history.pushState({}, "", "/other");
  });
  await page.goto(stage.site.at("/back"));
  await stage.collector.arrived(1);
  expect(await stage.leave(page)).toEqual(["pageview /back", "engagement /back"]);
});

test("a page whose storage is forbidden is counted", async () => {
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/", {
    init: () =>
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      }),
  });
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /"]);
});

test("what the reply switches off is not sent any more", async () => {
  stage.collector.reply = {
    off: ["pageview", "outbound", "form_submit", "download", "first_visit"],
    on: [],
  };
  stage.site.pages["/"] = stage.html({
    head: CLICKS_STAY,
    body: `<a href="https://example.com/">out</a> <a href="/a.zip">file</a>
           <form onsubmit="return false"><input type=submit></form>`,
  });
  const page = await stage.visit("/");
  await stage.replied(page);
  for (const link of await page.locator("a").all()) await link.click();
  await page.evaluate(() => {
    document.querySelector("form")!.requestSubmit();
    history.pushState({}, "", "/next");
    window.trackkit("page form outbound download");
  });
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /", "page form outbound download /next"]);
});

test("a reply that is not what it should be changes nothing", async () => {
  stage.collector.reply = null as never;
  stage.site.pages["/"] = stage.html();
  const page = await stage.visit("/");
  await page.evaluate(() => history.pushState({}, "", "/next"));
  expect(await stage.leave(page)).toEqual(["pageview /", "engagement /", "pageview /next", "engagement /next"]);
});

test("data-endpoint sends elsewhere: a path of the script's host, or any address", async () => {
  stage.site.pages["/path"] = stage.html({
    head: '<base href="https://example.com/">',
    tag: 'data-endpoint="/stats/in"',
  });
  stage.site.pages["/address"] = stage.html({ tag: `data-endpoint="${stage.collector.origin}/else?x=1"` });
  const page = await stage.visit("/path");
  await page.goto(stage.site.at("/address"));
  await stage.leave(page);
  const paths = stage.collector.requests.map((request) => `${request.path} ${request.beacon.h[0]!.n}`);
  expect(new Set(paths)).toEqual(
    new Set([
      "/stats/in pageview",
      "/stats/in engagement",
      "/else?x=1 pageview",
      "/else?x=1 engagement",
      "/else?x=1 the end",
    ]),
  );
});

test("a tag without a site id, and a collector that cannot be reached, are nobody's error", async () => {
  stage.site.pages["/"] = `<script defer src="${stage.collector.script}"></script>`;
  stage.site.pages["/unreachable"] = stage.html({ tag: 'data-endpoint="http://127.0.0.1:1/"' });
  const page = await stage.visit("/", { silent: true });
  await page.goto(stage.site.at("/unreachable"));
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(stage.collector.hits).toEqual([]);
});

test("nothing of the tracker stands in the page's globals but trackkit", async () => {
  stage.site.pages["/"] = stage.html();
  stage.site.pages["/bare"] = "<title>bare</title>";
  const page = await stage.visit("/");
  const withTag = await page.evaluate(() => Object.getOwnPropertyNames(window));
  await stage.leave(page);
  await page.goto(stage.site.at("/bare"));
  const without = new Set(await page.evaluate(() => Object.getOwnPropertyNames(window)));
  expect(withTag.filter((name) => !without.has(name))).toEqual(["trackkit"]);
});
