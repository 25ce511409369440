// Insight: events go in through the API, are counted, and every number that comes out is held against a plain count of
// what was sent, written here from the meaning of the numbers and from nothing of the domain.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type {
  EventInsight,
  EventsInsight,
  HeatmapInsight,
  HeatmapsInsight,
  VitalsInsight,
} from "../../workers/domain/insight";
import type { Property } from "../../workers/domain/property";
import { foldPending } from "../../workers/storage/pending";
import { anEvent, CHROME, sendEvents } from "./beacons";
import { countAll, differences, givenHeldQueue, mainHub } from "./downstream";
import { call, givenFreshStorage, givenKey, givenProperty, problemOf } from "./given";

givenFreshStorage();
const queue = givenHeldQueue();

const DAY = 86_400_000;
/** Not in the first minute of a day: what was sent just before would be of another day. */
const NOW = Date.now() - (Date.now() % DAY < 60_000 ? 120_000 : 0);
const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";
const dateOf = (time: number) => new Date(time).toISOString().slice(0, 10);

interface Sent {
  event_type: string;
  props?: Record<string, string | number | boolean>;
  href?: string;
  page_path?: string;
  /** How many days ago; today unless said otherwise. */
  ago?: number;
  person?: number;
  user_agent?: string;
}

let property: Property;
let key: string;

beforeEach(async () => {
  property = await givenProperty("organization", { timezone: "UTC" });
  key = await givenKey();
});

/** Sends events, one after the other, and counts them; with `folded` the counts do not wait. */
async function send(events: readonly Sent[], folded = false): Promise<void> {
  const body = events.map(({ ago = 0, person = 1, ...event }, i) => ({
    ...anEvent(property.site_id, { url: undefined, page_path: "/", user_agent: CHROME }),
    ...event,
    ip: `192.0.2.${person}`,
    event_time: new Date(NOW - ago * DAY - (events.length - i)).toISOString(),
  }));
  const reply = await sendEvents(key, { events: body });
  expect(await reply.json()).toMatchObject({ accepted: events.length, rejected: [] });
  await countAll(queue, mainHub(property.site_id));
  if (folded) await foldPending(env.DB, [property.site_id]);
}

const ask = (path: string, query: Record<string, string> = {}, by = key): Promise<Response> =>
  call("GET", `/api/v1/properties/${property.site_id}/insight/${path}?${new URLSearchParams(query)}`, { key: by });

async function insight<T>(path: string, query: Record<string, string> = {}): Promise<T> {
  const reply = await ask(path, query);
  if (reply.status !== 200) throw new Error(await reply.text());
  return (await reply.json()) as T;
}

const today = () => ({ from: dateOf(NOW), to: dateOf(NOW) });

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
    expect(await differences(property.site_id)).toEqual([]);
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

