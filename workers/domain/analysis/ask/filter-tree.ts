// Filters out of a caller's JSON: the dialect of Plausible's Stats API v2, checked until a scan can run it.
import { MEASURING_NAMES } from "../../events/measurement";
import { wrongPart } from "../../requests/problem";
import { type Filter, type Test, testsIn } from "../scan/filter";
import { type FilterColumn, filterColumnFor } from "./filter-column";
import type { Known } from "./known";
import { OPERATORS, type Operator } from "./operator";
import { createPatternBudget, type PatternBudget } from "./pattern";
import { toFilterValues } from "./values";

const MOST_DEEP = 10;
const MOST_CONDITIONS = 200;
/** With those of goals and segments. */
const MOST_TESTS = 5000;

const FORM = 'must be of the form ["is", "visit:browser", ["Chrome"]]';

const not = (filter: Filter): Filter => ({ kind: "not", of: filter });

class Reader {
  private readonly root: string;
  private readonly known: Known;
  private readonly budget: PatternBudget = createPatternBudget();
  private conditions = 0;

  constructor(root: string, known: Known) {
    this.root = root;
    this.known = known;
  }

  list(given: unknown, part: string, depth: number, isDone: boolean): Filter[] {
    if (!Array.isArray(given) || given.length === 0) throw wrongPart(part, "must be a list of filters");
    return given.map((one, i) => this.filter(one, `${part}[${i}]`, depth, isDone));
  }

  /** @param isDone whether it stands in `has_done`. */
  filter(given: unknown, part: string, depth: number, isDone: boolean): Filter {
    if (!Array.isArray(given) || typeof given[0] !== "string") throw wrongPart(part, FORM);
    const [operator, second] = given as [string, unknown];
    switch (operator) {
      case "and":
      case "or":
        this.checkJoin(given, part, depth);
        return { kind: operator, of: this.list(second, `${part}[1]`, depth + 1, isDone) };
      case "not":
        this.checkJoin(given, part, depth);
        return not(this.filter(second, `${part}[1]`, depth + 1, isDone));
      case "has_done":
      case "has_not_done": {
        this.checkJoin(given, part, depth);
        if (isDone) throw wrongPart(part, "must not stand in another has_done or has_not_done");
        const done: Filter = { kind: "done", of: this.filter(second, `${part}[1]`, depth + 1, true) };
        return operator === "has_done" ? done : not(done);
      }
      default:
        return this.condition(given, part, isDone);
    }
  }

  private checkJoin(given: readonly unknown[], part: string, depth: number): void {
    const operator = String(given[0]);
    const what = operator === "and" || operator === "or" ? "one list of filters" : "one filter";
    if (given.length !== 2) throw wrongPart(part, `must have ${what} after ${operator}`);
    if (depth >= MOST_DEEP) throw wrongPart(part, `must be nested at most ${MOST_DEEP} deep`);
  }

  private condition(given: readonly unknown[], part: string, isDone: boolean): Filter {
    const [name, dimension, values, options] = given;
    this.conditions += 1;
    if (this.conditions > MOST_CONDITIONS)
      throw wrongPart(this.root, `must have at most ${MOST_CONDITIONS} conditions`);
    const operator = OPERATORS.get(name as string);
    const names = [...OPERATORS.keys(), "and", "or", "not", "has_done", "has_not_done"].join(", ");
    if (!operator) throw wrongPart(`${part}[0]`, `must be one of ${names}`);
    if (given.length > 4) throw wrongPart(part, FORM);
    const ignoresCase = toIgnoresCase(options, `${part}[3]`);
    if (options !== undefined && !operator.takesCase)
      throw wrongPart(`${part}[3]`, `has no meaning with ${String(name)}`);
    if (dimension === "segment") return this.segment(given, part, isDone);
    const column = dimension === "event:goal" ? null : this.column(dimension, `${part}[1]`, isDone);
    const compared = { operator, values: toFilterValues(values, `${part}[2]`), ignoresCase, part };
    const positive = column === null ? this.goal(String(name), compared) : this.test(column, compared);
    return operator.isNegative ? not(positive) : positive;
  }

  private column(dimension: unknown, part: string, isDone: boolean): FilterColumn {
    const column = filterColumnFor(dimension, part, this.known);
    if (isDone && column.level === "visit")
      throw wrongPart(part, "must be a dimension of events, since it stands in has_done or has_not_done");
    return column;
  }

