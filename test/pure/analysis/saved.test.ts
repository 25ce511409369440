// What may be saved: filter trees, path patterns, annotations and funnels, and how a wrong one is answered.
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { faultOfPathPattern } from "../../../workers/domain/analysis/ask/path-groups";
import { checkFilter, type FilterUse } from "../../../workers/domain/analysis/saved/check";
import { funnelInput, toFunnel } from "../../../workers/domain/analysis/saved/funnel";
import {
  goalInput,
  newAnnotation,
  newGoal,
  pathGroupsInput,
  toMoment,
} from "../../../workers/domain/analysis/saved/input";
import { parseInput } from "../../../workers/domain/requests/input";
import { Problem } from "../../../workers/domain/requests/problem";

/** The message of the Problem that the work throws; null if it throws none. */
function problemOf(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.code !== "invalid") throw problem;
    expect(problem.details).toEqual([expect.objectContaining({ message: problem.message })]);
    return problem.message;
  }
}

const faultOf = (filter: unknown, use: FilterUse = "funnel") => problemOf(() => checkFilter(filter, "filter", use));

const IS = ["is", "event:name", ["Signup"]];
const nested = (levels: number): unknown => (levels <= 1 ? IS : ["not", nested(levels - 1)]);

describe("a filter", () => {
  test.each([
    [IS],
    [["is", "event:props:plan", ["pro", 5]]],
    [["is_not", "visit:source", ["", "(direct)"], { case_sensitive: false }]],
    [["contains", "event:page", ["/blog"]]],
    [["contains_not", "visit:country", ["CH"]]],
    [["matches", "event:page", ["^/a"]]],
    [["matches_not", "event:page", ["^/a"]]],
    [["matches_wildcard", "event:page", ["/blog/**"]]],
    [["matches_wildcard_not", "visit:entry_page", ["/*"]]],
    [["at_least", "event:scroll_depth", 50]],
    [["at_most", "event:props:price", [99.5]]],
    [["not", ["has_done", IS]]],
    [["has_not_done", ["or", [IS, ["is", "event:goal", ["Buy"]]]]]],
    [
      [
        "and",
        [
          ["is", "segment", ["z1n10x4fge"]],
          ["not", IS],
        ],
      ],
    ],
    [["is", "event:props:paid", [true]]],
    [["at_least", "event:scroll_depth", ["50"]]],
    [nested(11)],
    [["and", Array(200).fill(IS)]],
  ])("of every operator is taken, case %#", (filter) => {
    expect(faultOf(filter)).toBeNull();
  });

  test.each([
    [undefined, "filter must be given"],
    [null, 'filter must be a filter such as ["is", "event:name", ["Signup"]]'],
    [{}, 'filter must be a filter such as ["is", "event:name", ["Signup"]]'],
    [[], 'filter must be a filter such as ["is", "event:name", ["Signup"]]'],
    [[IS], 'filter must be a filter such as ["is", "event:name", ["Signup"]]'],
    [["xor", [IS]], /^filter\[0\] must be one of is, is_not, .*, and, or, not, has_done, has_not_done$/],
    [["constructor", "event:name", ["a"]], /^filter\[0\] must be one of is, is_not, /],
    [["and", []], "filter[1] must be a list of filters"],
    [["and", IS, IS], "filter must have one list of filters after and"],
    [["or", "event:name"], "filter[1] must be a list of filters"],
    [["not", IS, IS], "filter must have one filter after not"],
    [["not", [IS, IS]], 'filter[1] must be of the form ["is", "visit:browser", ["Chrome"]]'],
    [
      ["and", [IS, ["is", "name", ["a"]]]],
      /^filter\[1\]\[1\]\[1\] names "name", which does not exist; the dimensions are /,
    ],
    [["is", "visit:", ["a"]], /^filter\[1\] names "visit:", which does not exist/],
    [["is", "event:props:", ["a"]], "filter[1] must name a prop with a key of 1 to 100 characters"],
    [["is", `event:props:${"x".repeat(101)}`, ["a"]], "filter[1] must name a prop with a key of 1 to 100 characters"],
    [["is", "event:props:a\u0000", ["a"]], "filter[1] must name a prop with a key of 1 to 100 characters"],
    [["is", "event:name"], "filter[2] must be a list of 1 to 1000 values"],
    [["is", "event:name", []], "filter[2] must be a list of 1 to 1000 values"],
    [["is", "event:name", "Signup"], "filter[2] must be a list of 1 to 1000 values"],
    [["is", "event:name", Array(1001).fill("a")], "filter[2] must be a list of 1 to 1000 values"],
    [["is", "event:name", [null]], "filter[2][0] must be a text, a number, true or false"],
    [["is", "event:name", ["x".repeat(2001)]], "filter[2][0] must have at most 2000 characters"],
    [["matches", "event:page", ["x".repeat(501)]], "filter[2][0] must be a pattern of at most 500 characters"],
    [["at_least", "event:scroll_depth", ["half"]], "filter[2] must be a list of one number"],
    [["at_most", "event:scroll_depth", [1, 2]], "filter[2] must be a list of one number"],
    [["at_most", "event:scroll_depth", 1, { case_sensitive: false }], "filter[3] has no meaning with at_most"],
    [[...IS, { colour: 1 }], 'filter[3] must be {"case_sensitive": true} or {"case_sensitive": false}'],
    [[...IS, { case_sensitive: "no" }], 'filter[3] must be {"case_sensitive": true} or {"case_sensitive": false}'],
    [[...IS, { case_sensitive: false }, 1], 'filter must be of the form ["is", "visit:browser", ["Chrome"]]'],
    [["is_not", "segment", ["a"]], 'filter must be of the form ["is", "segment", [1]]'],
    [["has_done", ["has_done", IS]], "filter[1] must not stand in another has_done or has_not_done"],
    [nested(12), "filter[1][1][1][1][1][1][1][1][1][1] must be nested at most 10 deep"],
    [["and", Array(201).fill(IS)], "filter must have at most 200 conditions"],
    [["is", "event:name", Array(20).fill("ä".repeat(499))], "filter must have at most 8192 bytes as JSON"],
  ])("that is wrong is refused, case %#", (filter, message) => {
    const fault = faultOf(filter);
    if (typeof message === "string") expect(fault).toBe(message);
    else expect(fault).toMatch(message);
  });

  it("may be nested as deep as a body can be without a failure", () => {
    const text = `${'["not",'.repeat(9000)}1${"]".repeat(9000)}`;
    expect(faultOf(JSON.parse(text))).toMatch(/must be nested at most 10 deep$/);
    expect(faultOf(JSON.parse(`${"[".repeat(30_000)}${"]".repeat(30_000)}`))).toMatch(/^filter must be a filter/);
    expect(faultOf(JSON.parse(`["is","event:name",[${"[".repeat(30_000)}${"]".repeat(30_000)}]]`))).toMatch(
      /^filter\[2\]\[0\] must be a text/,
    );
  });

  it("of a goal uses neither goals nor segments, and of a segment no segments, however deep", () => {
    const within = (test: unknown) => ["or", [IS, ["not", ["has_done", test]]]];
    const [goal, segment] = [within(["is", "event:goal", ["Buy"]]), within(["is", "segment", ["a"]])];
    expect(faultOf(goal, "goal")).toBe(
      "filter[1][1][1][1][1] must not be event:goal, since a goal is not made of goals",
    );
    const none = "filter[1][1][1][1][1] must not be segment, since goals and segments are not made of segments";
    expect([faultOf(segment, "goal"), faultOf(segment, "segment")]).toEqual([none, none]);
    expect(faultOf(goal, "segment")).toBeNull();
    expect([goal, segment].map((filter) => faultOf(filter))).toEqual([null, null]);
  });

  it("is taken or refused with a sentence about it, whatever it is", () => {
    const part = fc.constantFrom<unknown>("is", "and", "not", "event:name", ["a"], { case_sensitive: false }, 7, IS);
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(part, fc.jsonValue(), fc.array(tie("node"), { maxLength: 4 })),
    }));
    fc.assert(fc.property(tree.node, (filter) => /^filter/.test(faultOf(filter) ?? "filter")));
  });
});

