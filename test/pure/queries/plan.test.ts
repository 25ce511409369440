// The plan: which rollup rows answer which question.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FACTS, type Facts, METRIC_NAMES, METRICS } from "../../../workers/domain/events/catalog";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";
import { addDays, startOfDate, toLocalTime } from "../../../workers/domain/time/zone";

const vantage = { timezone: "Europe/Zurich", now: Date.parse("2026-11-22T10:30:00Z"), firstDay: null };
const planFor = (more: Record<string, unknown> = {}, where = vantage) =>
  toPlan(toQuery({ site_id: "abc", metrics: ["visitors"], date_range: "7d", ...more }), where);

describe("a plan", () => {
  it("reads whole days from the daily rows, for visitors of a day are no sum of hours", () => {
    expect(planFor().main).toEqual({
      column: "total",
      slices: [{ kind: "days", first: "2026-11-15", last: "2026-11-21" }],
      time: null,
      first: "2026-11-15",
    });
  });

  it("is a scan for what is crossed or filtered, technology too, and for the rest of one dimension not", () => {
    const os = ["is", "visit:os", ["Linux"]];
    const sources = [
      { dimensions: ["visit:browser", "visit:os"] },
      { filters: [os] },
      { dimensions: ["visit:os"] },
      {},
    ];
    expect(sources.map((more) => planFor(more).source)).toEqual(["scan", "scan", "rollups", "rollups"]);
  });

  it("reads the rows of its dimension", () => {
    expect(planFor({ dimensions: ["visit:source"] }).main.column).toBe("source");
  });

  it("reads hours only where they are asked for or a day is cut", () => {
    expect(planFor({ dimensions: ["time:hour"], date_range: "day" }).main.slices.map(({ kind }) => kind)).toEqual([
      "hours",
    ]);
    const cut = planFor({ date_range: ["2026-11-10T15:00:00Z", "2026-11-13T07:00:00Z"] });
    expect(cut.main.slices.map((slice) => (slice.kind === "days" ? slice : slice.date))).toEqual([
      "2026-11-10",
      { kind: "days", first: "2026-11-11", last: "2026-11-12" },
      "2026-11-13",
    ]);
  });

  it("is by minute for at most a day, however many hours it has, and refuses more by name", () => {
    const minutes = (date_range: unknown, more: object = {}) =>
      planFor({ dimensions: ["time:minute"], date_range, ...more }).buckets.length;
    expect(minutes("24h")).toBe(1440);
    expect(minutes(["2026-10-25", "2026-10-25"])).toBe(1500);
    expect(minutes(["2026-11-21T10:07:00Z", "2026-11-22T10:07:00Z"])).toBe(1440);
    const told = "dimension time:minute needs a date_range of at most 24 hours, or of one day";
    for (const date_range of ["7d", ["2026-11-21", "2026-11-22"], ["2026-11-21T10:07:00Z", "2026-11-22T10:08:00Z"]])
      expect(() => minutes(date_range)).toThrow(told);
    const comparisons = { mode: "custom", date_range: "7d" };
    expect(() => minutes("day", { include: { comparisons } })).toThrow(told);
  });

  it("slices tile the period, and each piece of a day stays within that day", () => {
    const zone = fc.constantFrom("Europe/Zurich", "Australia/Lord_Howe", "America/Santiago", "Asia/Kathmandu");
    const start = fc.integer({ min: Date.parse("2024-01-01"), max: Date.parse("2028-01-01") });
    fc.assert(
      fc.property(zone, start, fc.integer({ min: 1, max: 9 * 86_400_000 }), (timezone, from, length) => {
        const date_range = [from, from + length].map((instant) => new Date(instant).toISOString());
        const { main, period } = planFor({ date_range }, { ...vantage, timezone });
        const pieces = main.slices.map((slice) =>
          slice.kind === "hours"
            ? slice
            : {
                from: startOfDate(slice.first, timezone),
                to: startOfDate(addDays(slice.last, 1), timezone),
                date: null,
              },
        );
        expect(pieces[0]?.from).toBe(period.from);
        expect(pieces.at(-1)?.to).toBe(period.to);
        pieces.slice(1).forEach((piece, i) => {
          expect(piece.from).toBe(pieces[i]?.to);
        });
        for (const { from: first, to, date } of pieces) {
          expect(to).toBeGreaterThan(first);
          if (date === null) continue;
          expect(toLocalTime(first, timezone).slice(0, 10)).toBe(date);
          expect(toLocalTime(to - 1, timezone).slice(0, 10)).toBe(date);
        }
      }),
    );
  });

  it("sums only the facts that its metrics need", () => {
    expect(planFor({ metrics: ["bounce_rate"] }).facts).toEqual(["visits", "bounces"]);
  });

  it("orders by time and then by the first metric, unless told otherwise, and by value in the end", () => {
    expect(planFor({ dimensions: ["visit:os"] }).order).toEqual([
      { by: "visitors", direction: "desc" },
      { by: "value", direction: "asc" },
    ]);
    expect(planFor({ dimensions: ["time:day", "visit:os"] }).order).toEqual([
      { by: "time", direction: "asc" },
      { by: "visitors", direction: "desc" },
      { by: "value", direction: "asc" },
    ]);
    expect(planFor({ dimensions: ["visit:os"], order_by: [["visit:os", "desc"]] }).order).toEqual([
      { by: "value", direction: "desc" },
    ]);
    expect(planFor({ dimensions: ["time"], order_by: [["time", "desc"]] }).order).toEqual([
      { by: "time", direction: "desc" },
    ]);
  });

  it("chooses the buckets of time", () => {
    expect(planFor({ dimensions: ["time"], date_range: "day" }).time).toBe("time:hour");
    expect(planFor({ dimensions: ["time", "visit:os"], date_range: "day" }).time).toBe("time:hour");
    expect(planFor({ dimensions: ["time"], date_range: "28d" }).time).toBe("time:day");
  });

  it.each<[string, Record<string, unknown>, "rollups" | "scan"]>([
    ["totals of whole days", { date_range: "7d" }, "rollups"],
    ["a dimension of whole days", { dimensions: ["visit:os"], date_range: "7d" }, "rollups"],
    ["hours of totals", { dimensions: ["time:hour"], date_range: "24h" }, "rollups"],
    ["visits of a cut day", { metrics: ["visits"], date_range: "24h" }, "rollups"],
    ["visitors of a cut day", { date_range: "24h" }, "scan"],
    ["visitors compared with a cut day", { include: { comparisons: { mode: "custom", date_range: "24h" } } }, "scan"],
    ["a dimension of a cut day", { metrics: ["visits"], dimensions: ["visit:os"], date_range: "24h" }, "scan"],
    ["a dimension by hour", { dimensions: ["time:hour", "visit:os"], date_range: "day" }, "scan"],
    ["bounces of pages", { metrics: ["bounce_rate"], dimensions: ["event:page"] }, "scan"],
    ["reading by event", { metrics: ["time_on_page"], dimensions: ["event:name"] }, "scan"],
    ["reading by page", { metrics: ["time_on_page"], dimensions: ["event:page"] }, "rollups"],
    ["a prop", { dimensions: ["event:props:plan"] }, "scan"],
    ["goals", { dimensions: ["event:goal"] }, "scan"],
    ["people", { metrics: ["users"] }, "scan"],
    ["two dimensions", { dimensions: ["visit:source", "visit:country"] }, "scan"],
    ["a filter", { filters: [["is", "visit:source", ["Google"]]] }, "scan"],
  ])("%s", (_, more, source) => {
    expect(planFor(more).source).toBe(source);
  });

  it("refuses more hours than anybody reads", () => {
    expect(() => planFor({ dimensions: ["time:hour"], date_range: "year" })).toThrow("at most 92 days");
    expect(planFor({ dimensions: ["time:hour"], date_range: "91d" }).buckets).toHaveLength(91 * 24 + 1);
  });

  it("a metric grows with its count or its ratio: what D1 orders by is what is shown", () => {
    const facts = fc.record(
      Object.fromEntries(FACTS.map((fact) => [fact, fc.integer({ min: 0, max: 1000 })])),
    ) as unknown as fc.Arbitrary<Facts>;
    fc.assert(
      fc.property(facts, facts, fc.constantFrom(...METRIC_NAMES), (one, other, name) => {
        const { needs, ratio, from } = METRICS[name];
        const raw = (sums: Facts) => (ratio ? sums[ratio[0]] / sums[ratio[1]] : sums[needs[0]!]);
        const [shown, shownOther] = [from(one), from(other)];
        if (shown === null || shownOther === null) return;
        if (raw(one) <= raw(other)) expect(shown).toBeLessThanOrEqual(shownOther);
      }),
    );
  });
});
