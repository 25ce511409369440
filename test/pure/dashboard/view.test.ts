// The view of the overview: what the URL says is what the page shows, and the other way round.
import fc from "fast-check";
import { expect, test } from "vitest";
import { PANEL_NAMES, PANELS } from "../../../dashboard/src/data/panel";
import { intervalFor, PERIOD_NAMES, type Period, toDateRange } from "../../../dashboard/src/data/period";
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

const period: fc.Arbitrary<Period> = fc.oneof(
  fc.constantFrom(...PERIOD_NAMES).map((name) => ({ name })),
  fc.tuple(date, date).map((ends) => {
    const [from, to] = ends.sort() as [string, string];
    return { name: "custom" as const, from, to };
  }),
);

const view: fc.Arbitrary<View> = fc.record({
  period,
  compare: fc.constantFrom(...(Object.keys(COMPARISONS) as Comparison[])),
  metric: fc.constantFrom(...METRIC_NAMES),
  table: fc.boolean(),
  withoutBots: fc.boolean(),
  tabs: fc.record(
    Object.fromEntries(
      PANEL_NAMES.map((name) => [name, fc.constantFrom(...PANELS[name].tabs.map((tab) => tab.dimension))]),
    ),
  ) as unknown as fc.Arbitrary<View["tabs"]>,
  all: fc.option(fc.constantFrom(...PANEL_NAMES)),
});

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
      };
      expect(readView(params)).toEqual(readView({}));
    }),
  );
  for (const name of ["__proto__", "constructor", "toString"])
    expect(readView({ period: name, metric: name, compare: name, all: name, sources: name })).toEqual(readView({}));
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
  expect(toDateRange({ name: "yesterday" }, "2026-01-01")).toEqual(["2025-12-31", "2025-12-31"]);
});

test("no period draws more than a hundred points or so", () => {
  const points = { hour: 1 / 24, day: 1, week: 7, month: 30 };
  fc.assert(
    fc.property(date, fc.integer({ min: 0, max: 3650 }), (from, days) => {
      const to = new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10);
      const interval = intervalFor({ name: "custom", from, to });
      expect((days + 1) / points[interval ?? "day"]).toBeLessThanOrEqual(125);
    }),
  );
});
