// Insight: events go in through the API, are counted, and every number that comes out is held against a plain count of
// what was sent, written here from the meaning of the numbers and from nothing of the domain.
import { describe, expect, test } from "vitest";
import type {
  EventInsight,
  EventsInsight,
  HeatmapInsight,
  HeatmapsInsight,
  RuleInsight,
  RulesInsight,
} from "../../../workers/domain/counts/insight";
import type { Answer } from "../../../workers/domain/queries/answer";
import { differences } from "../downstream";
import { call, givenFreshStorage, givenKey, problemOf } from "../given";
import { DAY, dateOf, givenInsight, NOW, PHONE, type Sent, today } from "./given-insight";

givenFreshStorage();
const { send, insight, ask, pathOf, siteId, key } = givenInsight();

test("events are told by kind and name, with the visitors who caused them, of the asked days only", async () => {
  await send([
    { event_type: "pageview", ago: 2 },
    { event_type: "pageview", ago: 1 },
    { event_type: "Sign up", ago: 1 },
    { event_type: "Sign up", ago: 1 },
    { event_type: "Sign up", ago: 1, person: 2 },
    { event_type: "engagement", ago: 1 },
  ]);
  const day = dateOf(NOW - DAY);
  const { events } = await insight<EventsInsight>("events", { from: day, to: day });
  expect(events.filter(({ type }) => type !== "first_visit")).toEqual([
    { type: "custom", name: "Sign up", events: 3, visitors: 2 },
    { type: "pageview", name: "pageview", events: 1, visitors: 1 },
  ]);
});

test.each(["Sign up", "a.b[0]", 'with "quotes" \\ and %2E', "__proto__", "prop/x", "größe 🦊", "*"])(
  "an event called %s is told with its pages and props, also while its counts wait",
  async (event_type) => {
    const many = Array.from({ length: 120 }, (_, i) => ({
      event_type,
      page_path: "/many",
      props: { order: `long enough to need a parcel of its own ${i}` },
    }));
    await send(
      [
        { event_type, page_path: "/a", props: { plan: "pro", seats: 3, trial: true, empty: "" } },
        { event_type, page_path: "/a", props: { plan: "pro\nmore", constructor: "x" } },
        { event_type: "another", page_path: "/a", props: { plan: "pro" } },
      ],
      true,
    );
    await send([{ event_type, page_path: "/b", props: { plan: "pro" } }, ...many]);
    const told = await insight<EventInsight>(`events/${encodeURIComponent(event_type)}`, today());
    expect(told).toMatchObject({ name: event_type, type: "custom", events: 123 });
    expect(told.pages).toEqual([
      { value: "/many", events: 120 },
      { value: "/a", events: 2 },
      { value: "/b", events: 1 },
    ]);
    const values = Object.fromEntries(told.props.map((prop) => [prop.key, prop.values]));
    expect(Object.keys(values).sort()).toEqual(["constructor", "order", "plan", "seats", "trial"]);
    expect(values.plan).toEqual([
      { value: "pro", events: 2 },
      { value: "pro more", events: 1 },
    ]);
    expect(values.seats).toEqual([{ value: "3", events: 1 }]);
    expect(values.trial).toEqual([{ value: "true", events: 1 }]);
    // The most frequent of them.
    expect(values.order).toHaveLength(100);
    expect(await differences(siteId())).toEqual([]);
  },
);

test("fields are told with their forms, links with where they lead, and an event that never was with nothing", async () => {
  await send([
    { event_type: "field_focus", props: { form: "signup", field: "email" } },
    { event_type: "field_focus", props: { form: "news", field: "email" } },
    { event_type: "download", href: "https://shop.example/list.pdf" },
    { event_type: "identify", props: { name: "A person" } },
  ]);
  const fields = await insight<EventInsight>("events/field_focus", today());
  expect(fields.props).toContainEqual({ key: "field", values: [{ value: "email", events: 2 }] });
  expect(fields.props.find((prop) => prop.key === "form field")?.values).toEqual([
    { value: "news\nemail", events: 1 },
    { value: "signup\nemail", events: 1 },
  ]);
  const downloads = await insight<EventInsight>("events/download", today());
  expect(downloads.props).toEqual([{ key: "href", values: [{ value: "https://shop.example/list.pdf", events: 1 }] }]);
  // What is known of a person is no statistic.
  expect(await insight<EventInsight>("events/identify", today())).toMatchObject({ events: 1, pages: [], props: [] });
  expect(await insight<EventInsight>("events/nothing", today())).toEqual({
    name: "nothing",
    type: "custom",
    events: 0,
    pages: [],
    props: [],
  });
});

