// The view of the overview: what the URL says is what the page shows, and the other way round.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Filter, OPERATORS } from "../../../dashboard/src/data/filters/filter";
import { PANEL_NAMES, PANELS } from "../../../dashboard/src/data/panel";
import { intervalFor, PERIOD_NAMES, type Period, toDateRange } from "../../../dashboard/src/data/period";
import { INTERVALS } from "../../../dashboard/src/data/periods/interval";
import {
  COMPARISONS,
  type Comparison,
  type Params,
  readView,
  type View,
  writeView,
} from "../../../dashboard/src/data/view";
import { METRIC_NAMES } from "../../../workers/domain/events/catalog";

const date = fc
  .date({ min: new Date("2000-01-01"), max: new Date("2040-01-01"), noInvalidDate: true })
  .map((one) => one.toISOString().slice(0, 10));

const span = fc.tuple(date, date).map((ends) => {
  const [from, to] = ends.sort() as [string, string];
  return { from, to };
});
/** Two different hours, with the offsets of any zone. */
const hours = fc
  .tuple(date, fc.integer({ min: 0, max: 23 }), fc.integer({ min: 1, max: 500 }), fc.constantFrom(0, 60, -210, 345))
  .map(([day, hour, length, offset]) => {
    const sign = offset < 0 ? "-" : "+";
    const two = (value: number): string => String(value).padStart(2, "0");
    const zone = `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
    const text = (at: number): string => `${new Date(at).toISOString().slice(0, 16)}${zone}`;
    const start = Date.parse(`${day}T${two(hour)}:00Z`);
    return { from: text(start), to: text(start + length * 3_600_000) };
  });

const period: fc.Arbitrary<Period> = fc.oneof(
  hours.map((ends) => ({ name: "custom" as const, ...ends })),
  fc.constantFrom(...PERIOD_NAMES).map((name) => ({ name })),
  fc.tuple(date, date).map((ends) => {
    const [from, to] = ends.sort() as [string, string];
    return { name: "custom" as const, from, to };
  }),
);

/** Values of any kind, also with what separates values and filters in the URL. */
const value = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("a,b", "50%", "%2C", "x;y", "", " ", "😀"));
const filter: fc.Arbitrary<Filter> = fc.record({
  operator: fc.constantFrom(...OPERATORS),
  dimension: fc.oneof(
    fc.constantFrom("visit:country", "event:goal", "segment"),
    fc.string({ minLength: 1 }).map((key) => `event:props:${key}`),
  ),
  values: fc.uniqueArray(value, { minLength: 1, maxLength: 5 }),
});

const plainView: fc.Arbitrary<View> = fc.record({
  period,
  compare: fc.oneof(fc.constantFrom(...(Object.keys(COMPARISONS) as Comparison[])), span),
  matchWeekday: fc.boolean(),
  second: fc.option(fc.constantFrom(...METRIC_NAMES)),
  interval: fc.option(fc.constantFrom(...INTERVALS)),
  forecast: fc.option(fc.boolean()),
  metric: fc.constantFrom(...METRIC_NAMES),
  table: fc.boolean(),
  filters: fc.array(filter, { maxLength: 5 }),
  withoutBots: fc.boolean(),
  tabs: fc.record(
    Object.fromEntries(
      PANEL_NAMES.map((name) => [name, fc.constantFrom(...PANELS[name].tabs.map((tab) => tab.dimension))]),
    ),
  ) as unknown as fc.Arbitrary<View["tabs"]>,
  vs: fc.option(fc.constantFrom("all", "czzbras34z")),
  isGrouped: fc.boolean(),
  all: fc.option(fc.constantFrom(...PANEL_NAMES)),
});

/** A metric is not its own second line. */
const view = plainView.map((one) => (one.second === one.metric ? { ...one, second: null } : one));

/** As a browser would hand it back: through the text of a URL. */
function throughUrl(params: Params): Params {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(new URLSearchParams(given));
}

test("a view that was written to the URL is read back as it was", () => {
  fc.assert(
    fc.property(view, (one) => {
      expect(readView(throughUrl(writeView(one)))).toEqual(one);
    }),
  );
});

test("the standard view leaves the URL empty", () => {
  expect(throughUrl(writeView(readView({})))).toEqual({});
});

test("nonsense in the URL shows the standard view", () => {
  const nonsense = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "toString", ""));
  fc.assert(
    fc.property(nonsense, (text) => {
      const params = {
        period: `${text}!`,
        metric: `${text}!`,
        compare: `${text}!`,
        all: `${text}!`,
        pages: `${text}!`,
        second: `${text}!`,
        interval: `${text}!`,
        forecast: `${text}!`,
        match: `${text}!`,
      };
      expect(readView(params)).toEqual(readView({}));
    }),
  );
  for (const name of ["__proto__", "constructor", "toString"])
    expect(
      readView({ period: name, metric: name, compare: name, all: name, sources: name, second: name, forecast: name }),
    ).toEqual(readView({}));
  for (const compare_to of [undefined, "2026-02-30", "2026-03-01T10:00Z"])
    expect(readView({ compare: "custom", compare_from: "2026-02-01", compare_to }).compare).toBe("previous");
});

test("a link to the former last 91 days leads to the last 90", () => {
  expect(readView({ period: "91d" }).period).toEqual({ name: "90d" });
});

test("a custom period needs two times or two dates", () => {
  const [from, to] = ["2026-03-02T10:00+01:00", "2026-03-02T13:00+01:00"];
  expect(readView({ period: "custom", from: to, to: from }).period).toEqual({ name: "custom", from, to });
  for (const other of ["2026-03-02", from, "2026-03-02T25:00Z", "2026-02-30T10:00Z", "10:00"])
    expect(readView({ period: "custom", from, to: other }).period).toEqual(readView({}).period);
});

test("a custom period needs two dates that exist, in whatever order", () => {
  expect(readView({ period: "custom", from: "2026-03-02", to: "2026-02-01" }).period).toEqual({
    name: "custom",
    from: "2026-02-01",
    to: "2026-03-02",
  });
  for (const from of ["2026-02-30", "yesterday", undefined, "2026-2-1"])
    expect(readView({ period: "custom", from, to: "2026-03-02" }).period).toEqual(readView({}).period);
});

test("periods that look back end today, so that what just happened is in the picture", () => {
  expect(toDateRange({ name: "7d" }, "2026-11-22")).toEqual(["2026-11-16", "2026-11-22"]);
  expect(toDateRange({ name: "28d" }, "2026-03-01")).toEqual(["2026-02-02", "2026-03-01"]);
  expect(toDateRange({ name: "12mo" }, "2026-11-22")).toEqual(["2025-12-01", "2026-11-30"]);
  expect(toDateRange({ name: "last_month" }, "2026-03-31")).toEqual(["2026-02-01", "2026-02-28"]);
  expect(toDateRange({ name: "90d" }, "2026-11-22")).toEqual(["2026-08-25", "2026-11-22"]);
  expect(toDateRange({ name: "last_week" }, "2026-11-22")).toEqual(["2026-11-09", "2026-11-15"]);
  expect(toDateRange({ name: "last_week" }, "2026-11-23")).toEqual(["2026-11-16", "2026-11-22"]);
  expect(toDateRange({ name: "last_year" }, "2026-11-22")).toEqual(["2025-01-01", "2025-12-31"]);
  expect(toDateRange({ name: "24h" }, "2026-11-22")).toBe("24h");
  expect(toDateRange({ name: "yesterday" }, "2026-01-01")).toEqual(["2025-12-31", "2025-12-31"]);
});

test("no period draws more than a hundred points or so", () => {
  const points = { minute: 1 / 1440, hour: 1 / 24, day: 1, week: 7, month: 30 };
  fc.assert(
    fc.property(date, fc.integer({ min: 0, max: 3650 }), (from, days) => {
      const to = new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10);
      const interval = intervalFor({ name: "custom", from, to });
      expect((days + 1) / points[interval ?? "day"]).toBeLessThanOrEqual(125);
    }),
  );
});
