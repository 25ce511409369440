// Goals, segments, comparisons, annotations and page groups, used as a person would, with numbers equal to the API's.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Annotation, Goal, PathGroup, Segment } from "../../workers/domain/analysis/saved/saved";
import type { Answer } from "../../workers/domain/queries/answer";
import type { MetricValue } from "../../workers/domain/queries/metric";
import { violationsOf } from "./accessibility.ts";
import { joinChromium } from "./shared-chromium.ts";
import { joinSystem, type System, until } from "./system.ts";

let system: System;
let browser: Browser;
let page: Page;
let siteId: string;
const complaints: string[] = [];

const DESKTOP = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";

/** Ten visitors: the first three buy, the first five subscribe, the even ones hold a phone and come from Germany. */
function eventsOf(visitor: number): object[] {
  const event = (event_type: string, path: string, more: object = {}) => ({
    event_type,
    site_id: siteId,
    url: `https://shop.example${path}`,
    ip: `203.0.113.${visitor + 1}`,
    user_agent: visitor % 2 === 0 ? PHONE : DESKTOP,
    country: visitor % 2 === 0 ? "DE" : "FR",
    ...more,
  });
  const revenue = { revenue: { amount: 10 * (visitor + 1), currency: "EUR" } };
  return [
    event("pageview", "/"),
    event("pageview", `/blog/post-${visitor}`),
    event("scroll", "/"),
    ...(visitor < 3 ? [event("Purchase", "/", revenue)] : []),
    ...(visitor < 5 ? [event("form_submit", "/", { props: { form: "newsletter" } })] : []),
  ];
}

beforeAll(async () => {
  [system, browser] = await Promise.all([joinSystem(), joinChromium()]);
  siteId = (await system.createProperty({ name: "Shop", url: "https://shop.example" })).site_id;
  await system.api.patch(`/api/v1/properties/${siteId}`, { currency: "EUR" });
  const events = Array.from({ length: 10 }, (_, visitor) => eventsOf(visitor)).flat();
  await system.api.post("/api/events", { events });
  await system.settled(siteId);
  const owner = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
  });
  await system.signIn(owner);
  page = await owner.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
});

afterAll(async () => {
  await browser?.close();
  await system?.close();
});

const settled = () => page.waitForFunction(() => !document.querySelector(".bone, .stale"));
async function open(path: string): Promise<void> {
  await page.goto(`${system.dashboard}/p/${siteId}${path}`);
  await page.getByRole("heading").first().waitFor();
  await settled();
}
const dialog = (): Locator => page.getByRole("dialog");
const panel = (name: string): Locator => page.getByRole("region", { name, exact: true });
const gone = (locator: Locator) => locator.waitFor({ state: "detached" });

/** The rows of a panel, cells joined. */
const rowsOf = (name: string): Promise<string[]> =>
  panel(name)
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => (cell.textContent ?? "").trim()).join(" | ")),
    );

const query = (body: object): Promise<Answer<MetricValue>> =>
  system.api.post("/api/v2/query", { site_id: siteId, date_range: "day", ...body });
const saved = <T>(kind: string): Promise<T[]> =>
  system.api
    .get<Record<string, T[]>>(`/api/v1/properties/${siteId}/${kind}`)
    .then((reply) => reply[kind === "path-groups" ? "patterns" : kind]!);

const violations = (): Promise<string[]> => violationsOf(page, settled);

