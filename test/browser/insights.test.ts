// The insight screens against the whole system: what is sent shows with the right numbers, and rules are kept in the screen.
import type { Browser, BrowserContext, Locator, Page, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { MEASUREMENT_NAMES } from "../../workers/domain/events/measurement";
import type { Rule } from "../../workers/domain/events/rule";
import { joinChromium } from "./shared-chromium.ts";
import { strengthOf } from "./strength.ts";
import { joinSystem, type System, until } from "./system.ts";
import { ANNA, BEN, type Visitor } from "./visitors.ts";

let system: System;
let browser: Browser;
let owner: BrowserContext;
let page: Page;
let siteId: string;
const complaints: string[] = [];

type Given = { props?: Record<string, unknown>; path?: string; href?: string; rule_id?: string };

const event = (visitor: Visitor, event_type: string, { path = "/", ...more }: Given = {}): object => ({
  event_type,
  site_id: siteId,
  url: `https://shop.example${path}`,
  ...visitor,
  ...more,
});
const times = (count: number, one: object): object[] => Array.from({ length: count }, () => one);

async function send(events: object[]): Promise<void> {
  const reply = await system.api.post<{ accepted: number; rejected: unknown[] }>("/api/events", { events });
  expect(reply).toMatchObject({ accepted: events.length, rejected: [] });
}

const rules = async (): Promise<Rule[]> =>
  (await system.api.get<{ rules: Rule[] }>(`/api/v1/properties/${siteId}/rules`)).rules;

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  // First visits are not sent but found out, and would be counted beside what was sent.
  const off = ["images", "first_visit"];
  const measurements = Object.fromEntries(MEASUREMENT_NAMES.map((name) => [name, !off.includes(name)]));
  siteId = (await system.createProperty({ name: "Shop", url: "https://shop.example", measurements })).site_id;

  const tour = { props: { media: "Tour", kind: "video", seconds: 10 } };
  const field = (name: string) => ({ props: { form: "signup", field: name } });
  const vital = (metric: string, value: number) => ({ props: { metric, value } });
  const events = [
    event(ANNA, "pageview"),
    event(ANNA, "pageview", { path: "/pricing" }),
    event(BEN, "pageview"),
    ...times(2, event(ANNA, "Signup", { path: "/pricing", props: { plan: "pro" } })),
    event(BEN, "Signup", { props: { plan: "free" } }),
    ...times(4, event(ANNA, "media_play", tour)),
    ...times(3, event(ANNA, "media_25", tour)),
    ...times(2, event(ANNA, "media_50", tour)),
    event(ANNA, "media_75", tour),
    event(ANNA, "media_complete", tour),
    ...times(4, event(ANNA, "form_start", { props: { form: "signup" } })),
    ...times(4, event(ANNA, "field_focus", field("name"))),
    ...times(3, event(ANNA, "field_focus", field("email"))),
    event(ANNA, "form_abandon", field("email")),
    ...times(3, event(ANNA, "form_submit", { props: { form: "signup" } })),
    ...times(2, event(ANNA, "download", { href: "https://shop.example/catalogue.pdf" })),
    ...times(2, event(ANNA, "js_error", { props: { message: "x is null", file: "/cart.js", line: 12 } })),
    event(BEN, "not_found", { path: "/gone", props: { referrer: "https://shop.example/old" } }),
    ...times(3, event(ANNA, "web_vital", vital("LCP", 2000))),
    ...times(2, event(BEN, "web_vital", vital("LCP", 5000))),
    event(ANNA, "web_vital", { path: "/pricing", ...vital("CLS", 0) }),
    event(ANNA, "heatmap", { props: { width: "desktop", clicks: "3,2,5;a,1a,2", moves: "1,1,9", to: 50 } }),
    event(ANNA, "heatmap", { props: { width: "desktop", to: 100 } }),
  ];
  await send(events);

  owner = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en-GB", timezoneId: "UTC" });
  await system.signIn(owner);
  page = await owner.newPage();
  await page.route("**/insight/**", takeInsight);
  // The details of an event are answers to queries too.
  await page.route("**/api/v2/batch", takeInsight);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.text().includes("Content Security Policy")) complaints.push(message.text());
  });
  await system.settled(siteId);
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