  private test({ level, column, absent, shown }: FilterColumn, compared: Compared): Test {
    const { operator, values, ignoresCase, part } = compared;
    const passes = operator.toTest({ values, absent, ignoresCase, part: `${part}[2]`, budget: this.budget });
    const accepts = shown ? (value: string) => passes(shown(value)) : passes;
    const test: Test = { kind: "test", level, column, absent, accepts };
    // Only `is` makes events that measure candidates.
    return operator === OPERATORS.get("is") && column === "name"
      ? { ...test, names: MEASURING_NAMES.filter(accepts) }
      : test;
  }

  private goal(name: string, { operator, values, ignoresCase, part }: Compared): Filter {
    const { goals } = this.known;
    if (goals === null) throw wrongPart(`${part}[1]`, "must not be event:goal, since a goal is not made of goals");
    if (!/^(is|contains)(_not)?$/.test(name))
      throw wrongPart(`${part}[0]`, "must be is, is_not, contains or contains_not with event:goal");
    // No goal has an empty name.
    const accepts = operator.toTest({ values, absent: "", ignoresCase, part: `${part}[2]`, budget: this.budget });
    return { kind: "or", of: goals.filter((goal) => accepts(goal.name)).map(({ filter }) => filter), isOfGoals: true };
  }

  private segment([name, , values, options]: readonly unknown[], part: string, isDone: boolean): Filter {
    const { segments } = this.known;
    if (name !== "is" || options !== undefined) throw wrongPart(part, 'must be of the form ["is", "segment", [1]]');
    if (segments === null)
      throw wrongPart(`${part}[1]`, "must not be segment, since goals and segments are not made of segments");
    const of = toFilterValues(values, `${part}[2]`).map((id, i) => {
      const filter = segments.get(id);
      if (filter === undefined) throw wrongPart(`${part}[2][${i}]`, "names a segment that does not exist");
      return filter ?? { kind: "and" as const, of: [] };
    });
    const filter: Filter = of.length === 1 ? of[0]! : { kind: "or", of };
    if (isDone && (hasDone(filter) || testsIn(filter).some(({ level }) => level === "visit")))
      throw wrongPart(`${part}[2]`, "must name segments of events alone, since it stands in has_done or has_not_done");
    return filter;
  }
}

interface Compared {
  operator: Operator;
  values: readonly string[];
  ignoresCase: boolean;
  part: string;
}

function hasDone(filter: Filter): boolean {
  if (filter.kind === "test") return false;
  return filter.kind === "done" || ("kind" in filter.of ? hasDone(filter.of) : filter.of.some(hasDone));
}

function toIgnoresCase(options: unknown, part: string): boolean {
  if (options === undefined) return false;
  const given = typeof options === "object" && options !== null ? Object.entries(options) : [];
  const [key, value] = given[0] ?? [];
  if (given.length !== 1 || key !== "case_sensitive" || typeof value !== "boolean")
    throw wrongPart(part, 'must be {"case_sensitive": true} or {"case_sensitive": false}');
  return !value;
}

/**
 * The filter that a caller gives: a list, of which all must hold, or one filter alone. Null for an empty list.
 * @param part what the caller calls it: messages name the wrong part by its path from there, as in `filters[0][2]`.
 * @throws Problem invalid
 */
export function toFilter(given: unknown, part: string, known: Known): Filter | null {
  if (!Array.isArray(given)) throw wrongPart(part, "must be a list of filters");
  if (given.length === 0) return null;
  const reader = new Reader(part, known);
  const isOne = typeof given[0] === "string";
  const of = isOne ? [reader.filter(given, part, 0, false)] : reader.list(given, part, 0, false);
  const filter: Filter = of.length === 1 ? of[0]! : { kind: "and", of };
  if (testsIn(filter).length > MOST_TESTS)
    throw wrongPart(part, `must have at most ${MOST_TESTS} conditions, with those of the goals and segments in it`);
  return filter;
}

/** Ids of the segments that a caller's filters name: those that must be known to read them. */
export function segmentIdsIn(given: unknown): string[] {
  const ids = new Set<string>();
  const visit = (part: unknown, depth: number): void => {
    if (!Array.isArray(part) || depth > 2 * MOST_DEEP + 2) return;
    if (part[0] === "is" && part[1] === "segment" && Array.isArray(part[2]))
      for (const id of part[2].slice(0, MOST_CONDITIONS))
        if (typeof id === "string" || typeof id === "number") ids.add(String(id));
    for (const inner of part) visit(inner, depth + 1);
  };
  visit(given, 0);
  return [...ids];
}
