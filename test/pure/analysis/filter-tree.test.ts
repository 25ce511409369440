// Filters out of a caller's JSON: what each operator accepts, what each dimension tests, and what a wrong part is told.
import { describe, expect, it } from "vitest";
import { segmentIdsIn, toFilter } from "../../../workers/domain/analysis/ask/filter-tree";
import { type Known, NOTHING_KNOWN } from "../../../workers/domain/analysis/ask/known";
import { type Filter, namesIn, type Test, testsIn } from "../../../workers/domain/analysis/scan/filter";
import { DIMENSIONS } from "../../../workers/domain/events/catalog";
import { Problem } from "../../../workers/domain/requests/problem";

const read = (filters: unknown, known: Known = NOTHING_KNOWN): Filter | null => toFilter(filters, "filters", known);
const known = (more: Partial<Known>): Known => ({ ...NOTHING_KNOWN, ...more });

function messageOf(filters: unknown, more: Known = NOTHING_KNOWN): string {
  try {
    read(filters, more);
  } catch (error) {
    if (error instanceof Problem && error.code === "invalid") return error.message;
    throw error;
  }
  return "accepted";
}

/** Which of the values a filter of one condition accepts. */
function accepted(condition: unknown, values: readonly string[], more: Known = NOTHING_KNOWN): string[] {
  const filter = read([condition], more)!;
  const isNot = filter.kind === "not";
  const test = (isNot ? filter.of : filter) as Test;
  return values.filter((value) => test.accepts(value) !== isNot);
}

describe("operators", () => {
  const PAGES = ["/", "/blog/a", "/blog/a/b", "/Blog/a", "(none)"];

  it.each<[unknown[], string[]]>([
    [["is", "event:page", ["/", "/x"]], ["/"]],
    [
      ["is_not", "event:page", ["/"]],
      ["/blog/a", "/blog/a/b", "/Blog/a", "(none)"],
    ],
    [
      ["is", "event:page", ["/BLOG/A"], { case_sensitive: false }],
      ["/blog/a", "/Blog/a"],
    ],
    [["is", "event:page", ["/BLOG/A"], { case_sensitive: true }], []],
    [
      ["contains", "event:page", ["blog", "non"]],
      ["/blog/a", "/blog/a/b", "(none)"],
    ],
    [
      ["contains_not", "event:page", ["BLOG"], { case_sensitive: false }],
      ["/", "(none)"],
    ],
    [
      ["matches", "event:page", ["^/[Bb]log/a$"]],
      ["/blog/a", "/Blog/a"],
    ],
    [
      ["matches", "event:page", ["log/."]],
      ["/blog/a", "/blog/a/b", "/Blog/a"],
    ],
    [
      ["matches_not", "event:page", ["BLOG"], { case_sensitive: false }],
      ["/", "(none)"],
    ],
    [
      ["matches_wildcard", "event:page", ["/*/a"]],
      ["/blog/a", "/Blog/a"],
    ],
    [
      ["matches_wildcard", "event:page", ["/b**"]],
      ["/blog/a", "/blog/a/b"],
    ],
    [
      ["matches_wildcard_not", "event:page", ["/b**"], { case_sensitive: false }],
      ["/", "(none)"],
    ],
    [["is", "event:page", [""]], ["(none)"]],
  ])("%j", (condition, expected) => {
    expect(accepted(condition, PAGES)).toEqual(expected);
  });

  it("at_least and at_most compare numbers, and no other text", () => {
    const values = ["", "7", "10", "9.5", " 12 ", "1e2", "0x10", "ten", "-3", "(none)"];
    expect(accepted(["at_least", "event:props:price", [9.5]], values)).toEqual(["10", "9.5", " 12 ", "1e2"]);
    expect(accepted(["at_most", "event:props:price", ["9.5"]], values)).toEqual(["7", "9.5", "-3"]);
  });

  it("numbers and booleans are compared as text", () => {
    expect(accepted(["is", "event:props:x", [1, 1.5, true]], ["1", "1.5", "true", "01"])).toEqual(["1", "1.5", "true"]);
  });

  it("letters with two small forms are equal where case is ignored", () => {
    expect(accepted(["contains", "event:page", ["ΟΔΟΣ"], { case_sensitive: false }], ["/οδος", "/οδοσα"])).toEqual([
      "/οδος",
      "/οδοσα",
    ]);
  });

  it("signs of expressions in a wildcard stand for themselves", () => {
    const pages = ["/a.b", "/aXb", "/a(b)+", "/a\\Eb", "/a|b"];
    for (const page of pages) expect(accepted(["matches_wildcard", "event:page", [page]], pages)).toEqual([page]);
  });

  it("a dot matches line breaks, as in ClickHouse", () => {
    expect(accepted(["matches", "event:props:note", ["^a.b$"]], ["a\nb", "ab"])).toEqual(["a\nb"]);
  });
});

