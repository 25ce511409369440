// Patterns: what an expression costs is bounded before it is compiled and while it matches; wildcards and path groups.
import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import {
  DURATION_BUCKETS,
  durationBucketFor,
  SCROLL_BUCKETS,
  scrollBucketFor,
} from "../../../workers/domain/analysis/ask/buckets";
import { toPageGroup } from "../../../workers/domain/analysis/ask/path-groups";
import { createPatternBudget, toRegex, toWildcard } from "../../../workers/domain/analysis/ask/pattern";
import { patternSize } from "../../../workers/domain/analysis/ask/pattern-size";
import { Problem } from "../../../workers/domain/requests/problem";

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem && error.code === "invalid") return error.message;
    throw error;
  }
  return "accepted";
};
const regex = (pattern: string, budget = createPatternBudget()) => toRegex(pattern, "part", false, budget);

describe("the size of a pattern", () => {
  it.each([
    ["abc", 3],
    ["a{5}", 5],
    ["a{2,}", 3],
    ["(?:ab){10}", 40],
    ["(?P<n>a)(?i:b)(?i)c", 11],
    ["((a{10}){10}){10}", 1220],
    ["[a-z{9}]{4}", 4],
    ["[]{9}]{4}", 4],
    ["[[:alpha:]{9}]{4}", 4],
    ["\\{9}", 3],
    ["\\p{Greek}{7}", 7],
    ["\\Q(a{9}\\E{3}", 7],
    ["\\Q(a", 2],
    ["x{", 2],
  ])("of %s is %i", (pattern, size) => {
    expect(patternSize(pattern)).toBe(size);
  });

  it("is no less than a fifth of the instructions, so that nothing large is ever compiled", () => {
    const atom = fc.constantFrom("a", ".", "\\d", "[^/]", "\\pL", "\\Qa{3}\\E", "^", "\\b", "");
    const count = fc.constantFrom("", "*", "+?", "{3}", "{0,9}", "{2,}", "?");
    const pattern = fc.letrec<{ part: string; all: string }>((tie) => ({
      part: fc.oneof(
        { withCrossShrink: true, maxDepth: 3 },
        fc.tuple(atom, count).map(([one, times]) => (one === "" ? "" : one + times)),
        fc.tuple(tie("all"), count).map(([inner, times]) => `(${inner})${times}`),
      ),
      all: fc
        .tuple(fc.array(tie("part"), { maxLength: 4 }), fc.constantFrom("", "|"))
        .map(([parts, by]) => parts.join(by)),
    })).all;
    fc.assert(
      fc.property(pattern, (text) => {
        let compiled: RE2JS;
        try {
          compiled = RE2JS.compile(text);
        } catch {
          return;
        }
        expect(compiled.programSize()).toBeLessThanOrEqual(5 * (patternSize(text) + text.length + 2));
      }),
      { numRuns: 2000 },
    );
  });
});

describe("hostile patterns", () => {
  const COMPLEX = "part is a pattern that is too complex; use fewer or smaller repetitions";

  it.each([
    ["a long group, a thousand times", `(?:${"a?".repeat(240)}){1000}`],
    ["a short group, a thousand times", "(?:a?b?c?){1000}"],
    ["nested counts", "((a{1,10}){1,10}){1,10}"],
    ["many counts of anything", "(?:.{0,1000}x)".repeat(30)],
    ["many counts of letters", "\\pL{1000}".repeat(50)],
    ["many counts of a class", "[^a]{1000}".repeat(40)],
  ])("%s: refused without being compiled", (_, pattern) => {
    expect(messageOf(() => regex(pattern))).toBe(COMPLEX);
  });

  it.each([
    ["(x+x+)+y", "(x+x+)+y"],
    ["(a*)*b", "(a*)*b"],
    ["(a|aa)+$", "(a|aa)+$"],
    ["(|a)* many times", "(|a)*".repeat(90)],
    ["a deep group", `${"(".repeat(240)}a${")".repeat(240)}b`],
  ])("%s, on which backtracking would never end, is answered", (_, pattern) => {
    const test = regex(pattern);
    expect(test(`${"a".repeat(2000)}!`)).toBe(RE2JS.compile(pattern).test("a!"));
  });

  it("one that builds states without end is refused as soon as that shows", () => {
    let bits = 1;
    const next = () => {
      bits = (bits * 1103515245 + 12345) & 0x7fffffff;
      return bits & 0x10000 ? "a" : "b";
    };
    const test = regex("[ab]*a[ab]{480}c");
    const values = Array.from({ length: 5000 }, () => `${Array.from({ length: 700 }, next).join("")}c`);
    expect(messageOf(() => values.filter(test))).toBe(COMPLEX);
  });

  it("ordinary ones never are, on any number of values", () => {
    const budget = createPatternBudget();
    const patterns = [
      "^/blog/\\d{4}/",
      "(?i)shop|store|buy",
      "\\bsale\\b.*\\d+$",
      "^/(en|de|fr)/[^/]+/p\\d{1,6}$",
      "\\pL+",
    ];
    const tests = patterns.map((pattern) => regex(pattern, budget));
    for (let i = 0; i < 50_000; i++) for (const test of tests) test(`/${i % 7 ? "en" : "blog"}/${i * 7919}/p${i}-sale`);
    expect(budget.stateBytes).toBeLessThan(1024 * 1024);
  });

  it("many together are refused", () => {
    const budget = createPatternBudget();
    const one = () => regex("a".repeat(490), budget);
    expect(messageOf(() => Array.from({ length: 20 }, one))).toBe("accepted");
    expect(messageOf(() => Array.from({ length: 30 }, one))).toBe(
      "part is one pattern too many; use fewer or shorter patterns in one question",
    );
  });
});

