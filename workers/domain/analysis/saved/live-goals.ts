// Counts goals in live data: which of the simple goals an event meets. Hubs get the goals with the configuration.
import type { Event } from "../../events/event";
import { Problem } from "../../requests/problem";
import { toEventTest } from "../ask/event-test";
import { toFilter } from "../ask/filter-tree";
import { NOTHING_KNOWN } from "../ask/known";

/** The ids of the goals that an event meets. */
export type MetGoals = (event: Event) => string[];

/**
 * Null where there are no goals: then an event costs nothing.
 * @param report hears of a goal that cannot be counted, and why.
 */
export function compileGoals(
  goals: readonly { id: string; filter: unknown }[],
  report: (id: string, reason: string) => void,
): MetGoals | null {
  const dropOnProblem = <T>(id: string, work: () => T): T | null => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      report(id, error.message);
      return null;
    }
  };
  const tests = new Map(
    goals.flatMap(({ id, filter }) => {
      const test = dropOnProblem(id, () => toEventTest(toFilter(filter, `filter of goal ${id}`, NOTHING_KNOWN)!));
      return test ? [[id, test] as const] : [];
    }),
  );
  if (tests.size === 0) return null;
  return (event) => {
    const met: string[] = [];
    for (const [id, test] of tests) {
      // A pattern may turn out to be too complex while it matches. Counting visits must go on without it.
      const isMet = dropOnProblem(id, () => test(event));
      if (isMet) met.push(id);
      else if (isMet === null) tests.delete(id);
    }
    return met;
  };
}
