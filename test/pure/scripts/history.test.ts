// The demo's history: fourteen months that tell a story, within a budget, the newest first, and without a seam to the
// traffic that follows.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HISTORY_DAYS, shopCourse, storiesUntil } from "../../../scripts/simulate/course";
import type { SimulatedEvent } from "../../../scripts/simulate/event";
import { type Chunk, chunksOf, FIRST_DAYS, historyOf } from "../../../scripts/simulate/history";
import { readSites, type SiteName } from "../../../scripts/simulate/sites";
import { traffic } from "../../../scripts/simulate/traffic";
import { welcomeVisits } from "../../../scripts/simulate/welcome";
import { incomingSchema } from "../../../workers/domain/visits/incoming";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const END = Date.UTC(2026, 10, 30, 18, 30);
/** When the history is loaded, half an hour after its end. */
const NOW = END + HOUR / 2;

const sites = readSites();
const rules = sites.shop.rules.map((rule, i) => ({ page: null, ...rule, id: `rule-${i}`, enabled: true }));
const chunks = chunksOf(END, HISTORY_DAYS);

const load = (chunk: Chunk, site: SiteName = "shop"): SimulatedEvent[] =>
  historyOf(chunk, { site, simulation: sites[site], end: END, rules: site === "shop" ? rules : [], now: NOW });
const history = { shop: chunks.map((chunk) => load(chunk)), docs: chunks.map((chunk) => load(chunk, "docs")) };
const shop = history.shop.flat();
const newest = history.shop[0]!;

const timeOf = ({ event_time }: SimulatedEvent): number => Date.parse(event_time);
const visitOf = ({ event_id }: SimulatedEvent): string => event_id.split("-").slice(0, 4).join("-");
const pageOf = ({ url }: SimulatedEvent): string => new URL(url).pathname;
const propsOf = ({ props }: SimulatedEvent) => (props ?? {}) as Record<string, string | number>;
const isType = (type: string) => (event: SimulatedEvent) => event.event_type === type;
const during = (events: SimulatedEvent[], from: number, to: number): SimulatedEvent[] =>
  events.filter((event) => timeOf(event) >= from && timeOf(event) < to);

/** Visits by their first event. */
const startsOf = (events: SimulatedEvent[]): Map<string, SimulatedEvent> => {
  const starts = new Map<string, SimulatedEvent>();
  for (const event of events.toSorted((a, b) => timeOf(a) - timeOf(b)))
    if (!starts.has(visitOf(event))) starts.set(visitOf(event), event);
  return starts;
};
const shopStarts = [...startsOf(shop).values()];
const visitsDuring = (from: number, to: number): number => during(shopStarts, from, to).length;

describe("the history of fourteen months", () => {
  test("has at most 150,000 events of both websites, each with an id of its own", () => {
    const all = [...shop, ...history.docs.flat()];
    expect(all.length).toBeGreaterThan(120_000);
    expect(all.length).toBeLessThanOrEqual(150_000);
    expect(new Set(all.map(({ event_id }) => event_id)).size).toBe(all.length);
  });

  test("is as large at every time of the year at which it ends", () => {
    const visits = (end: number): number => {
      const course = shopCourse(sites.shop, end);
      return Array.from({ length: HISTORY_DAYS * 24 }, (_, hour) => course(end - hour * HOUR).rate).reduce(
        (sum, rate) => sum + rate,
      );
    };
    const now = visits(END);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 800 * 24 }), (hours) => {
        expect(visits(END + hours * HOUR)).toBeCloseTo(now, 3);
      }),
      { numRuns: 12 },
    );
  });

  test("comes in chunks without gap or overlap, the newest 30 days first", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: HISTORY_DAYS }), fc.integer({ min: 0, max: DAY }), (days, later) => {
        const end = END + later;
        const parts = chunksOf(end, days);
        expect(parts[0]!.end).toBe(end);
        expect(parts.at(-1)!.start).toBe(Math.floor(end / DAY) * DAY - days * DAY);
        for (const [i, { start, end: until }] of parts.entries()) {
          expect(start).toBeLessThan(until);
          if (i > 0) expect(until).toBe(parts[i - 1]!.start);
        }
        const midnight = Math.floor(end / DAY) * DAY;
        expect(parts[0]!.start).toBe(midnight - Math.min(days, FIRST_DAYS) * DAY);
      }),
    );
    expect(newest.length).toBeLessThan(35_000);
  });

  test("each chunk has the visits that begin in it, in order of time, and nothing that has not happened", () => {
    for (const [i, { start, end }] of chunks.entries()) {
      const events = history.shop[i]!;
      for (const first of startsOf(events).values()) expect(timeOf(first) >= start && timeOf(first) < end).toBe(true);
      const times = events.map(timeOf);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.at(-1)).toBeLessThanOrEqual(NOW);
    }
  });

  test("is the same each time, byte for byte", () => {
    const chunk = { start: END - 3 * DAY, end: END };
    expect(JSON.stringify(load(chunk))).toBe(JSON.stringify(load(chunk)));
  });

  test("says nothing that an import would turn down", () => {
    const some = newest.filter((_, i) => i % 20 === 0);
    expect(some.filter((event) => !incomingSchema.safeParse(event).success)).toEqual([]);
  });
});

