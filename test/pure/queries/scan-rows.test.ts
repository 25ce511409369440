// What a plan asks the analysis zone, and the rows that it makes of the counts.
import { expect, it } from "vitest";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import { type Known, NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";
import { ONE } from "../../../workers/domain/analysis/money/decimal";
import { check } from "../../../workers/domain/analysis/question";
import type { Filter } from "../../../workers/domain/analysis/scan/filter";
import { noCounts } from "../../../workers/domain/analysis/scan/scan";
import { toAnswer } from "../../../workers/domain/queries/answer";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { toAsks, toRollupRows } from "../../../workers/domain/queries/scan-rows";

const vantage = { timezone: "Europe/Zurich", now: Date.parse("2026-11-22T10:30:00Z"), firstDay: null };
const planOf = (more: object) =>
  toPlan(
    toQuery({ site_id: "abc", metrics: ["visitors"], date_range: ["2026-11-02", "2026-11-04"], ...more }),
    vantage,
  );

const country = ["is", "visit:country", ["DE"]];
const goal = ["is", "event:goal", ["Signup"]];
const goals = [{ name: "Signup", filter: toFilter(["is", "event:name", ["Signup"]], "filter", NOTHING_KNOWN)! }];
const KNOWN: Known = { goals, segments: new Map(), pageGroup: null };

/** A filter with the values that its tests accept, among those of this file. */
function shapeOf(filter: Filter | null): unknown {
  if (filter === null) return null;
  if (filter.kind === "test")
    return [filter.level, filter.column, ["DE", "Signup", "/", "event:goal"].filter((value) => filter.accepts(value))];
  return [filter.kind, ...("kind" in filter.of ? [shapeOf(filter.of)] : filter.of.map(shapeOf))];
}

it.each([
  ["a goal beside other filters", [country, goal], [country]],
  ["a goal joined by and", [["and", [country, goal]]], [country]],
  ["joined by and twice", [["and", [["and", [goal, country]]]]], [country]],
  ["a goal joined by or, without which nothing is left", [["or", [country, goal]]], []],
  ["a goal that was not done", [country, ["not", goal]], [country]],
  ["a goal done in the visit", [["has_done", goal], country], [country]],
  [
    "a page that is named like the dimension",
    [["is", "event:page", ["/", "event:goal"]]],
    [["is", "event:page", ["/", "event:goal"]]],
  ],
])("conversion rates divide by the visitors without the goal: %s", (_, filters, expected) => {
  const plan = planOf({ metrics: ["conversion_rate"], filters });
  const base = toAsks(plan, plan.period, [{ name: "Signup", currency: null }]).find(({ role }) => role.kind === "base");
  expect(shapeOf(check(base!.ask, KNOWN).filter)).toEqual(shapeOf(toFilter(expected, "filters", KNOWN)));
});

it("a bucket with visitors of whom nobody converted has a rate of zero, one without visitors none", () => {
  const of = (metrics: string[], dimensions: string[], compared: boolean) =>
    planOf({
      ...{ metrics, dimensions, filters: [goal] },
      ...(compared && { include: { comparisons: { mode: "previous_period" } } }),
    });
  const visitors = (bucket: string, count: number) => ({
    ...{ bucket, values: [] },
    counts: { ...noCounts({ persons: false, revenue: false }), visitors: count },
  });
  const counted = (first: string, second: string) => [
    { role: { kind: "rows" as const, goal: null, currency: null }, rows: [visitors(second, 1)] },
    {
      role: { kind: "base" as const, withoutGoals: true, grouped: false },
      rows: [visitors(first, 8), visitors(second, 4)],
    },
  ];
  const asked = {
    main: counted("2026-11-02", "2026-11-03"),
    comparison: counted("2026-10-30", "2026-11-01"),
    scanned: 0,
  };
  const plan = of(["visitors", "conversion_rate"], ["time:day"], true);
  const { results } = toAnswer(plan, toRollupRows(plan, asked, "EUR"));
  expect(results.map(({ dimensions, metrics, comparison }) => [...dimensions, metrics, comparison?.metrics])).toEqual([
    ["2026-11-02", [0, 0], [0, 0]],
    ["2026-11-03", [1, 25], [0, null]],
    ["2026-11-04", [0, null], [1, 25]],
  ]);
  // Other series have only the rows that say something.
  const counts = of(["visitors"], ["time:day"], false);
  expect(toRollupRows(counts, { ...asked, comparison: null }, "EUR").main).toHaveLength(1);
  const alone = of(["conversion_rate"], [], false);
  expect(toRollupRows(alone, { main: [], comparison: null, scanned: 0 }, "EUR").main).toEqual([
    { bucket: null, value: null },
  ]);
});

it("revenue is in the property's currency, and what was paid in others is told beside it", () => {
  const plan = planOf({ metrics: ["total_revenue", "average_revenue"] });
  const sold = new Map([
    ["USD", { amount: 50n * ONE, purchases: 3 }],
    ["EUR", { amount: (1_001n * ONE) / 10n, purchases: 2 }],
  ]);
  const counts = { ...noCounts({ persons: false, revenue: true }), visitors: 1, events: 5, revenue: sold };
  const main = [
    { role: { kind: "rows" as const, goal: null, currency: null }, rows: [{ bucket: null, values: [], counts }] },
  ];
  const rows = toRollupRows(plan, { main, comparison: null, scanned: 5 }, "EUR");
  expect(rows.main[0]?.others).toMatchObject({
    total_revenue: { value: 100.1, currency: "EUR" },
    average_revenue: { value: 50.05, currency: "EUR" },
  });
  expect(rows.unconverted).toEqual({ USD: 50 });
  const other = toRollupRows(plan, { main, comparison: null, scanned: 5 }, "CHF");
  expect(other.main[0]?.others).toMatchObject({ total_revenue: { value: 0, currency: "CHF" }, average_revenue: null });
  expect(other.unconverted).toEqual({ EUR: 100.1, USD: 50 });
});