/** What becomes of the answers of insight and of queries: undefined where they come as they are. */
let held: Promise<"answer" | "fail"> | undefined;

/** Holds them back until it is said what happens with them. */
function holdInsight(): (how: "answer" | "fail") => void {
  const { promise, resolve } = Promise.withResolvers<"answer" | "fail">();
  held = promise;
  return (how) => {
    held = undefined;
    resolve(how);
  };
}
afterEach(() => {
  held = undefined;
});

async function takeInsight(route: Route): Promise<void> {
  const error = { code: "unavailable", message: "database cannot be reached" };
  if ((await held) === "fail") await route.fulfill({ status: 503, json: { error } });
  else await route.fallback();
}

const open = (path: string): Promise<unknown> => page.goto(`${system.dashboard}/p/${siteId}${path}`);
const table = (name: string): Locator => page.getByRole("table", { name, exact: true });
/** The cells of a table's rows, what is in them on one line. */
async function rowsOf(name: string): Promise<string[]> {
  await table(name).waitFor();
  const rows = await table(name).locator("tbody tr").allInnerTexts();
  return rows.map((row) => row.replaceAll(/\s+/g, " ").trim());
}
/** A list of terms and what they are, as "term value". */
const figuresOf = (list: Locator): Promise<string[]> =>
  list
    .locator("div")
    .evaluateAll((pairs) =>
      pairs.map((pair) => `${pair.querySelector("dt")?.textContent} ${pair.querySelector("dd")?.textContent}`),
    );
const kind = (name: string): Locator =>
  page.getByRole("navigation", { name: "Event types" }).getByRole("link", { name, exact: true });
const panel = (name: string): Locator => page.getByRole("region", { name, exact: true });

test("events are listed with their visitors, and a chosen one is in the URL with its pages and props", async () => {
  await open("/");
  await page.getByRole("navigation", { name: "Property screens" }).getByRole("link", { name: "Events" }).click();
  const all = await rowsOf("All events");
  expect(await page.title()).toBe("Events · Shop · TrackKit");
  expect(all).toContain("Page view pageview 3 2");
  expect(all).toContain("Signup custom 3 2");
  expect(all).toContain("Media play media_play 4 1");
  const automatic = /Web vital|Heatmap|Field focus/;
  expect(all.filter((row) => automatic.test(row))).toEqual([]);
  expect(await table("Automatic events").isVisible()).toBe(false);
  await page.getByText(/^Automatic \d+ events$/).click();
  expect(await rowsOf("Automatic events")).toEqual([
    "Field focus field_focus 7 1",
    "Web vital web_vital 6 2",
    "Heatmap summary heatmap 2 1",
  ]);
  await page.getByRole("link", { name: "Signup custom" }).click();
  expect(await rowsOf("Values of plan")).toEqual(["pro 2 1", "free 1 1"]);
  expect(await rowsOf("Pages")).toEqual(["/pricing 2 1", "/ 1 1"]);
  expect(new URL(page.url()).search).toBe("?event=Signup");
  await page.goBack();
  await panel("Signup").waitFor({ state: "detached" });
});

test("media and forms are funnels", async () => {
  await kind("Media").click();
  const steps = panel("Video and audio").locator("ol > li");
  await steps.first().waitFor();
  expect((await steps.allInnerTexts()).map((step) => step.replaceAll(/\s+/g, " ").trim())).toEqual([
    "Play 4 plays",
    "25% 3 75%",
    "50% 2 50%",
    "75% 1 25%",
    "Complete 1 25%",
  ]);

  await kind("Forms").click();
  expect(await rowsOf("Fields of signup")).toEqual(["name 4 0", "email 3 1"]);
  expect(await figuresOf(panel("Forms").locator("dl"))).toEqual([
    "Starts 4",
    "Submissions 3",
    "Abandoned 1",
    "Completed 75%",
  ]);
});

