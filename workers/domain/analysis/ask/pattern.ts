// Patterns: regular expressions of RE2, which take linear time, and wildcards, which are turned into them.
import { RE2JS, RE2JSException, RE2JSSyntaxException } from "re2js";
import { type Problem, wrongPart } from "../../requests/problem";
import { patternSize } from "./pattern-size";

export const MOST_PATTERN_CHARACTERS = 500;
/** The estimated size of one pattern. No pattern of 500 characters needs more unless it counts repetitions. */
const MOST_SIZE = 1000;
/** Instructions of all patterns of a question. */
const MOST_INSTRUCTIONS_TOGETHER = 20_000;
/**
 * Memory for the states that the automata of a question build while they match. Ordinary patterns need some kilobytes; one
 * that never ends building states spends this within three seconds.
 */
const MOST_STATE_BYTES = 16 * 1024 * 1024;

/** What the patterns of one question have used up, and the most instructions that they may have. */
export interface PatternBudget {
  instructions: number;
  stateBytes: number;
  mostInstructions: number;
}

export const createPatternBudget = (mostInstructions = MOST_INSTRUCTIONS_TOGETHER): PatternBudget => ({
  instructions: 0,
  stateBytes: 0,
  mostInstructions,
});

const tooComplex = (part: string): Problem =>
  wrongPart(part, "is a pattern that is too complex; use fewer or smaller repetitions");

function compile(pattern: string, part: string, ignoresCase: boolean, budget: PatternBudget): RE2JS {
  if (patternSize(pattern) > MOST_SIZE) throw tooComplex(part);
  const compiled = parse(pattern, part, ignoresCase);
  budget.instructions += compiled.programSize();
  if (budget.instructions > budget.mostInstructions)
    throw wrongPart(part, "is one pattern too many; use fewer or shorter patterns in one question");
  return compiled;
}

function checkLength(pattern: string, part: string): void {
  if (pattern.length > MOST_PATTERN_CHARACTERS)
    throw wrongPart(part, `must be a pattern of at most ${MOST_PATTERN_CHARACTERS} characters`);
}

function parse(pattern: string, part: string, ignoresCase: boolean): RE2JS {
  try {
    // As in ClickHouse, a dot matches line breaks too.
    return RE2JS.compile(pattern, RE2JS.DOTALL | (ignoresCase ? RE2JS.CASE_INSENSITIVE : 0));
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const reason = error instanceof RE2JSSyntaxException ? ` (${error.getDescription()})` : "";
    throw wrongPart(part, `must be a regular expression in RE2 syntax${reason}`);
  }
}

/**
 * Runs the pattern within the budget.
 *
 * The library keeps the states of its automaton in a cache of 8 MB, and starts over when that is full. What is left of the
 * cache is in `memBudget`, so the bytes that it loses measure the work.
 */
function bounded(
  { re2Input }: RE2JS,
  part: string,
  budget: PatternBudget,
  test: (value: string) => boolean,
): (value: string) => boolean {
  let left: number | null = null;
  return (value) => {
    if (budget.stateBytes > MOST_STATE_BYTES) throw tooComplex(part);
    const found = test(value);
    const automaton = re2Input.lazyDFA as typeof re2Input.lazyDFA | null;
    if (automaton) {
      const { memBudget, maxMem } = automaton;
      left ??= maxMem;
      budget.stateBytes += memBudget <= left ? left - memBudget : left + maxMem - memBudget;
      left = memBudget;
    }
    return found;
  };
}

/**
 * A test whether the pattern is found anywhere in a value.
 * @throws Problem invalid when it is no pattern or too complex; the test throws it when that shows only in matching.
 */
export function toRegex(
  pattern: string,
  part: string,
  ignoresCase: boolean,
  budget: PatternBudget,
): (value: string) => boolean {
  checkLength(pattern, part);
  const compiled = compile(pattern, part, ignoresCase, budget);
  return bounded(compiled, part, budget, (value) => compiled.test(value));
}

/** `**` stands for any text, `*` for text without `/`; all else for itself. */
const wildcardToRegex = (pattern: string): string =>
  pattern
    .split(/(\*+)/)
    .map((piece) => (piece.startsWith("**") ? ".*" : piece === "*" ? "[^/]*" : RE2JS.quote(piece)))
    .join("");

/** A test whether a pattern of RE2 that begins with a known text matches the whole value. */
export function toWhole(
  regex: string,
  { start, part, ignoresCase }: { start: string; part: string; ignoresCase: boolean },
  budget: PatternBudget,
): (value: string) => boolean {
  const compiled = compile(regex, part, ignoresCase, budget);
  const test = bounded(compiled, part, budget, (value) => compiled.testExact(value));
  // Most values are told apart by their beginning.
  return ignoresCase ? test : (value) => value.startsWith(start) && test(value);
}

/** A test whether a pattern with `*` (within a segment of a path) and `**` (across segments) matches the whole value. */
export function toWildcard(
  pattern: string,
  part: string,
  ignoresCase: boolean,
  budget: PatternBudget,
): (value: string) => boolean {
  checkLength(pattern, part);
  const start = pattern.split("*", 1)[0]!;
  return toWhole(wildcardToRegex(pattern), { start, part, ignoresCase }, budget);
}
