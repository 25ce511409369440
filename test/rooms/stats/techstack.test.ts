// Technology combined and filtered: whatever is asked, the answer is a plain recount of who came with what.
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { StampedEvent } from "../../../workers/domain/events/event";
import type { Property } from "../../../workers/domain/properties/property";
import type { Answer } from "../../../workers/domain/queries/answer";
import { toQuery } from "../../../workers/domain/queries/query";
import { answerQuery } from "../../../workers/stats/answer-query";
import { call, givenFreshStorage, givenKey, givenProperty } from "../given";
import { aStampedEvent, givenMessage } from "../given-lake";

givenFreshStorage();

const NOW = Date.parse("2026-11-22T15:10:00Z");
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

/** Each person's page views, as they are stamped: the first is a bounce, which the second takes back. */
function givenEvents(siteId: string): StampedEvent[] {
  people = [];
  const events: StampedEvent[] = [];
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
    const who = { ...tech, local_date: day, visit_date: day, visitor_id: `visitor ${i}`, visit_id: `visit ${i}` };
    const facts = { ...who, new_visit: 0, bounce_delta: 0 };
    const event = (n: number, more: Partial<StampedEvent>) =>
      events.push(aStampedEvent(siteId, Date.parse(`${day}T12:00:00Z`) + i * 10_000 + n, { ...facts, ...more }));
    for (let view = 0; view < views; view += 1) {
      const later = { duration_delta: 10 + (i % 7), bounce_delta: view === 1 ? -1 : 0 };
      event(view, view === 0 ? { new_visit: 1, bounce_delta: 1, duration_delta: 0 } : later);
    }
    event(views, { event_type: "engagement", name: "engagement", duration_delta: 3 });
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

describe("technology, combined and filtered,", () => {
  beforeEach(async () => {
    property = await givenProperty();
    const { site_id: other } = await givenProperty();
    for (const siteId of [property.site_id, other]) await givenMessage(siteId, givenEvents(siteId));
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
    expect(byDimensions(await ask({ filters }))).toEqual({ "": recount(narrow) });
    expect(byDimensions(await ask({ filters, dimensions: ["visit:screen"] }))).toEqual(
      recounted(narrow, ({ screen }) => screen),
    );
    expect(byDimensions(await ask({ filters, dimensions: ["time:month"] }))).toEqual(
      recounted(narrow, ({ day }) => `${day.slice(0, 7)}-01`),
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