describe("heatmaps", () => {
  const heat = (props: Record<string, string | number>, more: Partial<Sent> = {}): Sent => ({
    event_type: "heatmap",
    props: { width: "phone", ...props },
    page_path: "/a",
    ...more,
  });

  test("add up the cells and the reach of the views of a page and width, whatever cannot be read left out", async () => {
    await send(
      [heat({ clicks: "0,0,1;n,6x,2", moves: "3,a,5", to: 30 }), heat({ clicks: "1,1,1" }, { page_path: "/ab" })],
      true,
    );
    await send([
      heat({ from: 30, to: 62 }),
      heat({ clicks: "0,0,3;o,1,1;1,6y,1;-1,2,3;1,1;;1,2,0;x", to: 4 }, { ago: 1 }),
      heat({ clicks: "5,5,zzzz", width: "watch" }),
      heat({ clicks: "5,5,1", width: "desktop", to: 100 }),
      heat({ clicks: "2,2,zzzz", moves: "2,2,zzzz" }, { ago: 2 }),
      heat({ from: 90, to: 20 }),
      heat({ from: -5, to: 120 }),
    ]);
    const period = { from: dateOf(NOW - DAY), to: dateOf(NOW) };
    const told = await insight<HeatmapInsight>("heatmap", { ...period, page: "/a", width: "phone" });
    expect({ ...told, clicks: told.clicks.sort() }).toEqual({
      page: "/a",
      width: "phone",
      clicks: [
        [0, 0, 4],
        [23, 249, 2],
      ],
      moves: [[3, 10, 5]],
      reach: Array.from({ length: 20 }, (_, i) => ((i + 1) * 5 <= 62 ? 1 : 0)),
      views: 2,
    });
    expect(await insight<HeatmapsInsight>("heatmap", period)).toEqual({
      pages: [
        { page: "/a", width: "phone", clicks: 6, moves: 5, views: 2 },
        { page: "/a", width: "desktop", clicks: 1, moves: 0, views: 1 },
        { page: "/ab", width: "phone", clicks: 1, moves: 0, views: 0 },
      ],
    });
    const desktop = await insight<HeatmapsInsight>("heatmap", { ...period, width: "desktop" });
    expect(desktop.pages.map(({ width }) => width)).toEqual(["desktop"]);
    // One event counts for no more than a person can do.
    const before = { from: dateOf(NOW - 2 * DAY), to: dateOf(NOW - 2 * DAY), page: "/a", width: "phone" };
    expect(await insight<HeatmapInsight>("heatmap", before)).toMatchObject({
      clicks: [[2, 2, 100]],
      moves: [[2, 2, 600]],
    });
    expect(await differences(siteId())).toEqual([]);
  });
});

