// Why an answer has no imported counts: a reason of Plausible's, in the answer of whoever asks for imports.
import { expect, it } from "vitest";
import { toAnswer } from "../../../workers/domain/queries/answer";
import { toPlan } from "../../../workers/domain/queries/plan";
import { toQuery } from "../../../workers/domain/queries/query";

const vantage = { timezone: "Europe/Zurich", now: Date.parse("2026-11-22T10:30:00Z"), firstDay: null };

const answerTo = (more: object) => {
  const query = toQuery({ site_id: "abc", metrics: ["visitors"], date_range: "7d", ...more });
  return toAnswer(toPlan(query, vantage), { main: [], comparison: [], total: null });
};
const reasonFor = (more: object) => answerTo({ include: { imports: true }, ...more }).meta.imports_skip_reason;

const country = ["is", "visit:country", ["DE"]];

it.each([
  ["no_imported_data", {}],
  ["no_imported_data", { dimensions: ["time:day"], metrics: ["visits", "bounce_rate"] }],
  ["no_imported_data", { dimensions: ["visit:source"] }],
  ["no_imported_data", { filters: [country] }],
  [
    "no_imported_data",
    {
      dimensions: ["visit:country"],
      filters: [
        ["not", country],
        ["or", [country, country]],
      ],
    },
  ],
  ["unsupported_interval", { dimensions: ["time:hour"] }],
  ["unsupported_interval", { dimensions: ["time:minute"], date_range: "day" }],
  ["unsupported_interval", { date_range: "24h" }],
  ["unsupported_query", { dimensions: ["visit:source", "visit:country"] }],
  ["unsupported_query", { dimensions: ["visit:source"], filters: [country] }],
  ["unsupported_query", { dimensions: ["event:props:plan"] }],
  ["unsupported_query", { dimensions: ["event:goal"] }],
  ["unsupported_query", { filters: [["is", "segment", [1]]] }],
  ["unsupported_query", { filters: [["has_done", ["is", "event:page", ["/"]]]] }],
  ["unsupported_query", { metrics: ["users"] }],
  ["unsupported_query", { include: { imports: true, suspected_bots: false } }],
])("%s: %j", (reason, more) => {
  expect(reasonFor(more)).toBe(reason);
});

it("is said to whoever asks, with a sentence, and the query is repeated with it", () => {
  const { meta, query } = answerTo({ include: { imports: true } });
  expect(meta).toMatchObject({ imports_included: false, imports_warning: "No counts were imported." });
  expect(query.include).toEqual({ imports: true });
  expect(Object.keys(answerTo({}).meta).filter((name) => name.startsWith("imports"))).toEqual([]);
  expect(answerTo({}).query.include).toEqual({});
});
