// Goals that live data counts: those that can be decided on one event by itself. The dashboard reads it too, so it does not
// import the filters themselves, which are large.
import { PROPS } from "../dimensions";
import type { Goal } from "./saved";

type LiveGoal = Pick<Goal, "id" | "filter">;

/** Regular expressions are left out: a hub would run them on every event. */
const OPERATORS: readonly unknown[] = [
  ...["is", "is_not", "contains", "contains_not", "matches_wildcard", "matches_wildcard_not", "at_least", "at_most"],
];
const DIMENSIONS: readonly unknown[] = [
  ...["event:name", "event:page", "event:rule", "event:button", "event:href", "event:hostname"],
];
/** Characters of all filters as JSON. They travel to each hub, and a hundred usual goals have a tenth of it. */
const MOST_CHARACTERS = 64 * 1024;

/** Whether a filter that was saved needs nothing but the event, and is cheap. */
export function isSimple([operator, second]: readonly unknown[]): boolean {
  if (operator === "and" || operator === "or") return (second as (readonly unknown[])[]).every(isSimple);
  if (operator === "not") return isSimple(second as readonly unknown[]);
  const isOfEvent = DIMENSIONS.includes(second) || (typeof second === "string" && second.startsWith(PROPS));
  return isOfEvent && OPERATORS.includes(operator);
}

/** Of a property's goals, oldest first, those that live data counts. */
export function toLiveGoals(goals: readonly LiveGoal[]): LiveGoal[] {
  let left = MOST_CHARACTERS;
  return goals.flatMap(({ id, filter }) => {
    if (!isSimple(filter)) return [];
    left -= JSON.stringify(filter).length;
    return left < 0 ? [] : [{ id, filter }];
  });
}
