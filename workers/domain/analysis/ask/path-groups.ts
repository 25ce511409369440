// Path groups: pages that are one page to their owner, such as all profiles under `/user/:id`, shown under one label.
import { RE2JS } from "re2js";
import { z } from "zod";
import { parseInput, toPath } from "../../requests/input";
import { plain } from "../../requests/plain";
import { createPatternBudget, type PatternBudget, toWhole } from "./pattern";

export const MOST_PATH_GROUPS = 100;
const MOST_CHARACTERS = 200;
/** A hundred patterns of 200 characters have about 30,000. */
const MOST_INSTRUCTIONS = 50_000;

export interface PathGroup {
  /** `:id` stands for a segment of the path, `*` for any text without `/`, `**` for any text. */
  pattern: string;
  label: string;
}

/** The label of a page's group; a page that is in none keeps itself. */
export type PageGroup = (page: string | null) => string | null;

const pathGroup = z
  .strictObject({
    pattern: plain(MOST_CHARACTERS).regex(/^\//, {
      error: ({ path = [] }) => `${toPath(path)} must begin with /`,
    }),
    label: plain(MOST_CHARACTERS).min(1).optional(),
  })
  .transform(({ pattern, label }): PathGroup => ({ pattern, label: label ?? pattern }));

const schema = z.object({ path_groups: z.array(pathGroup).max(MOST_PATH_GROUPS) });

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

/** Path groups out of anything that a caller may send. @throws Problem invalid, naming the part that is wrong. */
export function toPathGroups(given: unknown): PathGroup[] {
  const { path_groups } = parseInput(schema, { path_groups: given });
  for (const { compiled } of toTests(path_groups)) compiled();
  return path_groups;
}
