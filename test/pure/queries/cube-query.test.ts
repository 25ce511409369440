// Questions that cross or filter dimensions of technology: which are understood, how they are planned and told.
import { describe, expect, it } from "vitest";
import { CUBE_DIMENSIONS } from "../../../workers/domain/counts/techstack";
import { bitFor } from "../../../workers/domain/events/catalog";
import { type RollupRow, toAnswer } from "../../../workers/domain/queries/answer";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { Problem } from "../../../workers/domain/requests/problem";

const NOW = Date.parse("2026-11-22T10:30:00Z");
const vantage = { timezone: "Europe/Zurich", now: NOW, firstDay: null };
const planFor = (more: Record<string, unknown>) =>
  toPlan(toQuery({ site_id: "abc", metrics: ["visitors"], date_range: "7d", ...more }), vantage);
const filter = (...values: string[]) => ["is", "visit:browser", values];
const crossed = { dimensions: ["visit:browser", "visit:os"] };

function problemWith(more: Record<string, unknown>): string {
  try {
    planFor(more);
  } catch (error) {
    if (error instanceof Problem && error.code === "invalid") return error.message;
    throw error;
  }
  throw new Error("the query was accepted");
}

describe("a question of technology", () => {
  it("is answered by the cube when it crosses or filters, and else by the rollups", () => {
    expect(planFor({ dimensions: ["visit:os"] }).main.cube).toBeUndefined();
    expect(planFor(crossed).main).toMatchObject({
      slices: [{ kind: "days", first: "2026-11-15", last: "2026-11-21" }],
      cube: { columns: ["browser", "os"], filters: [], mask: bitFor("browser") | bitFor("os") },
    });
    expect(planFor({ filters: [filter("Chrome")] }).main.cube?.columns).toEqual([]);
  });

  it("counts visitors by what it groups by and what it filters by", () => {
    const { cube } = planFor({ dimensions: ["visit:screen"], filters: [filter("Chrome")] }).main;
    expect(cube).toEqual({
      columns: ["screen"],
      filters: [{ operator: "is", column: "browser", values: ["Chrome"] }],
      mask: bitFor("screen") | bitFor("browser"),
    });
  });

  it("takes two to four dimensions of the cube, with days, weeks or months beside them", () => {
    const names = CUBE_DIMENSIONS.map(({ name }) => name);
    for (let many = 2; many <= 4; many += 1)
      for (const time of ["time:day", "time:week", "time:month"])
        expect(planFor({ dimensions: [time, ...names.slice(-many)] }).main.cube?.columns).toHaveLength(many);
  });

  it("is ordered by the first metric, and below it by every dimension, unless told otherwise", () => {
    expect(planFor(crossed).order).toEqual([
      { by: "visitors", direction: "desc" },
      { by: "value", place: 0, direction: "asc" },
      { by: "value", place: 1, direction: "asc" },
    ]);
    expect(planFor({ ...crossed, order_by: [["visit:os", "desc"]] }).order).toEqual([
      { by: "value", place: 1, direction: "desc" },
      { by: "value", place: 0, direction: "asc" },
    ]);
  });

  const names = CUBE_DIMENSIONS.map(({ name }) => name);
  it.each<[string, Record<string, unknown>]>([
    ["a dimension that is not of the cube", { dimensions: ["visit:browser", "visit:source"] }],
    ["hours", { dimensions: ["time:hour", ...names.slice(0, 2)] }],
    ["a cut day", { ...crossed, date_range: "24h" }],
    ["a metric that is not of the cube", { ...crossed, metrics: ["visitors", "time_on_page"] }],
    ["another dimension beside a filter", { dimensions: ["event:page"], filters: [filter("a")] }],
    ["a filter on another dimension", { filters: [["is", "visit:source", ["a"]]] }],
    ["filters joined", { filters: [["or", [filter("a")]]] }],
    ["a part of a value", { filters: [["contains", "visit:os", ["a"]]] }],
    ["numbers for values", { filters: [["is", "visit:os", [1]]] }],
    ["options", { filters: [[...filter("a"), { case_sensitive: false }]] }],
    ["no suspected bots", { filters: [filter("a")], include: { suspected_bots: false } }],
    ["visitors of several values that are not shown", { filters: [filter("Chrome", "Firefox")] }],
    ["visitors of all values but one", { filters: [["is_not", "visit:os", ["Linux"]]] }],
  ])("with %s is scanned", (_, more) => {
    expect(planFor(more).source).toBe("scan");
  });

  it("is read from the cube where that is exact", () => {
    expect(planFor(crossed).source).toBe("cube");
    expect(planFor({ filters: [filter("Chrome", "Firefox")], metrics: ["visits"] }).source).toBe("cube");
    expect(planFor({ dimensions: ["visit:browser"], filters: [filter("Chrome", "Firefox")] }).source).toBe("cube");
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["five dimensions", { dimensions: names.slice(0, 5) }, "dimensions must be at most 4, and at most one time"],
    [
      "a comparison of a series by dimensions",
      { dimensions: ["time:day", ...names.slice(0, 2)], include: { comparisons: { mode: "previous_period" } } },
      "comparisons are not available for a time dimension beside another",
    ],
  ])("with %s is refused", (_, more, message) => {
    expect(problemWith(more)).toContain(message);
  });
});

describe("an answer of the cube", () => {
  const answerTo = (more: Record<string, unknown>, main: RollupRow[], waitingSince?: number | null) =>
    toAnswer(planFor(more), { main, comparison: [], total: null, waitingSince });

  it("has the dimensions in the order of the question", () => {
    const value = JSON.stringify(["(unknown)", '["Windows"]']);
    const { results, query } = answerTo({ dimensions: ["visit:browser", "time:day", "visit:os"] }, [
      { bucket: "2026-11-20", value, visitors: 3 },
    ]);
    expect(results).toEqual([{ dimensions: ["(unknown)", "2026-11-20", '["Windows"]'], metrics: [3] }]);
    expect(query.order_by).toEqual([
      ["time:day", "asc"],
      ["visitors", "desc"],
      ["visit:browser", "asc"],
      ["visit:os", "asc"],
    ]);
  });

  it("says up to when the pipeline has counted, and an answer of the rollups does not", () => {
    const until = (waitingSince?: number | null) => answerTo(crossed, [], waitingSince).meta.processed_until;
    expect(until()).toBe(null);
    expect(until(NOW - 60_000)).toBe("2026-11-22T11:29:00+01:00");
    expect(until(null)).toBe("2026-11-22T11:30:00+01:00");
    expect(answerTo({}, []).meta).toEqual({ source: "rollups" });
  });

  it("tells its filters", () => {
    expect(answerTo({ filters: [filter("Chrome")] }, []).query.filters).toEqual([["is", "visit:browser", ["Chrome"]]]);
  });
});
