// The operators of filters: how each compares the values of a question with the value of a row.
import { type PatternBudget, toRegex, toWildcard } from "./pattern";
import { toBound, toDecimal } from "./values";

export interface Comparison {
  values: readonly string[];
  /** What an empty text stands for in `is`. */
  absent: string;
  ignoresCase: boolean;
  /** The part of the question that the values are, for messages. */
  part: string;
  budget: PatternBudget;
}

type Accepts = (value: string) => boolean;

export interface Operator {
  /** Whether it is the opposite of what it compares. */
  isNegative: boolean;
  takesCase: boolean;
  toTest: (comparison: Comparison) => Accepts;
}

/** Lower case; the letter sigma has two. */
const fold = (text: string): string => text.toLowerCase().replaceAll("ς", "σ");
const folderFor = (ignoresCase: boolean) => (ignoresCase ? fold : (text: string) => text);

function is({ values, absent, ignoresCase }: Comparison): Accepts {
  const folded = folderFor(ignoresCase);
  const wanted = new Set(values.map((value) => folded(value === "" ? absent : value)));
  return (value) => wanted.has(folded(value === "" ? absent : value));
}

function contains({ values, ignoresCase }: Comparison): Accepts {
  const folded = folderFor(ignoresCase);
  const wanted = values.map(folded);
  return (value) => {
    const text = folded(value);
    return wanted.some((one) => text.includes(one));
  };
}

const matches =
  (toTest: typeof toRegex) =>
  ({ values, part, ignoresCase, budget }: Comparison): Accepts => {
    const tests = values.map((value, i) => toTest(value, `${part}[${i}]`, ignoresCase, budget));
    return (value) => tests.some((test) => test(value));
  };

const compares =
  (holds: (value: number, bound: number) => boolean) =>
  ({ values, part }: Comparison): Accepts => {
    const bound = toBound(values, part);
    return (value) => {
      const number = toDecimal(value);
      return number !== null && holds(number, bound);
    };
  };

const operators = (
  names: readonly [positive: string, negative: string] | readonly [positive: string],
  toTest: Operator["toTest"],
  takesCase = true,
): [string, Operator][] => names.map((name, i) => [name, { isNegative: i === 1, takesCase, toTest }]);

/** By name. A text that is no number is neither at least nor at most anything. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ...operators(["is", "is_not"], is),
  ...operators(["contains", "contains_not"], contains),
  ...operators(["matches", "matches_not"], matches(toRegex)),
  ...operators(["matches_wildcard", "matches_wildcard_not"], matches(toWildcard)),
  ...operators(
    ["at_least"],
    compares((value, bound) => value >= bound),
    false,
  ),
  ...operators(
    ["at_most"],
    compares((value, bound) => value <= bound),
    false,
  ),
]);