describe("dimensions", () => {
  it("every dimension of the catalogue can be filtered, and its empty text is its placeholder", () => {
    for (const { name, column, scope, absent } of DIMENSIONS) {
      const [test] = testsIn(read([["is", name, [""]]]));
      expect(test).toMatchObject({ column, absent, level: scope === "event" ? "event" : "visit" });
      expect([absent, "x"].map((value) => test!.accepts(value))).toEqual([true, false]);
    }
  });

  it.each([
    ["visit:country_name", "visit", "country"],
    ["visit:region_name", "visit", "region"],
    ["visit:city_name", "visit", "city"],
    ["event:href", "event", "href"],
    ["event:props:plan:size", "event", "props:plan:size"],
    ["event:scroll_depth", "event", "scroll_depth"],
    ["event:scroll_bucket", "event", "scroll_bucket"],
    ["visit:duration_bucket", "visit", "duration_bucket"],
    ["event:page_group", "event", "page"],
    ["visit:entry_page_group", "visit", "entry_page"],
    ["visit:exit_page_group", "visit", "exit_page"],
  ])("%s tests a column of the %s, %s", (name, level, column) => {
    expect(testsIn(read([["is", name, ["x"]]]))).toMatchObject([{ level, column }]);
  });

  it("a page group is tested by its label, and a page of no group by itself", () => {
    const more = known({ pageGroup: (page) => (page?.startsWith("/user/") ? "Profile" : page) });
    const pages = ["/user/1", "/", "(none)"];
    expect(accepted(["is", "event:page_group", ["Profile"]], pages, more)).toEqual(["/user/1"]);
    expect(accepted(["is", "visit:exit_page_group", ["", "/"]], pages, more)).toEqual(["/", "(none)"]);
    expect(accepted(["is", "event:page_group", ["/user/1"]], pages)).toEqual(["/user/1"]);
  });
});

describe("events that only measure", () => {
  const named = (filters: unknown, more?: Known) => namesIn(read(filters, more));

  it("are named by is on event:name alone, but for engagement, which is part of its page view", () => {
    expect(named([["is", "event:name", ["web_vital", "Sign up", "engagement"]]])).toEqual(["web_vital"]);
    expect(named([["not", ["is", "event:name", ["Rule_Seen"], { case_sensitive: false }]]])).toEqual(["rule_seen"]);
    expect(named([["is_not", "event:name", ["web_vital"]]])).toEqual([]);
    expect(named([["contains", "event:name", ["web_vital"]]])).toEqual([]);
    expect(named([["is", "event:page", ["web_vital"]]])).toEqual([]);
  });

  it("are named by goals, within has_done too", () => {
    const goals = [{ name: "Vital", filter: read([["is", "event:name", ["web_vital"]]])! }];
    expect(named([["has_done", ["is", "event:goal", ["Vital"]]]], known({ goals }))).toEqual(["web_vital"]);
  });
});