test("downloads, errors and missing pages are lists; what is not measured says which switch to set", async () => {
  await kind("Downloads").click();
  expect(await rowsOf("Downloads")).toEqual(["https://shop.example/catalogue.pdf 2"]);
  const tops = await panel("Downloads")
    .getByRole("table")
    .evaluateAll((tables) => tables.map((one) => one.getBoundingClientRect().top));
  expect(tops).toHaveLength(2);
  expect(tops[1]).toBe(tops[0]);
  await kind("Errors").click();
  expect(await rowsOf("JavaScript errors")).toEqual(["x is null /cart.js:12 2"]);
  expect(await rowsOf("Pages not found")).toEqual(["/gone 1"]);
  await kind("Images").click();
  await page.getByText("Turn on “Image views” in").waitFor();
  await page.getByRole("link", { name: "data stream settings" }).click();
  await page.waitForURL("**/settings/streams");
});

test("web vitals are told at the 75th percentile with their band, and narrowed down by a click", async () => {
  await open("/vitals");
  const lcp = panel("Metrics").getByRole("listitem").filter({ hasText: "Largest Contentful Paint" });
  // Buckets are 5 % wide: the middle of one is at most 2.5 % off.
  await lcp.getByText(/^(4\.9|5\.0|5\.1) s$/).waitFor();
  await lcp.locator(".band", { hasText: "Poor" }).waitFor();
  expect(await figuresOf(lcp.locator("dl"))).toEqual(["Good 60%", "Needs improvement 0%", "Poor 40%", "Samples 5"]);

  await panel("By device").getByRole("link", { name: "Desktop" }).click();
  await lcp.getByText(/^(1\.9|2\.0|2\.1) s$/).waitFor();
  await lcp.locator(".band", { hasText: "Good" }).waitFor();
  expect(new URL(page.url()).searchParams.get("f")).toBe("is,visit:device,Desktop");
  await page.getByRole("button", { name: /^Remove filter: Device/ }).click();
  await lcp.getByText("Samples").waitFor();
  await lcp.locator(".band", { hasText: "Poor" }).waitFor();
});

test("an automatic event that was chosen is in an open group", async () => {
  await open("/events?event=web_vital");
  await table("Automatic events").getByRole("link", { name: "Web vital" }).waitFor();
  await panel("Web vital").waitFor();
});

test("a rule is made in the screen; a selector that cannot be read is refused at its field", async () => {
  await open("/rules");
  await page.getByRole("button", { name: "New rule" }).click();
  const form = page.getByRole("dialog", { name: "New rule" });
  await form.getByLabel("Name").fill("Buy button");
  const selector = form.getByLabel("CSS selector");
  await selector.fill("a[");
  await form.getByRole("button", { name: "Create rule" }).click();
  await form.getByText(/^Selector cannot be read: .+\./).waitFor();
  expect(await selector.getAttribute("aria-invalid")).toBe("true");
  expect(await rules()).toEqual([]);

  await selector.fill("#buy");
  await form.getByLabel("Attributes to record").fill("data-plan");
  await form.getByRole("button", { name: "Create rule" }).click();
  await form.waitFor({ state: "detached" });
  await page.getByRole("link", { name: "Buy button", exact: true }).waitFor();
  expect(await rules()).toMatchObject([
    { name: "Buy button", selector: "#buy", trigger: "click", page: null, attributes: ["data-plan"], enabled: true },
  ]);
});