describe("the traffic", () => {
  test("grows over the year", () => {
    expect(visitsDuring(END - 30 * DAY, END)).toBeGreaterThan(2 * visitsDuring(END - 420 * DAY, END - 390 * DAY));
  });

  test("follows the year: the same growth, more visits in summer than in winter", () => {
    const course = shopCourse(sites.shop, END);
    const [july, january] = [course(Date.UTC(2026, 6, 1)).rate, course(Date.UTC(2026, 0, 1)).rate];
    const growth = course(Date.UTC(2026, 2, 20)).rate / course(Date.UTC(2025, 9, 12)).rate;
    expect(july / january).toBeGreaterThan(1.2 * growth);
  });

  test("follows the week: a shop is visited at weekends, its documentation on working days", () => {
    const perDay = (starts: SimulatedEvent[], weekend: boolean): number => {
      const isOf = (event: SimulatedEvent) => [0, 6].includes(new Date(timeOf(event)).getUTCDay()) === weekend;
      return starts.filter(isOf).length / (weekend ? 2 : 5);
    };
    const docs = [...startsOf(history.docs.flat()).values()];
    expect(perDay(shopStarts, true)).toBeGreaterThan(1.15 * perDay(shopStarts, false));
    expect(perDay(docs, false)).toBeGreaterThan(1.8 * perDay(docs, true));
  });

  test("has no seam: those who come after its end are as many as before, and nobody twice", () => {
    const course = shopCourse(sites.shop, END);
    // A launch, a campaign or a release is not the usual.
    expect(course(END).rate / course(END - 7 * DAY).rate).toBeCloseTo(1, 1);
    const live = [...traffic(course, { start: END, end: END + 2 * DAY }, rules)];
    const known = new Set(newest.map(visitOf));
    expect(live.filter((event) => known.has(visitOf(event)))).toEqual([]);
    const expected = visitsDuring(END - 15 * DAY, END - 2 * DAY) / 13;
    const daily = startsOf(live).size / 2;
    expect(daily / expected).toBeGreaterThan(0.6);
    expect(daily / expected).toBeLessThan(1.4);
  });

  test("has somebody on the site as soon as it is loaded, who looks at several pages", () => {
    const events = welcomeVisits(sites.shop, { now: NOW, count: 2, rules });
    const views = events.filter(isType("pageview"));
    expect(timeOf(views[0]!) - NOW).toBeLessThan(10_000);
    for (const own of Map.groupBy(views, ({ ip }) => ip).values()) expect(own.length).toBeGreaterThanOrEqual(3);
  });
});