describe("a goal", () => {
  it("has a trimmed name and no currency of its own unless it is named", () => {
    expect(parseInput(newGoal, { name: " Buy ", filter: IS })).toEqual({ name: "Buy", filter: IS, currency: null });
    expect(parseInput(goalInput.partial(), { currency: "CHF" })).toEqual({ currency: "CHF" });
  });

  test.each([
    [{ filter: IS }, "name must be given"],
    [{ name: " ", filter: IS }, "name must not be empty"],
    [{ name: "x".repeat(101), filter: IS }, "name must have at most 100 characters"],
    [{ name: "a\u0007b", filter: IS }, "name must not contain control characters or lone surrogates"],
    [{ name: "Buy", filter: IS, currency: "XXX" }, "currency must be an ISO 4217 code such as EUR"],
    [{ name: "Buy", filter: IS, id: "1" }, "body must not have the field id"],
  ])("that is wrong is refused, case %#", (given, message) => {
    expect(problemOf(() => parseInput(newGoal, given))).toBe(message);
  });
});

describe("a path pattern", () => {
  test.each(["/", "/user/:id", "/blog/**", "/a/*/b-*", "/über", "/wiki/Talk:Main", "/:a/:b_2"])(
    "%s is taken",
    (one) => {
      expect(faultOfPathPattern(one)).toBeNull();
    },
  );

  test.each([
    ["", "must begin with /"],
    ["blog/*", "must begin with /"],
    ["/blog?page=*", "must not contain a query, because pages are compared without theirs"],
    ["/a/***", "must have at most two * in a row"],
    ["/user/:", "must have a name after a colon, such as /user/:id"],
    ["/user/:1", "must have a name after a colon, such as /user/:id"],
    ["/user/:id.html", "must have a name after a colon, such as /user/:id"],
    ["/a\u0000", "must not contain control characters or lone surrogates"],
  ])("%j %s", (pattern, fault) => {
    expect(faultOfPathPattern(pattern)).toBe(fault);
  });

  test.each([
    [
      {
        patterns: [
          { pattern: "/a", label: "A" },
          { pattern: "b", label: "B" },
        ],
      },
      "patterns[1].pattern must begin with /",
    ],
    [{ patterns: [{ pattern: "/a", label: "" }] }, "patterns[0].label must not be empty"],
    [
      { patterns: [{ pattern: `/${"x".repeat(200)}`, label: "A" }] },
      "patterns[0].pattern must have at most 200 characters",
    ],
    [
      { patterns: ["/a", "/b", "/a"].map((pattern) => ({ pattern, label: "A" })) },
      "patterns[2].pattern must not repeat patterns[0].pattern",
    ],
    [{ patterns: Array(101).fill({ pattern: "/a", label: "A" }) }, /^patterns must have at most 100 items/],
    [{ patterns: [{ pattern: "/a", label: "A", name: "x" }] }, "patterns[0] must not have the field name"],
    [{}, "patterns must be given"],
  ])("in a list is refused by its place, case %#", (given, message) => {
    let fault = "";
    try {
      parseInput(pathGroupsInput, given);
    } catch (problem) {
      fault = (problem as Problem).message;
    }
    if (typeof message === "string") expect(fault).toBe(message);
    else expect(fault).toMatch(message);
  });
});

