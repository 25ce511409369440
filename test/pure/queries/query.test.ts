// The query dialect: what is asked well is understood, what is asked badly is told which and why.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIMENSIONS } from "../../../workers/domain/events/catalog";
import { toQueries } from "../../../workers/domain/queries/batch";
import { QUERY_METRICS } from "../../../workers/domain/queries/metric";
import { toQuery } from "../../../workers/domain/queries/query";
import { Problem } from "../../../workers/domain/requests/problem";

const question = (more: Record<string, unknown> = {}) => ({
  site_id: "abc",
  metrics: ["visitors"],
  date_range: "7d",
  ...more,
});

function problemWith(body: unknown): string {
  try {
    toQuery(body);
  } catch (error) {
    if (error instanceof Problem && error.code === "invalid") return error.message;
    throw error;
  }
  throw new Error("the query was accepted");
}

describe("a query", () => {
  it("needs a property, metrics and a period, and no more", () => {
    expect(toQuery(question())).toEqual({
      site_id: "abc",
      metrics: ["visitors"],
      range: "7d",
      dimensions: [],
      time: null,
      others: [],
      filters: [],
      order_by: [],
      comparisons: null,
      imports: false,
      time_labels: false,
      total_rows: false,
      suspected_bots: true,
      pagination: { limit: 10_000, offset: 0 },
    });
  });

  it("may have a dimension beside time, in either order", () => {
    for (const dimensions of [
      ["time:day", "visit:source"],
      ["visit:source", "time:day"],
    ]) {
      const query = toQuery(question({ dimensions }));
      expect([query.time, query.others[0]?.column, query.dimensions]).toEqual(["time:day", "source", dimensions]);
    }
  });

  it("may have one filter that stands alone, also in a batch", () => {
    const [country, page] = [
      ["is", "visit:country", ["DE"]],
      ["is", "event:page", ["/"]],
    ];
    expect(toQuery(question({ filters: country })).filters).toEqual([country]);
    const batch = { site_id: "abc", date_range: "7d", filters: country };
    const queries = [
      { metrics: ["visits"], filters: page },
      { metrics: ["visits"], filters: [page] },
      { metrics: ["visits"] },
    ];
    expect(toQueries({ ...batch, queries }).map(({ filters }) => filters)).toEqual([
      [country, page],
      [country, page],
      [country],
    ]);
  });

  it("may have a period of its own in a batch, but no other property", () => {
    const batch = { site_id: "abc", date_range: "7d" };
    const queries = [{ metrics: ["visits"] }, { metrics: ["visits"], date_range: "28d" }];
    expect(toQueries({ ...batch, queries }).map(({ range }) => range)).toEqual(["7d", "28d"]);
    const other = [{ metrics: ["visits"], site_id: "xyz" }];
    expect(() => toQueries({ ...batch, queries: other })).toThrow("queries[0] must not have site_id");
    const wrong = [{ metrics: ["visits"], date_range: "3d" }];
    expect(() => toQueries({ ...batch, queries: wrong })).toThrow("queries[0]: ");
  });

  it("may say that imports are to be included, as clients of Plausible do", () => {
    expect(toQuery(question({ filters: [], include: { imports: true } })).imports).toBe(true);
  });

  it("takes every metric by every dimension, but the click rate only by what is clicked", () => {
    for (const { name } of DIMENSIONS)
      for (const metric of QUERY_METRICS.filter((one) => one !== "ctr" || /:(button|rule)$/.test(name)))
        expect(toQuery(question({ metrics: [metric], dimensions: [name] })).metrics).toEqual([metric]);
  });

  it.each<[string, unknown, string]>([
    ["nothing", undefined, "body must be given"],
    ["null", null, "body must be of type object"],
    ["a list", [], "body must be of type object"],
    ["no property", { metrics: ["visitors"], date_range: "7d" }, "site_id must be given"],
    ["a number for a property", question({ site_id: 7 }), "site_id must be of type string"],
    ["no metrics", { site_id: "abc", date_range: "7d" }, "metrics must be given"],
    ["empty metrics", question({ metrics: [] }), "metrics must have at least 1 items"],
    ["a text for metrics", question({ metrics: "visitors" }), "metrics must be of type array"],
    ["too many metrics", question({ metrics: Array(5000).fill(1) }), "metrics must have at most 50 items"],
    ["a number among metrics", question({ metrics: ["visitors", 1] }), "metrics[1] must be of type string"],
    [
      "an unknown metric",
      question({ metrics: ["clicks"] }),
      'metric "clicks" does not exist; the metrics are visitors, ',
    ],
    ["a metric of the prototype", question({ metrics: ["constructor"] }), 'metric "constructor" does not exist'],
    ["a metric twice", question({ metrics: ["visits", "visits"] }), "metric visits is listed twice"],
    ["an unknown dimension", question({ dimensions: ["visit:mood"] }), 'dimension "visit:mood" does not exist'],
    ["__proto__ as a dimension", question({ dimensions: ["__proto__"] }), 'dimension "__proto__" does not exist'],
    ["two times", question({ dimensions: ["time:day", "time:week"] }), "dimensions must have at most one time"],
    ["a prop without a key", question({ dimensions: ["event:props:"] }), "dimension event:props:<key> must have a key"],
    ["filters that are none", question({ filters: {} }), "filters must be of type array"],
    ["an order by something else", question({ order_by: [["visits", "desc"]] }), 'order_by names "visits", which is'],
    ["an order without direction", question({ order_by: [["visitors"]] }), "order_by[0] must have at least 2 items"],
    ["a wild direction", question({ order_by: [["visitors", "up"]] }), "order_by[0][1] must be one of asc, desc"],
    ["an unknown field", question({ limit: 5 }), "body must not have the field limit"],
    ["an unknown inclusion", question({ include: { totals: true } }), "include must not have the field totals"],
    [
      "a text for a switch",
      question({ include: { time_labels: "yes" } }),
      "include.time_labels must be of type boolean",
    ],
    ["labels without time", question({ include: { time_labels: true } }), "include.time_labels needs a time dimension"],
    ["no rows", question({ pagination: { limit: 0 } }), "pagination.limit must be at least 1"],
    ["too many rows", question({ pagination: { limit: 10_001 } }), "pagination.limit must be at most 10000"],
    ["half a row", question({ pagination: { limit: 1.5 } }), "pagination.limit must be of type int"],
    ["rows that are no number", question({ pagination: { limit: Number.NaN } }), "pagination.limit must be of type"],
    ["rows before the first", question({ pagination: { offset: -1 } }), "pagination.offset must be at least 0"],
    ["no period", { site_id: "abc", metrics: ["visitors"] }, "date_range must be given"],
    ["an unknown period", question({ date_range: "8d" }), "date_range must be one of day, 24h, "],
    ["half a period", question({ date_range: ["2026-01-01"] }), "date_range must be one of day, 24h, "],
    ["numbers for a period", question({ date_range: [1, 2] }), "date_range must be one of day, 24h, "],
    [
      "30 February",
      question({ date_range: ["2026-02-30", "2026-03-01"] }),
      "date_range must have two dates or two times",
    ],
    ["words for dates", question({ date_range: ["then", "now"] }), "date_range must have dates such as"],
    [
      "25 o'clock",
      question({ date_range: ["2026-01-01T25:00:00Z", "2026-01-02T00:00:00Z"] }),
      "date_range must have dates",
    ],
    [
      "times of no zone",
      question({ date_range: ["2026-01-01T00:00:00", "2026-01-02T00:00:00"] }),
      "date_range must have dates",
    ],
    [
      "a date and a time",
      question({ date_range: ["2026-01-01", "2026-01-02T00:00:00Z"] }),
      "date_range must have two dates or",
    ],
    [
      "an end before the start",
      question({ date_range: ["2026-01-02", "2026-01-01"] }),
      "period must end after it starts",
    ],
    [
      "an empty time",
      question({ date_range: ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"] }),
      "period must end after it starts",
    ],
    ["eleven years", question({ date_range: ["2015-01-01", "2026-01-01"] }), "date_range must span at most ten years"],
    [
      "long ago",
      question({ date_range: ["0001-01-01", "0001-01-02"] }),
      "date_range must be in the years 1970 to 2099",
    ],
    [
      "far ahead",
      question({ date_range: ["9999-12-30", "9999-12-31"] }),
      "date_range must be in the years 1970 to 2099",
    ],
    [
      "a comparison of no mode",
      question({ include: { comparisons: { mode: "best" } } }),
      "include.comparisons.mode must be one of previous_period, year_over_year, custom",
    ],
    [
      "a custom comparison without a period",
      question({ include: { comparisons: { mode: "custom" } } }),
      "include.comparisons.date_range must be one of",
    ],
    [
      "a comparison with two meanings",
      question({ include: { comparisons: { mode: "previous_period", date_range: "7d" } } }),
      "include.comparisons.date_range needs the mode custom",
    ],
    [
      "a comparison of two dimensions",
      question({ dimensions: ["time:day", "visit:os"], include: { comparisons: { mode: "previous_period" } } }),
      "comparisons are not available for a time dimension beside another",
    ],
  ])("with %s is refused", (_, body, message) => {
    expect(problemWith(body)).toContain(message);
  });

  it("never echoes more than a line of what it was sent", () => {
    expect(problemWith(question({ metrics: ["x".repeat(60_000)] })).length).toBeLessThan(400);
  });

  it("whatever it is, is understood or refused as invalid", () => {
    const part = fc.oneof(
      fc.jsonValue({ maxDepth: 4 }),
      fc.constantFrom("visitors", "visit:source", "time", "day", "7d"),
    );
    const body = fc.oneof(
      fc.jsonValue({ maxDepth: 6 }),
      fc.record(
        {
          site_id: fc.oneof(fc.string(), part),
          metrics: fc.oneof(fc.array(part), part),
          date_range: fc.oneof(fc.array(part), part),
          dimensions: fc.oneof(fc.array(part), part),
          filters: part,
          order_by: fc.oneof(fc.array(fc.tuple(part, part)), part),
          include: fc.oneof(fc.dictionary(fc.string(), part), part),
          pagination: fc.oneof(fc.dictionary(fc.string(), part), part),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(body, (asked) => {
        try {
          toQuery(JSON.parse(JSON.stringify(asked)));
        } catch (error) {
          expect(error).toBeInstanceOf(Problem);
          expect((error as Problem).code).toBe("invalid");
        }
      }),
      { numRuns: 1000 },
    );
  });
});