describe("rules", () => {
  const buy = { rule_id: "", props: { text: "Buy", sku: 7 }, href: "https://shop.example/cart" };

  test("have their matches, who made them, and their rate among the page views on which they were in sight", async () => {
    const ruleFor = async (name: string) => {
      const body = { name, selector: `#${name}`, trigger: "click" };
      const reply = await call("POST", `/api/v1/properties/${siteId()}/rules`, { key: key(), body });
      return ((await reply.json()) as { id: string }).id;
    };
    const rule = await ruleFor("Buy");
    const other = await ruleFor("Menu");
    const click: Sent = { event_type: "rule", ...buy, rule_id: rule, page_path: "/a" };
    const seen: Sent = { event_type: "rule_seen", rule_id: rule, page_path: "/a" };
    await send([seen, click, click, { ...seen, page_path: "/b", person: 2 }, { ...click, person: 2, ago: 2 }], true);
    await send([
      { ...seen, person: 3 },
      { ...click, person: 3, page_path: "/b", props: { text: "More" }, href: undefined, user_agent: PHONE },
      { event_type: "rule_view", rule_id: other, page_path: "/b", person: 2 },
    ]);
    const { rules } = await insight<RulesInsight>("rules", today());
    // Of all its matches, whatever the days asked for: sent in their order, a millisecond apart.
    const matched = { last_click_at: new Date(NOW - 2).toISOString() };
    expect(rules).toEqual([
      { ...matched, id: rule, clicks: 3, visitors: 2, views: 3, ctr: 100 },
      { id: other, clicks: 1, visitors: 1, last_click_at: new Date(NOW - 1).toISOString(), views: 0, ctr: null },
    ]);
    const one = await insight<RuleInsight>(`rules/${rule}`, { ...today(), from: dateOf(NOW - 2 * DAY) });
    expect(one).toEqual({
      ...{ ...matched, id: rule, clicks: 4, visitors: 3, views: 3, ctr: 133.3 },
      pages: [
        { page: "/a", clicks: 3, seen: 2, ctr: 150 },
        { page: "/b", clicks: 1, seen: 1, ctr: 100 },
      ],
      elements: [
        { text: "Buy", href: "https://shop.example/cart", clicks: 3 },
        { text: "More", href: null, clicks: 1 },
      ],
      devices: [
        { device: "Desktop", clicks: 3 },
        { device: "Mobile", clicks: 1 },
      ],
    });
    // A query says the same.
    const { from, to } = today();
    const question = {
      site_id: siteId(),
      date_range: [from, to],
      metrics: ["events", "ctr"],
      dimensions: ["event:rule"],
    };
    const queried = (await (await call("POST", "/api/v2/query", { key: key(), body: question })).json()) as Answer;
    expect(queried.results.map(({ dimensions, metrics }) => [...dimensions, ...metrics])).toEqual([
      [rule, 3, 100],
      [other, 1, null],
    ]);
    // What the rule took from the element's attributes is among the props of the event.
    const { props } = await insight<EventInsight>("events/rule", today());
    expect(props).toContainEqual({ key: "sku", values: [{ value: "7", events: 2 }] });
    expect(await differences(siteId())).toEqual([]);
  });

  test("that never were have nothing", async () => {
    expect(await insight<RulesInsight>("rules")).toEqual({ rules: [] });
    expect(await insight<RuleInsight>("rules/nothing")).toEqual({
      ...{ id: "nothing", clicks: 0, visitors: 0, last_click_at: null, views: 0, ctr: null },
      ...{ pages: [], elements: [], devices: [] },
    });
  });
});

describe("the routes of insight", () => {
  const paths = ["events", "events/Signup", "vitals", "heatmap", "heatmap?page=/&width=phone", "rules", "rules/x"];

  test.each(paths)("answer %s to whoever has the scope stats, and nobody else", async (path) => {
    const url = pathOf(path);
    const statusOf = async (by?: string) => (await call("GET", url, by === undefined ? {} : { key: by })).status;
    expect(await statusOf(await givenKey("organization", ["stats"]))).toBe(200);
    expect(await statusOf()).toBe(401);
    expect(await statusOf(await givenKey("organization", ["ingest"]))).toBe(403);
    expect(await statusOf(await givenKey("another", ["stats"]))).toBe(404);
  });

  test.each<[string, Record<string, string>, string]>([
    ["events", { from: "yesterday" }, "from must be a date such as 2026-11-22"],
    ["events", { to: "2026-02-30" }, "to must be a date such as 2026-11-22"],
    ["vitals", { from: "2026-03-02", to: "2026-03-01" }, "from must not be after to"],
    ["vitals", { from: "2025-03-01", to: "2026-03-02" }, "period must have at most 366 days, from and to included"],
    ["heatmap", { width: "watch" }, "width must be one of phone, tablet, desktop"],
    ["heatmap", { page: "/" }, "width must be one of phone, tablet, desktop where a page is given"],
    ["heatmap", { page: "/".repeat(1001) }, "page must have at most 1000 characters"],
  ])("refuse %s of %o: %s", async (path, query, message) => {
    const reply = await ask(path, query);
    expect(reply.status).toBe(400);
    expect(await reply.clone().json()).toMatchObject({ error: { message } });
    expect(await problemOf(reply)).toBe("invalid");
  });
});
