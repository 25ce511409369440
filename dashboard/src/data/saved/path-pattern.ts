// Path patterns as the API compares them, for a preview of patterns that are not saved yet. Pure.
import type { PathPattern } from "./requests";

/** `:name` after a slash stands for a segment, `*` for text within a segment, `**` for any text. */
const PLACE = /((?<=\/):[A-Za-z_]\w*|\*+)/;

/** One character, or any number of characters, that a page must have next. */
interface Step {
  /** The character; null for any. */
  is: string | null;
  /** True if it may be a slash. */
  crosses: boolean;
  isRepeated: boolean;
}

const ONE: Step = { is: null, crosses: false, isRepeated: false };
const ANY_IN_SEGMENT: Step = { is: null, crosses: false, isRepeated: true };
const ANY: Step = { is: null, crosses: true, isRepeated: true };

const toSteps = (pattern: string): Step[] =>
  pattern.split(PLACE).flatMap((part, index): Step[] => {
    if (index % 2 === 0) return part.split("").map((is) => ({ is, crosses: true, isRepeated: false }));
    if (part.startsWith(":")) return [ONE, ANY_IN_SEGMENT];
    return [part === "*" ? ANY_IN_SEGMENT : ANY];
  });

/**
 * A test whether a pattern matches all of a page. It follows all ways through the pattern at once, so its time grows with
 * the length of both: a regular expression with several `**` would try one way after the other, for years.
 */
function createMatch(pattern: string): (page: string) => boolean {
  const steps = toSteps(pattern);
  const start = pattern.split(PLACE, 1)[0] ?? "";
  /** Marks a step as the next one, and those after it if it may be left out. */
  const reach = (next: Uint8Array, from: number): void => {
    for (let at = from; !next[at]; at++) {
      next[at] = 1;
      if (!steps[at]?.isRepeated) return;
    }
  };
  const startStates = new Uint8Array(steps.length + 1);
  reach(startStates, 0);
  const advance = (states: Uint8Array, character: string): Uint8Array => {
    const next = new Uint8Array(states.length);
    for (const [at, { is, crosses, isRepeated }] of steps.entries())
      if (states[at] && (is === null ? crosses || character !== "/" : is === character))
        reach(next, isRepeated ? at : at + 1);
    return next;
  };
  return (page) => page.startsWith(start) && page.split("").reduce(advance, startStates)[steps.length] === 1;
}

/** The place of the first pattern that a page matches; -1 if it is in no group. */
export function createPathGroups(patterns: readonly Pick<PathPattern, "pattern">[]): (page: string) => number {
  // While it is typed, a pattern may be empty or begin with another sign.
  const tests = patterns.map(({ pattern }) => (pattern.startsWith("/") ? createMatch(pattern) : null));
  return (page) => tests.findIndex((test) => test?.(page));
}

export interface PagePreview {
  page: string;
  views: number;
}

export interface GroupPreview {
  pages: PagePreview[];
  views: number;
}

/** The pages of each pattern in order, and those of none. */
export function previewGroups(
  patterns: readonly Pick<PathPattern, "pattern">[],
  pages: readonly PagePreview[],
): { groups: GroupPreview[]; others: GroupPreview } {
  const groupOf = createPathGroups(patterns);
  const groups = patterns.map((): GroupPreview => ({ pages: [], views: 0 }));
  const others: GroupPreview = { pages: [], views: 0 };
  for (const page of pages) {
    const group = groups[groupOf(page.page)] ?? others;
    group.pages.push(page);
    group.views += page.views;
  }
  return { groups, others };
}