test("what was seen becomes a goal with one click, and the panel says what the API says", async () => {
  await open("?period=day");
  expect(await violations()).toEqual([]);
  await page.getByRole("button", { name: "Add goal: Purchase", exact: true }).click();
  await panel("Goals").getByRole("link", { name: "Purchase" }).waitFor();
  expect((await saved<Goal>("goals")).map(({ name, filter }) => [name, filter])).toEqual([
    ["Purchase", ["is", "event:name", ["Purchase"]]],
  ]);

  // The page stays while the dialog's script is on its way.
  const script = Promise.withResolvers<void>();
  await page.route("**/assets/goal-dialog-*.js", async (route) => {
    await script.promise;
    await route.continue();
  });
  const asked = page.waitForRequest("**/assets/goal-dialog-*.js");
  await page.getByRole("button", { name: "New goal" }).click();
  await asked;
  expect(await panel("Goals").getByRole("link", { name: "Purchase" }).isVisible()).toBe(true);
  script.resolve();
  await dialog().getByRole("button", { name: "Add goal: Submit newsletter", exact: true }).waitFor();
  expect(await violations()).toEqual([]);
  await dialog().getByRole("button", { name: "Add goal: Submit newsletter", exact: true }).click();
  await gone(dialog().getByRole("button", { name: "Add goal: Submit newsletter", exact: true }));
  await dialog().getByLabel("Kind", { exact: true }).selectOption("page");
  await dialog().getByLabel("Page", { exact: true }).fill("/blog/*");
  await dialog().getByRole("button", { name: "Add goal", exact: true }).click();
  await gone(dialog());

  const answer = await query({
    metrics: ["visitors", "events", "conversion_rate", "total_revenue"],
    dimensions: ["event:goal"],
  });
  const figures = new Map(answer.results.map(({ dimensions, metrics }) => [dimensions[0], metrics]));
  expect(figures.get("Purchase")).toEqual([3, 3, 30, { value: 60, currency: "EUR" }]);
  const rowOf = (name: string, revenue: string): string => {
    const [visitors, events, rate] = figures.get(name)!;
    return [name, visitors, events, `${rate}%`, revenue].join(" | ");
  };
  await until(
    () => rowsOf("Goals"),
    (rows) => rows.some((row) => row.startsWith("Visit /blog/* | 10")),
  );
  expect(await rowsOf("Goals")).toEqual([
    rowOf("Visit /blog/*", "–"),
    rowOf("Submit newsletter", "–"),
    rowOf("Purchase", "€60.00"),
  ]);
  // First among the panels, and events that the tracker sends by itself do not lead their list.
  expect(await page.locator(".panels h2").first().textContent()).toBe("Goals");
  expect((await rowsOf("Events"))[0]).toContain("Purchase");
});

test("a goal filters the page, and every panel has conversion rates that the API has too", async () => {
  await open("?period=day");
  await panel("Goals").getByRole("link", { name: "Purchase" }).click();
  await page.waitForURL(/[?&]f=/);
  await page.getByText("3 unique conversions").waitFor();
  await settled();
  const answer = await query({
    metrics: ["visitors", "group_conversion_rate"],
    dimensions: ["visit:country"],
    filters: [["is", "event:goal", ["Purchase"]]],
  });
  const names: Record<string, string> = { DE: "Germany", FR: "France" };
  const expected = answer.results.map(({ dimensions: [country], metrics: [visitors, rate] }) => [
    names[country!],
    visitors,
    `${rate}%`,
  ]);
  expect(expected).toEqual([
    ["Germany", 2, "40%"],
    ["France", 1, "20%"],
  ]);
  const rows = await rowsOf("Locations");
  expect(rows.map((row) => row.replace(/^(DE|FR)/, ""))).toEqual(expected.map((row) => row.join(" | ")));
  // The goals that the same visitors also reached are still there.
  expect((await rowsOf("Goals")).map((row) => row.split(" | ").slice(0, 2))).toEqual([
    ["Purchase", "3"],
    ["Submit newsletter", "3"],
    ["Visit /blog/*", "3"],
  ]);
  expect(
    await page
      .locator(".card")
      .evaluateAll((cards) => cards.map((card) => card.querySelector(".card-value")?.textContent)),
  ).toEqual(["3", "3", "30%", "€60.00", "€20.00"]);
  expect(await violations()).toEqual([]);

  await panel("Locations")
    .getByRole("button", { name: /^Details/ })
    .click();
  await dialog().getByRole("columnheader", { name: "Conversion rate" }).waitFor();
  await dialog()
    .getByRole("row", { name: /Germany/ })
    .waitFor();
  expect(
    await dialog()
      .getByRole("row", { name: /Germany/ })
      .innerText(),
  ).toMatch(/2\s+2\s+40%/);
  await dialog().getByRole("button", { name: "Close" }).click();
  await page.goBack();
});

