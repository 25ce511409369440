// The technology cube in real D1: whatever is crossed or filtered, the answer is a plain recount of who came with what.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import {
  addToTechstack,
  emptyTechstack,
  type TechEvent,
  techstackRows,
  toCube,
} from "../../../workers/domain/counts/techstack";
import type { Property } from "../../../workers/domain/properties/property";
import type { Answer } from "../../../workers/domain/queries/answer";
import { toQuery } from "../../../workers/domain/queries/query";
import { answerQuery } from "../../../workers/stats/answer-query";
import { cubeStatements } from "../../../workers/storage/counts/techstack";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";

givenFreshStorage();

const NOW = Date.parse("2026-11-22T15:10:00Z");
/** All bits: a visitor of one visit, as cookieless ones mostly are, comes with everything for the first time at once. */
const EVERYTHING = 2 ** 28 - 1;
const DAYS = ["2026-10-30", "2026-10-31", "2026-11-01", "2026-11-16", "2026-11-20"];
const BROWSERS = ["Chrome", "Firefox", "It's; DROP TABLE", null];
const SYSTEMS = ["Windows", "macOS", '["x"]'];
const SCREENS = ["1920x1080", "390x844"];

interface Person {
  day: string;
  browser: string;
  os: string;
  device: string;
  screen: string;
  views: number;
  seconds: number;
}

let property: Property;
let people: Person[];

const eventOf = (event: Partial<TechEvent>): TechEvent => ({
  browser: null,
  browser_version: null,
  os: null,
  os_version: null,
  device: null,
  screen: null,
  language: null,
  country: null,
  event_type: "pageview",
  firsts: 0,
  local_date: "",
  visit_date: "",
  new_visit: 0,
  bounce_delta: 0,
  duration_delta: 0,
  visit_id: "visit",
  stamp_version: 2,
  ...event,
});

/** Each person's page views, as they are stamped: the first is a bounce, which the second takes back. */
function givenEvents(): TechEvent[] {
  people = [];
  const events: TechEvent[] = [];
  for (let i = 0; i < 400; i += 1) {
    const pick = <T>(list: readonly T[], by: number): T => list[Math.floor((i * by) / 7) % list.length]!;
    const tech = {
      browser: pick(BROWSERS, 5),
      os: pick(SYSTEMS, 11),
      device: pick(["desktop", "mobile"], 3),
      screen: pick(SCREENS, 13),
      language: pick(["en", "de"], 17),
    };
    const day = pick(DAYS, 2);
    const views = 1 + (i % 3);
    const facts = { ...tech, local_date: day, visit_date: day };
    for (let view = 0; view < views; view += 1) {
      const first = { firsts: EVERYTHING, new_visit: 1, bounce_delta: 1 };
      const later = { duration_delta: 10 + (i % 7), bounce_delta: view === 1 ? -1 : 0 };
      events.push(eventOf({ ...facts, ...(view === 0 ? first : later) }));
    }
    events.push(eventOf({ ...facts, event_type: "engagement", duration_delta: 3 }));
    people.push({
      ...tech,
      browser: tech.browser ?? "(unknown)",
      day,
      views,
      seconds: (views - 1) * (10 + (i % 7)) + 3,
    });
  }
  return events;
}

/** Counts events as runs of the pipeline do, some at a time. */
async function countEvents(siteId: string, events: readonly TechEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += 150) {
    const techstack = emptyTechstack();
    for (const event of events.slice(at, at + 150)) addToTechstack(techstack, event);
    await env.DB.batch(cubeStatements(env.DB, siteId, toCube(techstackRows(techstack))));
  }
}

const METRICS = ["visitors", "visits", "pageviews", "events", "views_per_visit", "bounce_rate", "visit_duration"];