describe("goals and segments", () => {
  const filter = read([["is", "event:page", ["/"]]])!;
  const other = read([["is", "visit:source", ["Google"]]])!;
  const more = known({
    goals: [
      { name: "Home", filter },
      { name: "Search", filter: other },
    ],
    segments: new Map<string, Filter | null>([
      ["1", filter],
      ["two", other],
      ["3", null],
    ]),
  });

  it("a goal's filter stands for its name, and nothing for the name of no goal", () => {
    expect(read([["is", "event:goal", ["Home"]]], more)).toEqual({ kind: "or", of: [filter], isOfGoals: true });
    expect(read([["contains", "event:goal", ["H", "sea"], { case_sensitive: false }]], more)).toEqual({
      kind: "or",
      of: [filter, other],
      isOfGoals: true,
    });
    expect(read([["is", "event:goal", ["home", ""]]], more)).toEqual({ kind: "or", of: [], isOfGoals: true });
    expect(read([["is_not", "event:goal", ["Home"]]], more)).toEqual({
      kind: "not",
      of: { kind: "or", of: [filter], isOfGoals: true },
    });
  });

  it("any of several segments may hold, and one without filters always holds", () => {
    expect(read([["is", "segment", [1]]], more)).toEqual(filter);
    expect(read([["is", "segment", ["1", "two"]]], more)).toEqual({ kind: "or", of: [filter, other] });
    expect(read([["is", "segment", [3]]], more)).toEqual({ kind: "and", of: [] });
  });

  it("the segments that filters name are found before they are read", () => {
    const filters = [
      [
        "or",
        [
          ["is", "segment", [1]],
          ["not", ["is", "segment", ["two", 1]]],
        ],
      ],
      ["is", "event:page", ["3"]],
    ];
    expect(segmentIdsIn(filters)).toEqual(["1", "two"]);
    expect(segmentIdsIn({ filters })).toEqual([]);
  });

  it.each([
    [[["is", "segment", [9]]], "filters[0][2][0] names a segment that does not exist"],
    [[["is_not", "segment", [1]]], 'filters[0] must be of the form ["is", "segment", [1]]'],
    [[["matches", "event:goal", ["x"]]], "filters[0][0] must be is, is_not, contains or contains_not with event:goal"],
    [
      [["has_done", ["is", "segment", ["two"]]]],
      "filters[0][1][2] must name segments of events alone, since it stands in has_done or has_not_done",
    ],
  ])("%j is wrong", (filters, message) => {
    expect(messageOf(filters, more)).toBe(message);
  });

  it("a goal is not made of goals, a segment not of segments", () => {
    expect(messageOf([["is", "event:goal", ["Home"]]])).toContain("a goal is not made of goals");
    expect(messageOf([["is", "segment", [1]]])).toContain("goals and segments are not made of segments");
  });
});

const leaf = ["is", "event:page", ["/"]];
const nested = (deep: number): unknown => (deep === 0 ? leaf : ["not", nested(deep - 1)]);