test("filters become a segment, which is applied, edited, and compared with on the chart", async () => {
  await open("?period=day&f=is,visit:country,DE");
  await page.getByRole("button", { name: "Segments" }).click();
  await page.getByRole("menuitem", { name: "Save as segment…" }).click();
  await dialog().getByLabel("Name").fill("Germans");
  expect(await violations()).toEqual([]);
  await dialog().getByRole("button", { name: "Save" }).click();
  await gone(dialog());
  const [segment] = await saved<Segment>("segments");
  expect(segment).toMatchObject({ name: "Germans", filter: ["is", "visit:country", ["DE"]], shared: true });
  await page.getByRole("button", { name: "Edit filter: Segment is Germans" }).waitFor();
  await page.getByText(/^5 visitors/).waitFor();

  // Another filter on top: the segment counts as edited, and keeps the change when it is saved.
  await panel("Technology")
    .getByRole("link", { name: /Safari/ })
    .first()
    .click();
  await page.getByRole("button", { name: "Segments: Germans · edited" }).waitFor();
  await page.getByRole("button", { name: "Save changes to Germans" }).click();
  await gone(page.getByRole("button", { name: "Save changes to Germans" }));
  const [, parts] = (await saved<Segment>("segments"))[0]!.filter as [string, unknown[][]];
  expect(parts.map(([, dimension]) => dimension)).toEqual(["visit:country", "visit:browser"]);

  await page.getByRole("button", { name: "Segments: Germans" }).click();
  expect(await violations()).toEqual([]);
  await page.getByRole("menuitem", { name: "Edit filters" }).click();
  await page.getByRole("button", { name: /^Remove filter: Browser/ }).click();
  await page.getByRole("button", { name: "Save changes to Germans" }).click();
  await page.getByRole("button", { name: "Edit filter: Segment is Germans" }).waitFor();
  expect((await saved<Segment>("segments"))[0]!.filter).toEqual(["is", "visit:country", ["DE"]]);

  await page.getByRole("button", { name: "Segments: Germans" }).click();
  await page.getByRole("menuitemradio", { name: "All visitors" }).click();
  await page.waitForURL(/vs=all/);
  await page.getByRole("button", { name: "Stop comparing with All visitors" }).waitFor();
  await page.getByRole("button", { name: "Table" }).click();
  const table = page.getByRole("region", { name: "Trend table" });
  await until(
    () => table.locator("thead th").allTextContents(),
    (heads) => heads.includes("All visitors"),
  );
  const hours = await query({ metrics: ["visitors"], dimensions: ["time:hour"] });
  const german = await query({
    metrics: ["visitors"],
    dimensions: ["time:hour"],
    filters: [["is", "segment", [segment!.id]]],
  });
  const sum = ({ results }: Answer<MetricValue>) => results.reduce((all, { metrics }) => all + Number(metrics[0]), 0);
  const columns = await table
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent) || 0)),
    );
  const total = (at: number): number => columns.reduce((all, cells) => all + (cells[at] ?? 0), 0);
  expect([total(0), total(1)]).toEqual([sum(german), sum(hours)]);
  expect(sum(hours)).toBeGreaterThan(sum(german));
  await page.getByRole("button", { name: "Stop comparing with All visitors" }).click();
  expect(page.url()).not.toContain("vs=");

  await page.getByRole("button", { name: "Segments: Germans" }).click();
  await page.getByRole("menuitem", { name: "Manage segments…" }).click();
  await dialog().getByRole("button", { name: "Delete segment: Germans" }).click();
  await dialog().getByRole("button", { name: "Click again to delete" }).click();
  await dialog().getByText("No segments yet.").waitFor();
  await dialog().getByRole("button", { name: "Close" }).click();
  expect(page.url()).not.toContain("segment");
});

test("an annotation is on the chart, in its table and below it, and can be changed and deleted", async () => {
  await open("?period=7d");
  await page.getByRole("button", { name: "Add annotation" }).click();
  await dialog().getByLabel("Text").fill("Release 2");
  await dialog().getByRole("button", { name: "Save" }).click();
  await gone(dialog());
  const mark = page.getByRole("button", { name: /^Annotation, .*: Release 2$/ });
  await mark.waitFor();
  await settled();
  expect(await page.getByRole("region", { name: "Trend table" }).textContent()).toContain("(Release 2)");
  expect(await page.getByRole("region", { name: "Annotations" }).textContent()).toContain("Release 2");
  expect(await saved<Annotation>("annotations")).toMatchObject([{ text: "Release 2", time: null, shared: true }]);
  expect(await violations()).toEqual([]);

  // With the keyboard alone: the mark opens the annotation, Enter in a field saves.
  await mark.focus();
  await page.keyboard.press("Enter");
  await dialog().waitFor();
  expect(await violations()).toEqual([]);
  await dialog().getByLabel("Time (optional)").fill("00:30");
  await dialog().getByLabel("Time (optional)").press("Enter");
  await gone(dialog());
  const [changed] = await until(
    () => saved<Annotation>("annotations"),
    ([one]) => one?.time != null,
  );
  expect(changed).toMatchObject({ text: "Release 2", date: null });
  await page.getByRole("region", { name: "Annotations" }).getByText(", 0:30").waitFor();

  await page.getByRole("button", { name: "Edit annotation: Release 2" }).click();
  await dialog().getByRole("button", { name: "Delete annotation: Release 2" }).click();
  await dialog().getByRole("button", { name: "Click again to delete" }).click();
  await gone(dialog());
  await gone(mark);
  expect(await saved<Annotation>("annotations")).toEqual([]);
});