describe("an annotation", () => {
  const note = (given: object) => {
    const input = parseInput(newAnnotation, { text: "Release", ...given });
    return { ...input, ...toMoment(input) };
  };

  it("stands at a date or at an instant, and is shared unless it is said to be personal", () => {
    expect(note({ date: "2026-11-22" })).toEqual({ date: "2026-11-22", time: null, text: "Release", shared: true });
    expect(note({ time: "2026-11-22T10:00:00+01:00", date: null, shared: false })).toEqual({
      date: null,
      time: Date.UTC(2026, 10, 22, 9),
      text: "Release",
      shared: false,
    });
    expect(note({ date: "2026-11-22", text: " two\nlines " }).text).toBe("two\nlines");
  });

  test.each([
    [{}, "annotation must have either a date or a time"],
    [{ date: "2026-11-22", time: "2026-11-22T10:00:00Z" }, "annotation must have either a date or a time"],
    [{ date: "2026-02-30" }, "date must be a date such as 2026-11-22, from 1970 to 2099"],
    [{ date: "0001-01-01" }, "date must be a date such as 2026-11-22, from 1970 to 2099"],
    [{ time: "2026-11-22T10:00:00" }, "time must be a time such as 2026-11-22T10:00:00Z, from 1970 to 2099"],
    [{ time: "2026-11-22T25:00:00Z" }, "time must be a time such as 2026-11-22T10:00:00Z, from 1970 to 2099"],
    [{ time: "2026-02-30T10:00:00Z" }, "time must be a time such as 2026-11-22T10:00:00Z, from 1970 to 2099"],
    [{ date: "2026-11-22", text: " " }, "text must not be empty"],
    [{ date: "2026-11-22", text: "x".repeat(501) }, "text must have at most 500 characters"],
    [{ date: "2026-11-22", text: "\u0000" }, /^text must not contain control characters other than line breaks/],
  ])("that is wrong is refused, case %#", (given, message) => {
    const fault = problemOf(() => note(given));
    if (typeof message === "string") expect(fault).toBe(message);
    else expect(fault).toMatch(message);
  });
});

