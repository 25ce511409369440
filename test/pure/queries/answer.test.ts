// The answer: what becomes of rollup rows on their way to the caller.
import { describe, expect, it } from "vitest";
import { type RollupRow, toAnswer } from "../../../workers/domain/queries/answer";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";

const vantage = { timezone: "Europe/Zurich", now: Date.parse("2026-11-22T10:30:00Z"), firstDay: null };

function answerTo(more: Record<string, unknown>, main: RollupRow[], comparison: RollupRow[] = []) {
  const query = toQuery({ site_id: "abc", metrics: ["visits"], date_range: ["2026-11-02", "2026-11-04"], ...more });
  return toAnswer(toPlan(query, vantage), { main, comparison, total: null });
}
const day = (bucket: string, visits: number): RollupRow => ({ bucket, value: null, visits });
const compared = { include: { time_labels: true, comparisons: { mode: "previous_period" } }, dimensions: ["time:day"] };

describe("an answer", () => {
  it("has only buckets with data, and the labels of all when asked", () => {
    const answer = answerTo({ dimensions: ["time:day"], include: { time_labels: true } }, [day("2026-11-03", 4)]);
    expect(answer.results).toEqual([{ dimensions: ["2026-11-03"], metrics: [4] }]);
    expect(answer.meta).toEqual({
      time_labels: ["2026-11-02", "2026-11-03", "2026-11-04"],
      present_index: null,
      partial_time_labels: [],
      source: "rollups",
    });
  });

  it("has every bucket when it is compared, in the order of time", () => {
    const { results } = answerTo(compared, [day("2026-11-03", 4)], [day("2026-11-01", 2)]);
    expect(results).toEqual([
      {
        dimensions: ["2026-11-02"],
        metrics: [0],
        comparison: { dimensions: ["2026-10-30"], metrics: [0], change: [0] },
      },
      {
        dimensions: ["2026-11-03"],
        metrics: [4],
        comparison: { dimensions: ["2026-10-31"], metrics: [0], change: [100] },
      },
      {
        dimensions: ["2026-11-04"],
        metrics: [0],
        comparison: { dimensions: ["2026-11-01"], metrics: [2], change: [-100] },
      },
    ]);
  });

  it("says that nobody came where nothing happened, and knows no rate of nothing", () => {
    const metrics = ["visitors", "users", "percentage", "total_revenue"];
    expect(answerTo({ metrics }, [{ bucket: null, value: null }]).results).toEqual([
      { dimensions: [], metrics: [0, 0, null, null] },
    ]);
  });

  it("has buckets that were empty at the end when something else orders them", () => {
    const rows = [day("2026-11-04", 9), day("2026-11-02", 4)];
    const labels = (more: Record<string, unknown>, main: RollupRow[]) =>
      answerTo({ ...compared, ...more }, main).results.map((row) => row.dimensions[0]);
    expect(labels({ order_by: [["visits", "desc"]] }, rows)).toEqual(["2026-11-04", "2026-11-02", "2026-11-03"]);
    expect(labels({ order_by: [["time:day", "desc"]] }, rows)).toEqual(["2026-11-04", "2026-11-03", "2026-11-02"]);
  });

  it("pages a series after its gaps are filled", () => {
    const pagination = { limit: 1, offset: 1 };
    const answer = answerTo({ ...compared, pagination }, [day("2026-11-04", 9)]);
    expect(answer.results.map((row) => row.dimensions[0])).toEqual(["2026-11-03"]);
  });

  it("leaves out what lies ahead", () => {
    const answer = answerTo({ ...compared, date_range: "month" }, []);
    expect(answer.results).toHaveLength(22);
    expect(answer.meta.time_labels).toHaveLength(30);
    expect(answer.meta.comparison_time_labels).toHaveLength(22);
    expect(answer.meta.present_index).toBe(21);
    expect(answer.meta.running).toBe(true);
  });

  it("holds the 25 hours of one day against the 24 of another, hour by hour", () => {
    const { results } = answerTo(
      { ...compared, dimensions: ["time:hour"], date_range: ["2026-10-25", "2026-10-25"] },
      [],
    );
    expect(results).toHaveLength(25);
    expect(results[3]?.dimensions).toEqual(["2026-10-25 02:00:00+01:00"]);
    expect(results[3]?.comparison?.dimensions).toEqual(["2026-10-24 03:00:00"]);
    expect(results[24]?.comparison).toEqual({ dimensions: [null], metrics: [null], change: [null] });
  });

  it("has crossed dimensions in the order of the question, whatever is in their values", () => {
    const value = JSON.stringify(["(unknown)", '["Windows"]']);
    const { results, query } = answerTo({ dimensions: ["visit:browser", "time:day", "visit:os"] }, [
      { bucket: "2026-11-20", value, visits: 3 },
    ]);
    expect(results).toEqual([{ dimensions: ["(unknown)", "2026-11-20", '["Windows"]'], metrics: [3] }]);
    expect(query.order_by).toEqual([
      ["time:day", "asc"],
      ["visits", "desc"],
      ["visit:browser", "asc"],
      ["visit:os", "asc"],
    ]);
  });

  it("tells the question as it was understood", () => {
    const asked = { dimensions: ["time"], order_by: [["time", "desc"]], date_range: "day", include: { imports: true } };
    expect(answerTo(asked, []).query).toEqual({
      site_id: "abc",
      metrics: ["visits"],
      date_range: ["2026-11-22T00:00:00+01:00", "2026-11-22T23:59:59+01:00"],
      filters: [],
      dimensions: ["time:hour"],
      order_by: [["time:hour", "desc"]],
      include: { imports: true },
      pagination: { limit: 10_000, offset: 0 },
    });
  });
});