test("page groups are edited in order with a preview, and group the pages of the overview", async () => {
  await open("/settings/page-groups");
  await page.getByRole("button", { name: "Add pattern" }).click();
  await page.getByLabel("Pattern 1", { exact: true }).fill("blog/**");
  await page.getByLabel("Label 1", { exact: true }).fill("Blog");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Pattern must begin with /.").waitFor();
  expect(await page.getByLabel("Pattern 1", { exact: true }).getAttribute("aria-invalid")).toBe("true");
  expect(await violations()).toEqual([]);

  await page.getByLabel("Pattern 1", { exact: true }).fill("/blog/**");
  await page.getByRole("button", { name: "Add pattern" }).click();
  await page.getByLabel("Pattern 2", { exact: true }).fill("/blog/:post");
  await page.getByLabel("Label 2", { exact: true }).fill("Post");
  await page.getByRole("row", { name: /^Post 0 0 Every page it matches belongs to a group above/ }).waitFor();
  await page.getByRole("button", { name: "Move pattern 2 up" }).click();
  await page.getByRole("row", { name: /^Post 10 10/ }).waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved. Applies to all history.").waitFor();
  expect((await saved<PathGroup>("path-groups")).map(({ label, position }) => [label, position])).toEqual([
    ["Post", 0],
    ["Blog", 1],
  ]);

  await open("?period=day");
  await page.getByRole("button", { name: "Group pages" }).click();
  await page.waitForURL(/grouped=yes/);
  await panel("Pages").getByRole("link", { name: "Post", exact: true }).waitFor();
  const answer = await query({ metrics: ["visitors"], dimensions: ["event:page_group"] });
  await settled();
  expect((await rowsOf("Pages")).map((row) => row.split(" | ").slice(0, 2))).toEqual(
    answer.results.map(({ dimensions, metrics }) => [dimensions[0], `${metrics[0]}`]),
  );
  await panel("Pages").getByRole("link", { name: "Post", exact: true }).click();
  await page.getByRole("button", { name: "Edit filter: Page group is Post" }).waitFor();
});

test("goals are edited and deleted in the settings", async () => {
  await open("/settings/goals");
  await page.getByRole("button", { name: "Edit goal: Visit /blog/*" }).click();
  await dialog().getByLabel("Name").fill("Purchase");
  await dialog().getByRole("button", { name: "Save" }).click();
  await dialog().getByRole("alert").waitFor();
  await dialog().getByLabel("Name").fill("Read the blog");
  await dialog().getByRole("button", { name: "Save" }).click();
  await gone(dialog());
  await page.getByRole("button", { name: "Edit goal: Read the blog" }).waitFor();
  expect(await violations()).toEqual([]);
  await page.getByRole("button", { name: "Delete goal: Read the blog" }).click();
  await page.getByRole("button", { name: "Click again to delete" }).click();
  await gone(page.getByRole("button", { name: "Edit goal: Read the blog" }));
  expect((await saved<Goal>("goals")).map(({ name }) => name)).toEqual(["Purchase", "Submit newsletter"]);
});

test("a member sees goals, segments and page groups, and no control to change them", async () => {
  await page.route("**/api/v1/me", async (route) => {
    const reply = await route.fetch();
    const me = (await reply.json()) as { organizations: { role: string }[] };
    await route.fulfill({
      json: { ...me, organizations: me.organizations.map((one) => ({ ...one, role: "member" })) },
    });
  });
  await open("?period=day");
  await panel("Goals").getByRole("link", { name: "Purchase" }).waitFor();
  expect(await page.getByRole("button", { name: "New goal" }).count()).toBe(0);
  expect(await page.getByRole("link", { name: "Edit goals" }).count()).toBe(0);
  await open("/settings/goals");
  await page.getByText("Only owners and admins can change goals.").waitFor();
  expect(await page.getByRole("button", { name: /^(Edit|Delete) goal/ }).count()).toBe(0);
  await open("/settings/page-groups");
  await page.getByLabel("Pattern 1", { exact: true }).waitFor();
  expect(await page.getByRole("button", { name: "Save" }).count()).toBe(0);
  await page.unroute("**/api/v1/me");
  expect(complaints).toEqual([]);
});