describe("web vitals", () => {
  const METRICS = ["LCP", "INP", "CLS", "FCP", "TTFB"];
  const LIMITS: Record<string, [number, number]> = {
    LCP: [2500, 4000],
    INP: [200, 500],
    CLS: [0.1, 0.25],
    FCP: [1800, 3000],
    TTFB: [800, 1800],
  };
  const ratingOf = (metric: string, value: number) => {
    const [good, fair] = LIMITS[metric]!;
    return value <= good ? "good" : value <= fair ? "needs-improvement" : "poor";
  };
  interface Sample {
    metric: string;
    value: number;
    page: string;
    device: string;
    ago: number;
  }
  // The same numbers in every run, spread over three decades.
  const samples: Sample[] = Array.from({ length: 300 }, (_, i) => {
    const metric = METRICS[i % 5]!;
    return {
      metric,
      value: LIMITS[metric]![0] * 10 ** (((i * 7919) % 1000) / 500 - 1.2),
      page: ["/", "/a", "/b?c"][(i * 13) % 3]!,
      device: ["Desktop", "Mobile"][(i * 31) % 2]!,
      ago: i % 3,
    };
  });
  const p75Of = (of: readonly Sample[]): number => {
    const sorted = of.map(({ value }) => value).sort((a, b) => a - b);
    return sorted[Math.ceil(sorted.length * 0.75) - 1]!;
  };

  beforeEach(async () => {
    const events = samples.map(({ metric, value, page, device, ago }) => ({
      event_type: "web_vital",
      props: { metric, value, rating: ratingOf(metric, value) },
      page_path: page,
      user_agent: device === "Mobile" ? PHONE : CHROME,
      person: device === "Mobile" ? 1 : 2,
      ago,
    }));
    await send(events.slice(0, 200), true);
    await send([
      ...events.slice(200),
      { event_type: "web_vital", props: { metric: "FID", value: 3, rating: "good" } },
      { event_type: "web_vital", props: { metric: "LCP", value: "3", rating: "good" } },
      { event_type: "web_vital", props: { metric: "LCP", value: -3, rating: "good" } },
      { event_type: "web_vital" },
    ]);
  });

  test.each<[string, { page?: string; device?: string }, number]>([
    ["all samples", {}, 2],
    ["one page", { page: "/b?c" }, 2],
    ["one device", { device: "Mobile" }, 2],
    ["both, today", { page: "/", device: "Desktop" }, 0],
  ])("of %s are within 2.5 % of their quantile, and in their bands", async (_, filter, ago) => {
    const period = { from: dateOf(NOW - ago * DAY), to: dateOf(NOW) };
    const told = await insight<VitalsInsight>("vitals", { ...filter, ...period });
    const within = samples.filter((sample) => sample.ago <= ago);
    const ofPage = within.filter(({ page }) => page === (filter.page ?? page));
    const ofDevice = within.filter(({ device }) => device === (filter.device ?? device));
    const expectNear = (value: number | null, of: readonly Sample[], metric: string) => {
      const exact = p75Of(of);
      // And half a unit of what is told.
      expect(Math.abs(value! - exact)).toBeLessThanOrEqual(exact * 0.025 + (metric === "CLS" ? 0.0005 : 0.5));
    };
    expect(told.metrics.map(({ metric }) => metric)).toEqual(METRICS);
    for (const { metric, p75, ...counts } of told.metrics) {
      const of = ofPage.filter((sample) => sample.metric === metric && ofDevice.includes(sample));
      const rated = (rating: string) => of.filter(({ value }) => ratingOf(metric, value) === rating).length;
      expect(counts).toEqual({
        samples: of.length,
        good: rated("good"),
        needs_improvement: rated("needs-improvement"),
        poor: rated("poor"),
      });
      expectNear(p75, of, metric);
    }
    for (const [rows, of, by] of [
      [told.pages, ofDevice, "page"],
      [told.devices, ofPage, "device"],
    ] as const) {
      const groups = Map.groupBy(of, (sample) => sample[by]);
      expect(new Map(rows.map(({ value, samples: count }) => [value, count]))).toEqual(
        new Map([...groups].map(([value, group]) => [value, group.length])),
      );
      for (const { value, p75 } of rows)
        for (const metric of METRICS) {
          const group = groups.get(value)!.filter((sample) => sample.metric === metric);
          if (group.length === 0) expect(p75[metric as "LCP"]).toBeNull();
          else expectNear(p75[metric as "LCP"], group, metric);
        }
    }
  });

  test("of a day without samples are none", async () => {
    const day = dateOf(NOW - 40 * DAY);
    const told = await insight<VitalsInsight>("vitals", { from: day, to: day });
    expect(told.metrics[0]).toEqual({
      metric: "LCP",
      samples: 0,
      p75: null,
      good: 0,
      needs_improvement: 0,
      poor: 0,
    });
    expect([told.pages, told.devices]).toEqual([[], []]);
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
    expect(await differences(property.site_id)).toEqual([]);
  });
});

describe("the routes of insight", () => {
  const paths = ["events", "events/Signup", "vitals", "heatmap", "heatmap?page=/&width=phone"];

  test.each(paths)("answer %s to whoever has the scope stats, and nobody else", async (path) => {
    const url = `/api/v1/properties/${property.site_id}/insight/${path}`;
    const statusOf = async (by?: string) => (await call("GET", url, by === undefined ? {} : { key: by })).status;
    expect(await statusOf(await givenKey("organization", ["stats"]))).toBe(200);
    expect(await statusOf()).toBe(401);
    expect(await statusOf(await givenKey("organization", ["ingest"]))).toBe(403);
    expect(await statusOf(await givenKey("another", ["stats"]))).toBe(404);
  });

  test.each<[string, Record<string, string>, string]>([
    ["events", { from: "yesterday" }, "from must be a date such as 2026-11-22"],
    ["events", { to: "2026-02-30" }, "to must be a date such as 2026-11-22"],
    ["vitals", { from: "2026-03-02", to: "2026-03-01" }, "from must not lie after to"],
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