test("a rule's clicks, visitors and rate show, and where they come from", async () => {
  const [rule] = await rules();
  const rule_id = rule!.id;
  await send([
    ...times(4, event(ANNA, "rule_seen", { rule_id })),
    event(ANNA, "rule", { rule_id, props: { text: "Buy now", "data-plan": "pro" }, href: "https://shop.example/cart" }),
    event(BEN, "rule", { rule_id, props: { text: "Buy now" }, href: "https://shop.example/cart" }),
  ]);
  await system.settled(siteId);
  await page.reload();
  await page.getByRole("link", { name: "Details of Buy button" }).click();
  expect(new URL(page.url()).searchParams.get("rule")).toBe(rule_id);
  expect(await rowsOf("Pages of Buy button")).toEqual(["/ 2 4 50.0%"]);
  expect(await rowsOf("Elements of Buy button")).toEqual(["Buy now https://shop.example/cart 2"]);
  expect((await rowsOf("Devices of Buy button")).sort()).toEqual(["Desktop 1", "Mobile 1"]);
  const figures = await figuresOf(page.locator(".rule-list dl"));
  expect(figures.slice(0, 3)).toEqual(["Clicks 2", "Visitors 2", "CTR 50.0%"]);

  // Its name filters, here and on the other screens, and so do its devices; the chip has its name.
  await page.getByRole("link", { name: "Buy button", exact: true }).click();
  await page.getByRole("button", { name: "Edit filter: Rule is Buy button" }).waitFor();
  await table("Devices of Buy button").getByRole("link", { name: "Mobile" }).click();
  await page.getByRole("button", { name: "Edit filter: Device is Mobile" }).waitFor();
  await until(
    () => figuresOf(page.locator(".rule-list dl")),
    ([clicks]) => clicks === "Clicks 1",
  );
  const filters = [
    ["is", "event:rule", [rule_id]],
    ["is", "visit:device", ["Mobile"]],
  ];
  const asked = `/api/v1/properties/${siteId}/insight/rules`;
  expect(await system.api.post(asked, { filters })).toMatchObject({ rules: [{ id: rule_id, clicks: 1, visitors: 1 }] });
  await page.getByRole("navigation", { name: "Property screens" }).getByRole("link", { name: "Events" }).click();
  expect(await rowsOf("All events")).toEqual(["Rule rule 1 1"]);
});

test("on every screen old figures are dimmed while the API is slow, and gone after a failed change of period", async () => {
  const [rule] = await rules();
  const screens = ["/events?event=Signup", "/events?show=media", "/events?show=forms", "/events?show=errors"];
  for (const path of [...screens, "/vitals", "/heatmaps", `/rules?rule=${rule!.id}`]) {
    await open(path);
    const figures = page.getByRole("main").locator("td, dd, .funnel strong").filter({ hasText: /\d/ });
    await figures.first().waitFor();
    await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
    const texts = await figures.allTextContents();
    const drawn = "main :is(table, dl, .funnel, .heat-page)";
    expect(new Set(await strengthOf(page, drawn)), path).toEqual(new Set([1]));

    const end = holdInsight();
    await page.keyboard.press("w");
    await page.locator("main .stale").first().waitFor();
    expect(await figures.allTextContents(), path).toEqual(texts);
    expect(Math.max(...(await strengthOf(page, drawn))), path).toBeLessThan(0.7);

    end("fail");
    await page.getByRole("main").getByRole("alert").first().waitFor();
    await page.waitForFunction(() => !document.querySelector('main [aria-busy="true"]'));
    expect(await figures.allTextContents(), path).toEqual([]);
    expect(await page.locator("main .stale").count(), path).toBe(0);
  }
});

test("the details of another event show nothing of the one before, and its values once they are there", async () => {
  await open("/events?event=Signup");
  expect(await rowsOf("Values of plan")).toEqual(["pro 2 1", "free 1 1"]);
  const end = holdInsight();
  await page.getByRole("link", { name: "File download download" }).click();
  await page.waitForURL("**?event=download");
  await panel("File download").locator(".bone").first().waitFor();
  expect(await panel("Signup").count()).toBe(0);
  expect(await panel("File download").locator("td, dd").count()).toBe(0);
  end("answer");
  expect(await rowsOf("Values of Link")).toEqual(["https://shop.example/catalogue.pdf 2 1"]);
});

