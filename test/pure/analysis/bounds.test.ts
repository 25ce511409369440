// Questions at the bounds of what a scan holds: many values crossed, and more rows than fit.
import { expect, it } from "vitest";
import { scanDimensionFor } from "../../../workers/domain/analysis/dimensions";
import { toFrame } from "../../../workers/domain/analysis/frame";
import { MOST_ROWS, scan } from "../../../workers/domain/analysis/scan/scan";
import { Problem } from "../../../workers/domain/requests/problem";

const COLUMNS = ["source", "referrer", "utm_campaign", "city"];
const NOTHING_READ = { filter: null, isByName: false, reading: false, ends: false, persons: false, revenue: false };

/** Counts visits of one event, each with values of its own, by all columns. */
function countOf(visits: number) {
  const own = (prefix: string) => Array.from({ length: visits }, (_, i) => `${prefix}${i}`);
  const all = <Value>(value: Value) => Array<Value>(visits).fill(value);
  const texts = Object.fromEntries(COLUMNS.map((name) => [name, own(name)]));
  const day = {
    date: "2026-11-02",
    visits: { visitor_id: own("v"), actions: all(1), began: all(1), ...texts },
    actions: { use: all(0), counted: all(1), pageview: all(1) },
  };
  const frame = toFrame([day], {
    visits: new Set(["began", ...COLUMNS]),
    actions: new Set(["use", "counted", "pageview"]),
  });
  return scan(frame, {
    ...NOTHING_READ,
    span: { first: 0, last: 0, times: null },
    groups: COLUMNS.map((column) => ({ level: "visit", column, isEnd: false, isSparse: false })),
    buckets: { kind: "none" },
  });
}

it("crosses dimensions whose values could be combined in more ways than a number counts", () => {
  const rows = countOf(9_000);
  expect(rows.length).toBe(9_000);
  for (const [i, { values, counts }] of rows.entries())
    expect([values, counts.visits, counts.visitors]).toEqual([COLUMNS.map((name) => `${name}${i}`), 1, 1]);
});

it("counts a visitor once who had no value and one that is written like none", () => {
  const day = {
    date: "2026-11-02",
    visits: { visitor_id: ["a", "b"], actions: [2, 1], began: [1, 1] },
    actions: {
      use: [0, 0, 0],
      counted: [1, 1, 1],
      pageview: [0, 0, 0],
      props: [{ plan: "(none)" }, null, { plan: "pro" }],
    },
  };
  const { group } = scanDimensionFor("event:props:plan")!;
  const wanted = { visits: new Set(["began"]), actions: new Set(["use", "counted", "pageview", group.column]) };
  const rows = scan(toFrame([day], wanted), {
    ...NOTHING_READ,
    span: { first: 0, last: 0, times: null },
    groups: [group],
    buckets: { kind: "none" },
  });
  expect(rows.map(({ values, counts }) => [...values, counts.visitors, counts.visits, counts.events])).toEqual([
    [null, 1, 1, 2],
    ["pro", 1, 1, 1],
  ]);
});

it("refuses more rows than fit as soon as there are too many", () => {
  expect(() => countOf(MOST_ROWS + 1)).toThrow(
    new Problem("invalid", "dimensions have more than 200000 combinations of values; ask for fewer, or filter"),
  );
});
