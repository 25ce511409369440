// What the tracker says about the fields of forms: names, never what was typed.
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

const SECONDS = expect.any(Number);
const visit = (body: string, { head = "", returns = false } = {}): Promise<Page> => {
  stage.site.pages["/"] = stage.html({ body, head });
  return stage.visit("/", { on: ["form_fields"], returns });
};
const told = () =>
  stage.collector.hits.filter((hit) => /^(form|field)_/.test(hit.n)).map((hit) => [hit.n, hit.p] as const);
const start = (form: string) => ["form_start", { form }];
const focus = (form: string, field: string) => ["field_focus", { form, field }];
const blur = (form: string, field: string) => ["field_blur", { form, field, seconds: SECONDS }];
const abandon = (form: string, field?: string) => ["form_abandon", { form, ...(field && { field }) }];

test("a form tells that it was started, which fields were entered and left, and where it was given up", async () => {
  const page =
    await visit(`<form name=join><input name=email><input id=plan><input aria-label="Your city"><select></select>
    <input type=submit value=Go></form><input name=outside>`);
  await page.fill("[name=email]", "someone@example.com");
  await page.focus("#plan");
  await page.waitForTimeout(300);
  await page.focus("[aria-label]");
  await page.focus("select");
  await page.focus("[type=submit]");
  await page.focus("[name=outside]");
  await stage.leave(page);
  expect(told()).toEqual([
    start("join"),
    focus("join", "email"),
    blur("join", "email"),
    focus("join", "plan"),
    blur("join", "plan"),
    focus("join", "Your city"),
    blur("join", "Your city"),
    focus("join", "select-one"),
    blur("join", "select-one"),
    abandon("join", "select-one"),
  ]);
  expect(told()[4]![1]!.seconds).toBeGreaterThanOrEqual(0.3);
  expect(JSON.stringify(stage.collector.requests)).not.toMatch(/someone/);
});

test("a form that is sent with the Enter key, and ends the page, was not given up", async () => {
  stage.site.pages["/thanks"] = "<title>Thanks</title>";
  const page = await visit('<form id=search action="/thanks"><input name=q></form>');
  await page.fill("input", "secret");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/thanks?**");
  await stage.collector.arrived(6);
  expect(told()).toEqual([
    start("search"),
    focus("search", "q"),
    ["form_submit", { form: "search" }],
    blur("search", "q"),
  ]);
  expect(JSON.stringify(stage.collector.requests)).not.toMatch(/secret/);
});

test("a form that a script sends was not given up: by submit(), or with its data", async () => {
  const page = await visit(`<form id=a><input name=x></form><form id=b><input name=x></form>
    <iframe name=there hidden></iframe>`);
  await page.focus("#a input");
  await page.focus("#b input");
  await page.evaluate(() => {
    const [a, b] = [...document.querySelectorAll("form")] as [HTMLFormElement, HTMLFormElement];
    a.target = "there";
    a.submit();
    new FormData(b);
  });
  await stage.leave(page);
  expect(told().filter(([name]) => name === "form_abandon")).toEqual([]);
});

test("passwords, cards and codes are not named, by whatever they can be told", async () => {
  const page = await visit(`<form id=pay><input name=email>
    <input type=password name=a1><input name=b1 autocomplete="section-x cc-number"><input name=c1 autocomplete=one-time-code>
    <input name=card_number><input id=cvv><input name=d1 autocomplete="new-password"></form>`);
  for (const field of await page.locator("input").all()) await field.focus();
  await stage.leave(page);
  expect(told()).toEqual([start("pay"), focus("pay", "email"), blur("pay", "email"), abandon("pay")]);
  expect(JSON.stringify(stage.collector.requests)).not.toMatch(/a1|b1|c1|d1|card|cvv/);
});

test("a form with data-tk-ignore says nothing", async () => {
  const page = await visit(`<form data-tk-ignore id=no><input name=a></form>
    <form id=yes><p data-tk-ignore><input name=b></p><input name=c></form>`);
  for (const field of await page.locator("input").all()) await field.focus();
  await stage.leave(page);
  expect(told()).toEqual([start("yes"), focus("yes", "c"), blur("yes", "c"), abandon("yes", "c")]);
});

test("a form that comes later, in a shadow tree, where the page stops every event, is seen; and when it is sent", async () => {
  const page = await visit("<div id=host></div>", {
    head: `<script>for (const type of ['focusin', 'focusout', 'submit'])
       document.addEventListener(type, (event) => { event.stopImmediatePropagation(); event.preventDefault(); }, true)</script>`,
  });
  await page.evaluate(() => {
    const html =
      "<iframe name=there></iframe><form id=inner target=there><input name=a></form><form id=other><input name=b></form>";
    document.querySelector("#host")!.attachShadow({ mode: "open" }).innerHTML = html;
    document.body.insertAdjacentHTML("beforeend", "<form id=late><input name=id><input name=name></form>");
  });
  await page.focus("#inner input");
  await page.evaluate(() => document.querySelector("#host")!.shadowRoot!.querySelector("form")!.requestSubmit());
  await page.focus("#other input");
  await page.focus("#late [name=name]");
  await stage.leave(page);
  expect(told().filter(([name]) => /start|abandon/.test(name))).toEqual([
    start("inner"),
    start("other"),
    start("late"),
    abandon("other", "b"),
    abandon("late", "name"),
  ]);
});

test("who looks into another tab has not given up; who goes to another route has, and starts again there", async () => {
  const page = await visit("<form id=f><input name=a></form>");
  await page.focus("input");
  for (const hidden of [true, false])
    await page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    }, hidden);
  expect(told().filter(([name]) => name === "form_abandon")).toEqual([]);
  await page.evaluate(() => {
    history.pushState({}, "", "/next");
    document.querySelector("input")!.blur();
    document.querySelector("input")!.focus();
    // And then closes it from another tab.
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  });
  await stage.leave(page);
  const where = stage.collector.hits
    .filter((hit) => /^form_/.test(hit.n))
    .map((hit) => `${hit.n} ${new URL(hit.u).pathname}`);
  expect(where).toEqual(["form_start /", "form_abandon /", "form_start /next", "form_abandon /next"]);
});

test("a page that comes back from the back/forward cache begins anew", async () => {
  stage.site.pages["/other"] = "<title>Other</title>";
  const page = await visit("<form id=f><input name=a></form>", { returns: true });
  await page.focus("input");
  await page.goto(stage.site.at("/other"));
  await restore(page);
  await page.evaluate(() => document.querySelector("input")!.blur());
  await page.focus("input");
  await stage.leave(page);
  expect(told().map(([name]) => name)).toEqual([
    "form_start",
    "field_focus",
    "field_blur",
    "form_abandon",
    "form_start",
    "field_focus",
    "field_blur",
    "form_abandon",
  ]);
});
