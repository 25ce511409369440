// Filters without some of their conditions: the visitors by whom a rate divides are those under the same filters without the
// goal. It works on checked filters, so that a condition counts the same inline, in a goal and in a segment.
import { isMeasuring, toEventType } from "../../events/measurement";
import { type Filter, namesIn, testsIn } from "../scan/filter";

/** What is left out: goals; what only a click has and a page view does not; the same except rules. */
export type LeftOut = "goals" | "clicks" | "clicks except rules";

/** Columns of events that page views have as well as clicks. */
const OF_PAGES = ["page", "hostname"];

function isLeftOut(filter: Filter, what: LeftOut): boolean {
  switch (filter.kind) {
    case "test":
      if (what === "goals" || filter.level === "visit" || OF_PAGES.includes(filter.column)) return false;
      return what === "clicks" || filter.column !== "rule";
    case "not":
      return isLeftOut(filter.of, what);
    case "done":
      // Of the visit, not of the click.
      return what === "goals" && isLeftOut(filter.of, what);
    default:
      return filter.isOfGoals === true || filter.of.some((part) => isLeftOut(part, what));
  }
}

function partsWithout(filter: Filter, what: LeftOut): readonly Filter[] {
  if (!isLeftOut(filter, what)) return [filter];
  return filter.kind === "and" ? filter.of.flatMap((part) => partsWithout(part, what)) : [];
}

/** What must hold whatever is left out: of conditions joined by `and`, those that have nothing of it. */
export function filterWithout(filter: Filter | null, what: LeftOut): Filter | null {
  const of = filter === null ? [] : partsWithout(filter, what);
  return of.length === 0 ? null : of.length === 1 ? of[0]! : { kind: "and", of };
}

const isOfExit = (filter: Filter): boolean =>
  testsIn(filter).some(({ level, column }) => level === "visit" && column === "exit_page");

const isOfEvents = (filter: Filter): boolean => {
  if (filter.kind === "test") return filter.level === "event";
  if (filter.kind === "done") return false;
  return "kind" in filter.of ? isOfEvents(filter.of) : filter.of.some(isOfEvents);
};

/** The conditions that must all hold, also those inside a segment. */
const joined = (filter: Filter): readonly Filter[] => (filter.kind === "and" ? filter.of.flatMap(joined) : [filter]);

/**
 * Selects all events of the visits that have one which meets the filter, wherever they ended: an exit rate divides by the
 * page views of the visits that it counts the exits of.
 */
export function visitsOf(filter: Filter | null): Filter | null {
  if (filter === null) return null;
  const parts = joined(filter).filter((part) => !isOfExit(part));
  // The same event must meet all of them.
  const ofEvents = parts.filter(isOfEvents);
  const of: Filter[] = parts.filter((part) => !isOfEvents(part));
  if (ofEvents.length > 0) of.push({ kind: "done", of: { kind: "and", of: ofEvents } });
  return of.length === 0 ? null : of.length === 1 ? of[0]! : { kind: "and", of };
}

/** Whether anything of a filter is left out. */
export const hasLeftOut = (filter: Filter | null, what: LeftOut): boolean =>
  filter !== null && filterWithout(filter, what) !== filter;

/** Whether an event is a candidate for a filter: one that only measures is where the filter names it. */
function candidatesOf(filter: Filter): Filter {
  const names = new Set(namesIn(filter));
  const accepts = (name: string) => names.has(name) || !isMeasuring(toEventType(name).event_type);
  return { kind: "test", level: "event", column: "name", absent: "", accepts };
}

function restrict(filter: Filter, candidates: Filter): Filter {
  switch (filter.kind) {
    case "test":
      return filter;
    case "not":
      return { kind: "not", of: restrict(filter.of, candidates) };
    case "done":
      return { kind: "done", of: { kind: "and", of: [candidates, restrict(filter.of, candidates)] } };
    default:
      return { ...filter, of: filter.of.map((part) => restrict(part, candidates)) };
  }
}

/** The filter with its own candidates for has_done, also where it is joined with filters that name other events. */
export const withOwnCandidates = (filter: Filter): Filter => restrict(filter, candidatesOf(filter));

/** Whether an event of the same visit meets the filter. */
export const doneInVisit = (filter: Filter): Filter => restrict({ kind: "done", of: filter }, candidatesOf(filter));
