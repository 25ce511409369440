// Checks a filter tree before it is saved: operators, operands, depth and size. The one place that decides which filters
// may be saved.
import { isPlain } from "../../requests/plain";
import { Problem } from "../../requests/problem";
import { segmentIdsIn, toFilter } from "../ask/filter-tree";
import type { SavedFilter } from "./saved";

/**
 * What the filter is saved for. A goal must not use goals or segments, and a segment must not use segments: each could
 * then contain itself.
 */
export type FilterUse = "goal" | "segment" | "funnel";

const CONNECTIVES = ["and", "or"];
const WRAPPERS = ["not", "has_done", "has_not_done"];
const TEXT_OPERATORS = [
  ...["is", "is_not", "contains", "contains_not", "matches", "matches_not"],
  ...["matches_wildcard", "matches_wildcard_not"],
];
const NUMBER_OPERATORS = ["at_least", "at_most"];
const OPERATORS = [...CONNECTIVES, ...WRAPPERS, ...TEXT_OPERATORS, ...NUMBER_OPERATORS];

const MOST_DEPTH = 10;
/** Operators in the whole tree. */
const MOST_NODES = 100;
const MOST_VALUES = 500;
const MOST_CHARACTERS = 500;
const MOST_BYTES = 8192;

const DIMENSION = /^(?:(?:event|visit):[a-z_]+|event:props:.{1,100}|segment)$/su;
const REFUSED: Record<FilterUse, readonly string[]> = {
  goal: ["event:goal", "segment"],
  segment: ["segment"],
  funnel: [],
};

function invalid(part: string, fault: string): Problem {
  const message = `${part} ${fault}`;
  return new Problem("invalid", message, [{ path: part, message }]);
}

/** @throws Problem invalid when the value has more bytes as JSON than allowed. */
export function requireBytes(value: unknown, part: string, most: number): void {
  if (new TextEncoder().encode(JSON.stringify(value)).length > most)
    throw invalid(part, `must have at most ${most} bytes as JSON`);
}

function checkValues(operator: string, values: unknown, part: string): void {
  if (NUMBER_OPERATORS.includes(operator)) {
    const [value, ...more] = Array.isArray(values) ? (values as unknown[]) : [values];
    if (typeof value !== "number" || more.length > 0) throw invalid(part, `must compare with one number`);
    return;
  }
  if (!Array.isArray(values) || values.length === 0 || values.length > MOST_VALUES)
    throw invalid(part, `must have a list of 1 to ${MOST_VALUES} values`);
  for (const value of values as unknown[])
    if (typeof value !== "number" && (typeof value !== "string" || value.length > MOST_CHARACTERS))
      throw invalid(part, `must have values that are texts of at most ${MOST_CHARACTERS} characters, or numbers`);
}

function checkOptions(options: unknown, part: string): void {
  const isKnown =
    typeof options === "object" &&
    options !== null &&
    Object.keys(options).join() === "case_sensitive" &&
    typeof (options as { case_sensitive: unknown }).case_sensitive === "boolean";
  if (!isKnown) throw invalid(part, `must have no options but {"case_sensitive": false}`);
}

function checkTest([operator, dimension, values, ...options]: SavedFilter, part: string, use: FilterUse): void {
  if (typeof dimension !== "string" || !isPlain(dimension) || !DIMENSION.test(dimension))
    throw invalid(part, `must name a dimension such as event:name or visit:source after ${operator}`);
  if (REFUSED[use].includes(dimension))
    throw invalid(part, `must not use ${dimension}, because a ${use} must not contain itself`);
  if (dimension === "segment" && operator !== "is") throw invalid(part, "must use segments with the operator is");
  checkValues(operator, values, part);
  if (options.length > 1) throw invalid(part, "must have nothing after its options");
  if (options.length === 1 && TEXT_OPERATORS.includes(operator)) checkOptions(options[0], part);
  else if (options.length === 1) throw invalid(part, `must have no options, because ${operator} compares numbers`);
}

const isFilter = (given: unknown): given is SavedFilter => Array.isArray(given) && typeof given[0] === "string";

/** @returns how many operators there are. */
function checkNode(given: unknown, part: string, use: FilterUse, depth: number): number {
  if (!isFilter(given)) throw invalid(part, 'must be a filter such as ["is", "event:name", ["Signup"]]');
  const [operator, operand, ...rest] = given;
  if (depth > MOST_DEPTH) throw invalid(part, `must not lie deeper than ${MOST_DEPTH} levels`);
  if (!OPERATORS.includes(operator)) throw invalid(part, `must begin with one of ${OPERATORS.join(", ")}`);
  if (WRAPPERS.includes(operator)) {
    if (rest.length > 0) throw invalid(part, `must have one filter after ${operator}`);
    return 1 + checkNode(operand, `${part}[1]`, use, depth + 1);
  }
  if (!CONNECTIVES.includes(operator)) {
    checkTest(given, part, use);
    return 1;
  }
  if (!Array.isArray(operand) || operand.length === 0 || operand.length > MOST_NODES || rest.length > 0)
    throw invalid(part, `must have one list of 1 to ${MOST_NODES} filters after ${operator}`);
  return operand.reduce<number>(
    (nodes, filter, index) => nodes + checkNode(filter, `${part}[1][${index}]`, use, depth + 1),
    1,
  );
}

/**
 * @param part where the filter stands in the body, such as `filter` or `funnel.steps[0].filter`.
 * @throws Problem invalid that names the part of the tree which is wrong.
 */
export function checkFilter(given: unknown, part: string, use: FilterUse): asserts given is SavedFilter {
  if (given === undefined) throw invalid(part, "must be given");
  // Before its size: serializing a tree of any depth could overflow the stack.
  const nodes = checkNode(given, part, use, 1);
  if (nodes > MOST_NODES) throw invalid(part, `must have at most ${MOST_NODES} operators`);
  requireBytes(given, part, MOST_BYTES);
  // Dimensions and patterns, as a question reads them. What the filter names may come and go.
  const segments = new Map(segmentIdsIn(given).map((id) => [id, null]));
  toFilter(given, part, { goals: [], segments, pageGroup: null });
}