describe("a wrong part is named by its path", () => {
  it.each<[unknown, string]>([
    [{}, "filters must be a list of filters"],
    [[[]], 'filters[0] must be of the form ["is", "visit:browser", ["Chrome"]]'],
    [[leaf, "is"], 'filters[1] must be of the form ["is", "visit:browser", ["Chrome"]]'],
    [["is", "event:page"], "filters[2] must be a list of 1 to 1000 values"],
    [[["like", "event:page", ["/"]]], "filters[0][0] must be one of is, is_not,"],
    [[["constructor", "event:page", ["/"]]], "filters[0][0] must be one of is, is_not,"],
    [[["is", 7, ["/"]]], "filters[0][1] must be the name of a dimension"],
    [[["is", "event:pages", ["/"]]], 'filters[0][1] names "event:pages", which does not exist; the dimensions are'],
    [[["is", "time:day", ["/"]]], "filters[0][1] must not be a time dimension; use date_range instead"],
    [[["is", "event:props:", ["/"]]], "filters[0][1] must name a prop with a key of 1 to 100 characters"],
    [[["is", "event:page", []]], "filters[0][2] must be a list of 1 to 1000 values"],
    [[["is", "event:page", "/"]], "filters[0][2] must be a list of 1 to 1000 values"],
    [[["is", "event:page", Array(1001).fill("/")]], "filters[0][2] must be a list of 1 to 1000 values"],
    [[["is", "event:page", ["/", null]]], "filters[0][2][1] must be a text, a number, true or false"],
    [[["is", "event:page", ["x".repeat(2001)]]], "filters[0][2][0] must have at most 2000 characters"],
    [[["is", "event:page", ["/"], {}]], 'filters[0][3] must be {"case_sensitive": true} or'],
    [[["is", "event:page", ["/"], { case_sensitive: 1 }]], 'filters[0][3] must be {"case_sensitive": true} or'],
    [[["is", "event:page", ["/"], { case_sensitive: false }, 1]], "filters[0] must be of the form"],
    [[["at_least", "event:page", [1], { case_sensitive: false }]], "filters[0][3] has no meaning with at_least"],
    [[["at_least", "event:page", [1, 2]]], "filters[0][2] must be a list of one number"],
    [[["at_most", "event:page", ["x"]]], "filters[0][2] must be a list of one number"],
    [[["and", []]], "filters[0][1] must be a list of filters"],
    [[["or", [leaf, ["not", ["is"]]]]], "filters[0][1][1][1][1] must be the name of a dimension"],
    [[["not", leaf, leaf]], "filters[0] must have one filter after not"],
    [[leaf, nested(11)], "filters[1][1][1][1][1][1][1][1][1][1][1] must be nested at most 10 deep"],
    [Array(201).fill(leaf), "filters must have at most 200 conditions"],
    [
      [["has_done", ["and", [leaf, ["is", "visit:source", ["x"]]]]]],
      "filters[0][1][1][1][1] must be a dimension of events, since it stands in has_done or has_not_done",
    ],
    [
      [["has_not_done", ["not", ["has_done", leaf]]]],
      "filters[0][1][1] must not stand in another has_done or has_not_done",
    ],
    [[["matches", "event:page", ["x".repeat(501)]]], "filters[0][2][0] must be a pattern of at most 500 characters"],
    [
      [["matches", "event:page", ["(a"]]],
      "filters[0][2][0] must be a regular expression in RE2 syntax (missing closing )",
    ],
    [[["matches", "event:page", ["(?<=a)b"]]], "filters[0][2][0] must be a regular expression in RE2 syntax"],
    [[["matches", "event:page", ["(a)\\1"]]], "filters[0][2][0] must be a regular expression in RE2 syntax"],
  ])("%#: %2$s", (filters, message) => {
    expect(messageOf(filters)).toContain(message);
  });

  it("what is just within the bounds is accepted", () => {
    expect(messageOf([nested(10)])).toBe("accepted");
    expect(messageOf(Array(200).fill(leaf))).toBe("accepted");
    expect(messageOf([["is", "event:page", Array(1000).fill("x".repeat(2000))]])).toBe("accepted");
    expect(messageOf([["matches", "event:page", ["x".repeat(500)]]])).toBe("accepted");
    expect(messageOf([["matches_wildcard", "event:page", Array(1000).fill("/blog/*")]])).toBe("accepted");
    expect(messageOf(leaf)).toBe("accepted");
    expect(read([])).toBeNull();
  });

  it("a tree that is deeper than any stack is refused as soon as it is too deep", () => {
    let deep: unknown = leaf;
    for (let i = 0; i < 100_000; i++) deep = ["not", deep];
    expect(messageOf([deep])).toContain("must be nested at most 10 deep");
    expect(segmentIdsIn([deep])).toEqual([]);
  });
});