describe("the stories", () => {
  const stories = storiesUntil(END);

  test("a launch multiplies the visits of its day", () => {
    const before = visitsDuring(stories.launch - 14 * DAY, stories.launch) / 14;
    expect(visitsDuring(stories.launch, stories.launch + DAY)).toBeGreaterThan(2.5 * before);
  });

  test("an outage leaves hours with hardly any events", () => {
    const { from, to } = stories.outage;
    expect(to - from).toBeGreaterThanOrEqual(HOUR);
    expect(during(shopStarts, from, to).length).toBeLessThanOrEqual(2);
    const usual = visitsDuring(from - 8 * DAY, from - DAY) / 7 / 24;
    expect(usual * ((to - from) / HOUR)).toBeGreaterThan(6);
  });

  test("the campaign's visits convert more often than others", () => {
    const converted = new Set(
      shop.filter(({ event_type }) => ["Purchase", "Sign up"].includes(event_type)).map(visitOf),
    );
    const { from, to } = stories.campaign;
    const rate = (isCampaign: boolean): number => {
      const starts = during(shopStarts, from, to).filter(
        ({ url }) => (new URL(url).searchParams.get("utm_campaign") === "ride-to-work") === isCampaign,
      );
      expect(starts.length).toBeGreaterThan(200);
      return starts.filter((event) => converted.has(visitOf(event))).length / starts.length;
    };
    expect(rate(true)).toBeGreaterThan(1.5 * rate(false));
  });

  test("a release sends people to pages that do not exist, until it is mended", () => {
    const { from, to } = stories.release;
    const missing = newest.filter(isType("not_found"));
    expect(during(missing, from, to).length).toBeGreaterThan(15);
    const before = during(missing, from - 14 * DAY, from).length / ((14 * DAY) / (to - from));
    expect(during(missing, from, to).length).toBeGreaterThan(10 * before);
  });

  test("outage and release lie within two days before the end, and are over", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY }), (later) => {
        const { outage, release } = storiesUntil(END + later);
        for (const { from, to } of [outage, release]) {
          expect(END + later - from).toBeLessThanOrEqual(48 * HOUR);
          expect(to).toBeLessThanOrEqual(END + later);
        }
        expect(outage.to <= release.from || release.to <= outage.from).toBe(true);
      }),
    );
  });

  test("purchases say what was bought, and sign-ups with which plan", () => {
    const purchases = newest.filter(isType("Purchase"));
    expect(purchases.length).toBeGreaterThan(20);
    for (const event of purchases) {
      expect(propsOf(event).product).toBeTypeOf("string");
      expect(propsOf(event).quantity).toBeGreaterThan(0);
      expect(event.revenue).toMatchObject({ currency: "EUR" });
    }
    const plans = newest.filter(isType("Sign up")).map((event) => propsOf(event).plan);
    expect(new Set(plans)).toEqual(new Set(["free", "rider", "family"]));
  });

  test("users come back on other days", () => {
    const days = Map.groupBy(
      shop.filter(({ user_id }) => user_id),
      ({ user_id }) => user_id,
    );
    const returning = [...days.values()].filter(
      (events) => new Set(events.map(({ event_time }) => event_time.slice(0, 10))).size > 2,
    );
    expect(returning.length).toBeGreaterThan(100);
  });
});

describe("heatmaps of the newest days", () => {
  const summaries = newest.filter(isType("heatmap"));
  const hits = (cells: string | number | undefined): number =>
    String(cells ?? "")
      .split(";")
      .filter(Boolean)
      .reduce((sum, cell) => sum + Number.parseInt(cell.split(",")[2]!, 36), 0);

  test("fingers tap and do not move, mice do both", () => {
    for (const event of summaries) if (propsOf(event).width !== "desktop") expect(propsOf(event).moves).toBeUndefined();
    const sum = (width: string, layer: string) =>
      summaries
        .filter((event) => propsOf(event).width === width)
        .reduce((all, event) => all + hits(propsOf(event)[layer]), 0);
    expect(sum("phone", "clicks")).toBeGreaterThan(2_000);
    expect(sum("tablet", "clicks")).toBeGreaterThan(400);
    expect(sum("desktop", "clicks")).toBeGreaterThan(1_000);
    expect(sum("desktop", "moves")).toBeGreaterThan(10_000);
  });

  test("the most viewed pages are full of clicks at every width", () => {
    const views = Map.groupBy(newest.filter(isType("pageview")), pageOf);
    const most = [...views].sort(([, a], [, b]) => b.length - a.length).slice(0, 5);
    for (const [page] of most)
      for (const [width, least] of [
        ["phone", 150],
        ["tablet", 30],
        ["desktop", 60],
      ] as const) {
        const own = summaries.filter((event) => pageOf(event) === page && propsOf(event).width === width);
        const clicks = own.reduce((sum, event) => sum + hits(propsOf(event).clicks), 0);
        expect(`${page} ${width} ${clicks >= least || clicks}`).toBe(`${page} ${width} true`);
      }
  });

  test("clicks meet what the page has there", () => {
    const targets = sites.shop.layouts["/"]?.phone?.targets ?? [];
    expect(targets.length).toBeGreaterThan(10);
    const button = targets.find(({ selector }) => selector === "#hero-find-your-bike")!;
    const column = Math.floor((button.x / 100) * 24);
    const row = Math.floor(button.y / 40);
    const near = summaries
      .filter((event) => pageOf(event) === "/" && propsOf(event).width === "phone")
      .flatMap((event) => String(propsOf(event).clicks ?? "").split(";"))
      .map((cell) => cell.split(",").map((part) => Number.parseInt(part, 36)))
      .filter(([x = -9, y = -9]) => Math.abs(x - column) <= 1 && Math.abs(y - row) <= 1);
    expect(near.length).toBeGreaterThan(15);
  });
});
