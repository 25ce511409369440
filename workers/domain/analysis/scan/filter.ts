// The filter: a tree of tests on the values of dimensions, as a question asks for it and as a scan runs it.
import type { Frame, TextColumn } from "../frame";

/** Which table has the column. */
export type Level = "visit" | "event";

/** A test of one value. It gets what an answer would show of the value; of a prop that is not there, the empty text. */
export interface Test {
  kind: "test";
  level: Level;
  /** Name of the column in the frame. */
  column: string;
  /** What stands for no value. */
  absent: string;
  accepts: (value: string) => boolean;
  /** Names of events that an `is` on `event:name` names: such events may meet the filter although they only measure. */
  names?: readonly string[];
}

export type Filter =
  | Test
  /** `isOfGoals` marks a condition that names goals. */
  | { kind: "and" | "or"; of: readonly Filter[]; isOfGoals?: true }
  | { kind: "not"; of: Filter }
  /** Whether an event of the same visit meets the filter. */
  | { kind: "done"; of: Filter };

/** Names of events that the filter names: those that measure are candidates for it. */
export function namesIn(filter: Filter | null): string[] {
  if (filter === null) return [];
  if (filter.kind === "test") return [...(filter.names ?? [])];
  return "kind" in filter.of ? namesIn(filter.of) : filter.of.flatMap(namesIn);
}

/** Every test of a filter. */
export function testsIn(filter: Filter | null): Test[] {
  if (filter === null) return [];
  if (filter.kind === "test") return [filter];
  return "kind" in filter.of ? testsIn(filter.of) : filter.of.flatMap(testsIn);
}

/** Whether a row meets something, in whatever it belongs to: in a frame an action and its visit, by their numbers. */
export type Predicate<Row = number, Whole = number> = (row: Row, whole: Whole) => boolean;

/** What the ends of a tree are where it is run. */
export interface Leaves<Row, Whole> {
  test: (test: Test) => Predicate<Row, Whole>;
  done: (holds: Predicate<Row, Whole>) => Predicate<Row, Whole>;
}

function all<Row, Whole>(of: readonly Predicate<Row, Whole>[]): Predicate<Row, Whole> {
  return (row, whole) => of.every((holds) => holds(row, whole));
}

/** Joins the tests of a filter. */
export function toPredicate<Row, Whole>(filter: Filter, leaves: Leaves<Row, Whole>): Predicate<Row, Whole> {
  switch (filter.kind) {
    case "test":
      return leaves.test(filter);
    case "and":
      return all(filter.of.map((part) => toPredicate(part, leaves)));
    case "or": {
      const of = filter.of.map((part) => toPredicate(part, leaves));
      return (row, whole) => of.some((holds) => holds(row, whole));
    }
    case "not": {
      const holds = toPredicate(filter.of, leaves);
      return (row, whole) => !holds(row, whole);
    }
    case "done":
      return leaves.done(toPredicate(filter.of, leaves));
  }
}

/** A filter, ready for one frame. */
export interface Compiled {
  /** What must hold of the visit alone; null for nothing. Visits that fail it are skipped whole. */
  visit: ((visit: number) => boolean) | null;
  /** What must hold of an action besides; null for nothing. */
  action: Predicate | null;
}

/** Which values of a dictionary pass. */
function passes({ values }: TextColumn, { absent, accepts }: Test): Uint8Array {
  const accepted = new Uint8Array(values.length);
  values.forEach((value, code) => {
    accepted[code] = accepts(code === 0 ? absent : value) ? 1 : 0;
  });
  return accepted;
}

const isOfVisit = (filter: Filter): boolean => {
  if (filter.kind === "test") return filter.level === "visit";
  if (filter.kind === "done") return true;
  return "kind" in filter.of ? isOfVisit(filter.of) : filter.of.every(isOfVisit);
};

/**
 * @param isCandidate whether an action may meet any filter at all.
 * @throws Error when the frame lacks a column that the filter reads.
 */
export function compile(filter: Filter | null, frame: Frame, isCandidate: (action: number) => boolean): Compiled {
  if (filter === null) return { visit: null, action: null };
  const parts = filter.kind === "and" ? filter.of : [filter];
  const leaves: Leaves<number, number> = { test: toTest, done: toDone };
  const ofVisit = parts.filter(isOfVisit).map((part) => toPredicate(part, leaves));
  const others = parts.filter((part) => !isOfVisit(part)).map((part) => toPredicate(part, leaves));
  return {
    visit: ofVisit.length === 0 ? null : toVisitTest(ofVisit),
    action: others.length === 0 ? null : others.length === 1 ? others[0]! : all(others),
  };

  function toVisitTest([first, second, ...more]: readonly Predicate[]): (visit: number) => boolean {
    // Most filters have one or two conditions, which a list of predicates would make twice as slow.
    if (second === undefined) return (visit) => first!(-1, visit);
    if (more.length === 0) return (visit) => first!(-1, visit) && second(-1, visit);
    return (visit) => first!(-1, visit) && second(-1, visit) && more.every((holds) => holds(-1, visit));
  }

  function toTest(test: Test): Predicate {
    const column = (test.level === "visit" ? frame.visits : frame.actions).texts.get(test.column);
    if (!column) throw new Error(`frame lacks column ${test.column}`);
    const accepted = passes(column, test);
    const { codes } = column;
    return test.level === "visit"
      ? (_, visit) => accepted[codes[visit]!] === 1
      : (action) => accepted[codes[action]!] === 1;
  }

  /** Remembers the answer for the visit that was asked about last. */
  function toDone(holds: Predicate): Predicate {
    let last = -1;
    let answer = false;
    return (_, visit) => {
      if (visit === last) return answer;
      last = visit;
      answer = false;
      const end = frame.actionsOf[visit + 1]!;
      for (let action = frame.actionsOf[visit]!; action < end && !answer; action++)
        answer = isCandidate(action) && holds(action, visit);
      return answer;
    };
  }
}
