// Path groups: pages that are one page to their owner, such as all profiles under `/user/:id`, shown under one label.
import { RE2JS } from "re2js";
import { isPlain } from "../../requests/plain";
import type { PathGroup as SavedGroup } from "../saved/saved";
import { createPatternBudget, type PatternBudget, toWhole } from "./pattern";

/** A hundred patterns of 200 characters have about 30,000. */
const MOST_INSTRUCTIONS = 50_000;

/** In a pattern, `:id` stands for a segment of the path, `*` for any text without `/`, `**` for any text. */
export type PathGroup = Pick<SavedGroup, "pattern" | "label">;

/** The label of a page's group; a page that is in none keeps itself. */
export type PageGroup = (page: string | null) => string | null;

/** What is wrong with a pattern, in words that follow the subject; null when nothing is. */
export function faultOfPathPattern(pattern: string): string | null {
  if (!pattern.startsWith("/")) return "must begin with /";
  if (!isPlain(pattern)) return "must not contain control characters or lone surrogates";
  if (pattern.includes("?")) return "must not contain a query, because pages are compared without theirs";
  if (pattern.includes("***")) return "must have at most two * in a row";
  const isWrong = pattern.split("/").some((segment) => segment.startsWith(":") && !/^:[a-z_]\w*$/i.test(segment));
  return isWrong ? "must have a name after a colon, such as /user/:id" : null;
}

/** A name after a slash, up to the end of the segment or a sign that no name has. */
const PLACE = /(?<=\/):[A-Za-z_]\w*|\*+/;

function toRegex(pattern: string): string {
  const literals = pattern.split(new RegExp(PLACE, "g"));
  const places = pattern.match(new RegExp(PLACE, "g")) ?? [];
  return literals
    .map((literal, i) => {
      const place = places[i];
      const quoted = RE2JS.quote(literal);
      if (place === undefined) return quoted;
      return quoted + (place.startsWith(":") ? "[^/]+" : place === "*" ? "[^/]*" : ".*");
    })
    .join("");
}

/** A group with its test, which is compiled when a page begins like its pattern. */
function toTest({ pattern, label }: PathGroup, part: string, budget: PatternBudget) {
  const start = pattern.split(PLACE, 1)[0]!;
  let test: ((page: string) => boolean) | null = null;
  const compiled = () => {
    test ??= toWhole(toRegex(pattern), { start, part, ignoresCase: false }, budget);
    return test;
  };
  return { label, compiled, matches: (page: string) => page.startsWith(start) && compiled()(page) };
}

const toTests = (groups: readonly PathGroup[]) => {
  const budget = createPatternBudget(MOST_INSTRUCTIONS);
  return groups.map((group, i) => toTest(group, `path_groups[${i}].pattern`, budget));
};

/** The group of a page: the first that it matches. */
export function toPageGroup(groups: readonly PathGroup[]): PageGroup {
  const tests = toTests(groups);
  return (page) => (page === null ? null : (tests.find(({ matches }) => matches(page))?.label ?? page));
}