it("wildcards match as a plain reading of them does", () => {
  /** Every way to read a pattern, without any thought of time. */
  const isMatch = (pattern: string, text: string): boolean => {
    if (pattern === "") return text === "";
    if (pattern.startsWith("**"))
      return isMatch(pattern.replace(/^\*+/, ""), text) || (text !== "" && isMatch(pattern, text.slice(1)));
    if (pattern[0] === "*")
      return isMatch(pattern.slice(1), text) || (text !== "" && text[0] !== "/" && isMatch(pattern, text.slice(1)));
    return pattern[0] === text[0] && isMatch(pattern.slice(1), text.slice(1));
  };
  const made = (chars: string[], maxLength: number) =>
    fc.array(fc.constantFrom(...chars), { maxLength }).map((all) => all.join(""));
  fc.assert(
    fc.property(made(["/", "a", "b", "*", "**", "."], 8), made(["/", "a", "b", "."], 8), (pattern, text) => {
      expect(toWildcard(pattern, "part", false, createPatternBudget())(text)).toBe(isMatch(pattern, text));
    }),
    { numRuns: 3000 },
  );
});

describe("path groups", () => {
  const groupOf = toPageGroup([
    { pattern: "/user/:id", label: "Profile" },
    { pattern: "/user/:id/posts/:post.html", label: "Post" },
    { pattern: "/blog/**", label: "Blog" },
    { pattern: "/p/*", label: "/p/*" },
    { pattern: "/blog/never", label: "Never" },
    { pattern: "/a:b/(c)", label: "Literal" },
  ]);

  it.each([
    ["/user/7", "Profile"],
    ["/user/", "/user/"],
    ["/user/7/edit", "/user/7/edit"],
    ["/user/7/posts/a.html", "Post"],
    ["/user/7/posts/a.htm", "/user/7/posts/a.htm"],
    ["/blog/never", "Blog"],
    ["/blog/a/b", "Blog"],
    ["/blog", "/blog"],
    ["/p/shoe", "/p/*"],
    ["/p/shoe/red", "/p/shoe/red"],
    ["/a:b/(c)", "Literal"],
    ["/axb/c", "/axb/c"],
  ])("%s belongs to %s", (page, label) => {
    expect(groupOf(page)).toBe(label);
  });

  it("no page belongs to none", () => {
    expect(groupOf(null)).toBeNull();
  });

  it("a hundred of the longest are accepted", () => {
    const long = Array.from({ length: 100 }, (_, i) => ({ pattern: `/${i}/${"*/".repeat(90)}`, label: `${i}` }));
    expect(toPageGroup(long)(`/99/${"a/".repeat(90)}`)).toBe("99");
  });
});

it("every number is in one bucket, and buckets are in order", () => {
  const seen = (labelFor: (value: number) => string, most: number) => [
    ...new Set(Array.from({ length: most + 1 }, (_, value) => labelFor(value))),
  ];
  expect(seen(scrollBucketFor, 100)).toEqual(SCROLL_BUCKETS);
  expect(seen(durationBucketFor, 5000)).toEqual(DURATION_BUCKETS);
  expect([24, 25, 89, 90, 100].map(scrollBucketFor)).toEqual(["0–24%", "25–49%", "75–89%", "90–100%", "90–100%"]);
  expect([0, 10, 11, 60, 61, 180, 181, 1800, 1801].map(durationBucketFor)).toEqual([
    ...["0–10 s", "0–10 s", "11–30 s", "31–60 s", "1–3 min", "1–3 min", "3–10 min", "10–30 min", "30+ min"],
  ]);
});
