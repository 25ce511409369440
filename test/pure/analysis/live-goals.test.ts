// What live data counts of a goal is what a scan counts of it: random events and random simple goals.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import { NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";
import { checkFilter } from "../../../workers/domain/analysis/saved/check";
import { compileGoals } from "../../../workers/domain/analysis/saved/live-goals";
import type { SavedFilter } from "../../../workers/domain/analysis/saved/saved";
import { isSimple, toLiveGoals } from "../../../workers/domain/analysis/saved/simple-goal";
import { scan } from "../../../workers/domain/analysis/scan/scan";
import { PLACES } from "../visits/workload";
import { frameOf, someSteps, toRows } from "./given-visits";

const VALUES: Record<string, readonly unknown[]> = {
  "event:name": ["pageview", "Sign up", "sign up", "Purchase", "web_vital", "first_visit", "rule_seen", "engagement"],
  "event:page": ["/", "/blog/a", "/Blog/A", "/user/7", "", "(none)"],
  "event:hostname": ["shop.example", "SHOP", ""],
  "event:button": ["buy", "menu", "", "none"],
  "event:rule": ["r1", ""],
  "event:href": ["https://other.example/x", "", "other"],
  "event:props:plan": ["pro", "Pro", "", "true", "7", 7, "(none)"],
  "event:props:Price": [9.5, "10", "", 1],
};
const WILDCARDS = ["/blog/*", "/blog/**", "*", "**", "/*/*", "**o*", "(*"];

const some = <T>(values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const option = fc.option(fc.constantFrom([{ case_sensitive: false }], [{ case_sensitive: true }]), { nil: [] });
const dimension = fc.constantFrom(...Object.keys(VALUES));
const condition = fc.oneof(
  dimension.chain((name) =>
    fc
      .tuple(fc.constantFrom("is", "is_not", "contains", "contains_not"), some(VALUES[name]!), option)
      .map(([operator, values, options]) => [operator, name, values, ...options] as unknown as SavedFilter),
  ),
  fc
    .tuple(fc.constantFrom("matches_wildcard", "matches_wildcard_not"), dimension, some(WILDCARDS), option)
    .map(([operator, name, values, options]) => [operator, name, values, ...options] as unknown as SavedFilter),
  fc
    .tuple(fc.constantFrom("at_least", "at_most"), fc.constantFrom("event:props:Price", "event:props:plan"))
    .map(([operator, name]) => [operator, name, 9.5] as const satisfies SavedFilter),
);
const tree = (depth: number): fc.Arbitrary<SavedFilter> =>
  depth === 0
    ? condition
    : fc.oneof(
        { weight: 2, arbitrary: condition },
        fc
          .tuple(fc.constantFrom("and", "or"), fc.array(tree(depth - 1), { minLength: 1, maxLength: 3 }))
          .map((joined) => joined as unknown as SavedFilter),
        tree(depth - 1).map((inner) => ["not", inner] as const satisfies SavedFilter),
      );

const seed = Number(process.env.FAULT_SEED);
const fail = (id: string, reason: string) => expect.fail(`goal ${id} is dropped: ${reason}`);

it(`live data counts the events that a scan counts (seed ${seed})`, () => {
  let met = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...PLACES),
      someSteps,
      fc.array(tree(3), { minLength: 1, maxLength: 12 }),
      (place, steps, filters) => {
        for (const filter of filters) checkFilter(filter, "filter", "goal");
        const rows = toRows(steps, place, true);
        const frame = frameOf(rows);
        const live = toLiveGoals(filters.map((filter, i) => ({ id: String(i), filter })));
        expect(live.length).toBe(filters.length);
        const counted = compileGoals(live, fail)!;
        const counts = filters.map(() => 0);
        for (const row of rows) for (const id of counted(row)) counts[Number(id)]! += 1;
        const scanned = filters.map((filter) => {
          const [row] = scan(frame, {
            filter: toFilter(filter, "filter", NOTHING_KNOWN),
            groups: [],
            buckets: { kind: "none" },
            span: { first: 0, last: frame.dates.length - 1, times: null },
            ...{ reading: false, ends: false, isByName: false, persons: false, revenue: false },
          });
          return row?.counts.events ?? 0;
        });
        expect([filters, counts]).toEqual([filters, scanned]);
        met += counts.filter((count) => count > 0).length;
      },
    ),
    { seed, numRuns: 300 },
  );
  console.log(`seed ${seed}: ${met} goals met`);
  expect(met).toBeGreaterThan(300);
});

describe("a goal", () => {
  const IS: SavedFilter = ["is", "event:name", ["Signup"]];

  test.each<[SavedFilter, boolean]>([
    [IS, true],
    [["and", [IS, ["not", ["contains", "event:props:plan", ["pro"]]]]], true],
    [["matches_wildcard", "event:page", ["/blog/**"]], true],
    [["matches", "event:page", ["^/blog"]], false],
    [["is", "visit:country", ["DE"]], false],
    [["at_least", "event:scroll_depth", 50], false],
    [["is", "event:page_group", ["Blog"]], false],
    [["has_done", IS], false],
    [["or", [IS, ["not", ["has_not_done", IS]]]], false],
  ])("is simple if an event alone decides it, case %#", (filter, expected) => {
    expect(isSimple(filter)).toBe(expected);
  });

  it("is one of as many as a hub can be told of, the oldest first", () => {
    const large: SavedFilter = ["is", "event:name", Array(40).fill("x".repeat(190))];
    const live = toLiveGoals(Array.from({ length: 10 }, (_, i) => ({ id: String(i), filter: large })));
    expect(live.map(({ id }) => id)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7"]);
  });

  it("that cannot be read is reported, and the others are counted", () => {
    const reported: string[] = [];
    const goals = [
      { id: "wrong", filter: ["is", "event:nothing", ["a"]] },
      { id: "right", filter: IS },
    ];
    const met = compileGoals(goals, (id) => reported.push(id))!;
    expect(met({ event_type: "custom", name: "Signup" } as Parameters<typeof met>[0])).toEqual(["right"]);
    expect(reported).toEqual(["wrong"]);
  });

  it("costs nothing where there is none", () => {
    expect(compileGoals([], fail)).toBeNull();
  });
});