function recount(of: readonly Person[]): number[] {
  const sum = (amountOf: (person: Person) => number) => of.reduce((all, person) => all + amountOf(person), 0);
  const views = sum((person) => person.views);
  return [
    of.length,
    of.length,
    views,
    views,
    Math.round((views / of.length) * 100) / 100,
    Math.round((sum((person) => (person.views === 1 ? 1 : 0)) / of.length) * 1000) / 10,
    Math.round(sum((person) => person.seconds) / of.length),
  ];
}

const recounted = (of: readonly Person[], keyOf: (person: Person) => string) =>
  Object.fromEntries([...Map.groupBy(of, keyOf)].map(([key, group]) => [key, recount(group)]));
const byDimensions = ({ results }: Answer) =>
  Object.fromEntries(results.map(({ dimensions, metrics }) => [dimensions.join("|"), metrics]));

const ask = (more: Record<string, unknown>): Promise<Answer> => {
  const asked = { site_id: property.site_id, metrics: METRICS, date_range: ["2026-10-01", "2026-11-21"], ...more };
  return answerQuery(env, property, toQuery(asked), NOW) as Promise<Answer>;
};

describe("the technology cube", () => {
  beforeEach(async () => {
    property = await givenProperty();
    const events = givenEvents();
    await countEvents(property.site_id, events);
    await countEvents("somebody else", events);
  });

  test("crosses dimensions, in pages that put together are the whole answer", async () => {
    const dimensions = ["visit:browser", "visit:os", "visit:device", "visit:screen"];
    const whole = await ask({ dimensions, include: { total_rows: true } });
    const keyOf = ({ browser, os, device, screen }: Person) => [browser, os, device, screen].join("|");
    expect(byDimensions(whole)).toEqual(recounted(people, keyOf));
    expect(whole.meta.total_rows).toBe(whole.results.length);
    const visitors = whole.results.map(({ metrics }) => metrics[0]!);
    expect(visitors).toEqual([...visitors].sort((a, b) => b - a));
    const pages = await Promise.all(
      [0, 10, 20, 30, 40].map((offset) => ask({ dimensions, pagination: { limit: 10, offset } })),
    );
    expect(pages.flatMap(({ results }) => results)).toEqual(whole.results);
  });

  test("is ordered by the dimension that is asked for", async () => {
    const order_by = [["visit:os", "desc"]];
    const { results } = await ask({ dimensions: ["visit:browser", "visit:os"], order_by });
    const systems = results.map(({ dimensions }) => dimensions[1]!);
    expect(systems).toEqual([...systems].sort().reverse());
    expect(new Set(systems).size).toBe(3);
  });

  test("narrows down to some values, or to all but some, also of no dimension and by time", async () => {
    const filters = [
      ["is", "visit:browser", ["Chrome", "It's; DROP TABLE"]],
      ["is_not", "visit:os", ["macOS"]],
    ];
    const narrow = people.filter(
      ({ browser, os }) => ["Chrome", "It's; DROP TABLE"].includes(browser) && os !== "macOS",
    );
    // Visitors of several values that the answer does not show are scanned, and here is no lake.
    const metrics = METRICS.filter((name) => name !== "visitors");
    const withoutVisitors = (answer: Record<string, unknown[]>) =>
      Object.fromEntries(Object.entries(answer).map(([key, values]) => [key, values.slice(1)]));
    expect(byDimensions(await ask({ filters, metrics }))).toEqual(withoutVisitors({ "": recount(narrow) }));
    expect(byDimensions(await ask({ filters, metrics, dimensions: ["visit:screen"] }))).toEqual(
      withoutVisitors(recounted(narrow, ({ screen }) => screen)),
    );
    expect(byDimensions(await ask({ filters, metrics, dimensions: ["time:month"] }))).toEqual(
      withoutVisitors(recounted(narrow, ({ day }) => `${day.slice(0, 7)}-01`)),
    );
    expect((await ask({ filters: [["is", "visit:os", ["Plan 9"]]], dimensions: ["visit:os"] })).results).toEqual([]);
    expect((await ask({ metrics: ["visits"], filters: [["is", "visit:os", ["Plan 9"]]] })).results).toEqual([
      { dimensions: [], metrics: [0] },
    ]);
  });

  test("has days and weeks beside crossed dimensions", async () => {
    const dimensions = ["visit:device", "time:day", "visit:os"];
    expect(byDimensions(await ask({ dimensions }))).toEqual(
      recounted(people, ({ device, day, os }) => [device, day, os].join("|")),
    );
    const week = (day: string) => (day < "2026-11-02" ? "2026-10-26" : "2026-11-16");
    expect(byDimensions(await ask({ dimensions: ["time:week", "visit:device", "visit:os"] }))).toEqual(
      recounted(people, ({ device, day, os }) => [week(day), device, os].join("|")),
    );
  });

  test("compares combinations with those of another period", async () => {
    const include = { comparisons: { mode: "custom", date_range: ["2026-10-30", "2026-10-31"] } };
    const { results } = await ask({
      metrics: ["visitors"],
      date_range: ["2026-11-16", "2026-11-20"],
      dimensions: ["visit:browser", "visit:os"],
      include,
      pagination: { limit: 5 },
    });
    expect(results).toHaveLength(5);
    const countOf = (from: string, to: string, [browser, os]: (string | null)[]) =>
      people.filter((one) => one.day >= from && one.day <= to && one.browser === browser && one.os === os).length;
    for (const { dimensions, metrics, comparison } of results) {
      expect(metrics).toEqual([countOf("2026-11-16", "2026-11-20", dimensions)]);
      expect(comparison?.dimensions).toEqual(dimensions);
      expect(comparison?.metrics).toEqual([countOf("2026-10-30", "2026-10-31", dimensions)]);
    }
  });

  test("says up to when the pipeline has counted", async () => {
    const until = async () => (await ask({ dimensions: ["visit:browser", "visit:os"] })).meta.processed_until;
    expect(await until()).toBe(null);
    const file = (siteId: string, zone: string, createdAt: number) =>
      env.DB.prepare(
        `INSERT INTO lake_files (site_id, zone, key, rows, bytes, min_time, max_time, min_date, max_date, created_at)
         VALUES (?, ?, '', 1, 1, 0, 0, '2026-11-22', '2026-11-22', ?) RETURNING id`,
      )
        .bind(siteId, zone, createdAt)
        .first<{ id: number }>();
    const counted = await file(property.site_id, "raw", NOW - 600_000);
    await env.DB.prepare("INSERT INTO watermarks (site_id, dataset, position, moved_at) VALUES (?, 'techstack', ?, ?)")
      .bind(property.site_id, counted!.id, NOW - 300_000)
      .run();
    await file("somebody else", "raw", NOW - 500_000);
    await file(property.site_id, "events", NOW - 500_000);
    expect(await until()).toBe("2026-11-22T16:10:00+01:00");
    await file(property.site_id, "raw", NOW - 60_000);
    await file(property.site_id, "raw", NOW - 30_000);
    expect(await until()).toBe("2026-11-22T16:09:00+01:00");
  });

  test("is asked over HTTP, where a bad question is told what is bad", async () => {
    const key = await givenKey();
    const base = { site_id: property.site_id, metrics: ["visitors"], date_range: ["2026-10-01", "2026-11-21"] };
    const post = (more: object) => call("POST", "/api/v2/query", { key, body: { ...base, ...more } });
    const good = await post({ dimensions: ["visit:device", "visit:os"] });
    expect(good.status).toBe(200);
    expect(((await good.json()) as Answer).results).toHaveLength(6);
    for (const [more, message] of [
      [{ filters: [["matches", "visit:os", ["mac.*("]]] }, "filters[0]"],
      [{ dimensions: ["visit:device", "visit:mood"] }, 'dimension \\"visit:mood\\" does not exist'],
    ] as const) {
      const reply = await post(more);
      expect(reply.status).toBe(400);
      expect(await reply.text()).toContain(message);
    }
  });
});