test("a rule is switched off where it stands, and deleted only when asked twice", async () => {
  const [rule] = await rules();
  await open(`/rules?rule=${rule!.id}`);
  const knob = page.getByRole("switch", { name: "Rule Buy button" });
  await knob.click();
  await until(rules, ([rule]) => rule?.enabled === false);
  await page.reload();
  await knob.waitFor();
  expect(await knob.isChecked()).toBe(false);

  await page.getByRole("button", { name: "Delete rule Buy button" }).click();
  expect(await rules()).toHaveLength(1);
  await page.getByRole("button", { name: "Click again to delete" }).click();
  await page.getByText("No rules yet").waitFor();
  expect(await rules()).toEqual([]);
  expect(new URL(page.url()).searchParams.get("rule")).toBe(null);
});

test("a rule that counts views has no click rate, and the figures of all rules stand in the same columns", async () => {
  const create = (name: string, trigger: string) =>
    system.api.post<Rule>(`/api/v1/properties/${siteId}/rules`, { name, selector: "#buy", trigger });
  const click = await create("Buy button", "click");
  const view = await create("Buy button in sight", "visible");
  await send([
    ...times(2, event(ANNA, "rule_seen", { rule_id: click.id })),
    event(ANNA, "rule", { rule_id: click.id }),
    ...times(2, event(ANNA, "rule_seen", { rule_id: view.id })),
    ...times(2, event(ANNA, "rule_view", { rule_id: view.id })),
  ]);
  await system.settled(siteId);
  await open("/rules");
  const row = (name: string) =>
    page.getByRole("listitem").filter({ has: page.getByRole("link", { name, exact: true }) });
  await row("Buy button in sight").getByRole("definition").filter({ hasText: /^2$/ }).waitFor();
  expect((await figuresOf(row("Buy button").locator("dl"))).slice(0, 3)).toEqual([
    "Clicks 1",
    "Visitors 1",
    "CTR 50.0%",
  ]);
  expect((await figuresOf(row("Buy button in sight").locator("dl"))).slice(0, 3)).toEqual([
    "Views 2",
    "Visitors 1",
    "CTR –",
  ]);
  const columns = await page
    .locator(".rule-list dl")
    .evaluateAll((lists) =>
      lists.map((list) => Array.from(list.children, (figure) => Math.round(figure.getBoundingClientRect().left))),
    );
  expect(columns).toHaveLength(2);
  expect(columns[1]).toEqual(columns[0]);

  // Under a filter by one of them the other has nothing to show.
  await page.getByRole("link", { name: "Buy button", exact: true }).click();
  await page.getByText("1 rule has no figures under these filters.").waitFor();
  expect(await page.locator(".rule-list .rule").count()).toBe(1);
  expect((await figuresOf(row("Buy button").locator("dl"))).slice(0, 2)).toEqual(["Clicks 1", "Visitors 1"]);
  await page.keyboard.press("Escape");
  await row("Buy button in sight").waitFor();
  expect(await page.getByText("no figures under these filters").count()).toBe(0);
});

test("a failure is told in its panel, and trying again mends it; nothing broke a script or the content policy", async () => {
  await page.route("**/insight/events?*", (route) =>
    route.fulfill({ status: 503, json: { error: { code: "unavailable", message: "database cannot be reached" } } }),
  );
  await open("/events");
  const failure = panel("All events").getByRole("alert");
  await failure.filter({ hasText: "All events could not be loaded. Database cannot be reached." }).waitFor();
  await page.unroute("**/insight/events?*");
  await failure.getByRole("button", { name: "Try again" }).click();
  await table("All events").waitFor();
  expect(complaints).toEqual([]);
});