describe("a funnel", () => {
  const STEP = { filter: IS };
  const save = (funnel: unknown) => toFunnel(parseInput(funnelInput, { name: "Join", funnel }).funnel);

  it("is saved as it was written, without defaults", () => {
    const funnels = [
      { steps: [STEP] },
      {
        filters: [["is", "visit:country", ["CH"]]],
        steps: [{ name: "Pricing", filter: ["is", "event:page", ["/pricing"]] }, STEP],
        unit: "visit",
        order: "any",
        window: "7d",
        start: "first",
        among: "page_group",
        open: false,
        breakdown: { dimension: "visit:source", step: 2 },
        include: { comparisons: { mode: "previous_period", match_day_of_week: true } },
      },
      { steps: Array(10).fill(STEP), order: "sequential", open: true },
    ];
    for (const funnel of funnels) expect(save(funnel)).toEqual(funnel);
  });

  test.each([
    [{}, "funnel.steps must be given"],
    [{ steps: [] }, "funnel.steps must have at least 1 items"],
    [{ steps: Array(11).fill(STEP) }, "funnel.steps must have at most 10 items"],
    [{ steps: [STEP, {}] }, "funnel.steps[1].filter must be given"],
    [{ steps: [{ ...STEP, name: "" }] }, "funnel.steps[0].name must not be empty"],
    [{ steps: [STEP], filters: [["nothing"]] }, /^funnel\.filters\[0\]\[0\] must be one of/],
    [{ steps: [STEP], site_id: "a" }, "funnel must not have the field site_id"],
    [{ steps: [STEP], date_range: "7d" }, "funnel must not have the field date_range"],
    [{ steps: [STEP], window: "2h" }, "funnel.window must be one of visit, 30m, 1h, 24h, 7d, 30d"],
    [{ steps: [STEP], order: "strict", open: true }, "funnel.open must be false with the order strict"],
    [{ steps: [STEP], order: "any", open: true }, "funnel.open must be false with the order any"],
    [
      { steps: [STEP], breakdown: { dimension: "visit:source", step: 2 } },
      "funnel.breakdown.step must be at most 1, the number of steps",
    ],
    [
      { steps: [STEP], breakdown: { dimension: "source" } },
      /^funnel\.breakdown\.dimension must be a dimension such as/,
    ],
    [
      { steps: Array(3).fill({ filter: ["is", "event:name", Array(14).fill("x".repeat(499))] }) },
      "funnel must have at most 16384 bytes as JSON",
    ],
  ])("that is wrong is refused, case %#", (funnel, message) => {
    const fault = problemOf(() => save(funnel));
    if (typeof message === "string") expect(fault).toBe(message);
    else expect(fault).toMatch(message);
  });
});
