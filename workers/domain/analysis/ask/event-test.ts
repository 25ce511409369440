// Filters on one event by itself, as live data needs them: the same tests and the same joins as in a scan, which reads columns.
import type { Event } from "../../events/event";
import { isMeasuring } from "../../events/measurement";
import { PROP } from "../dimensions";
import { type Filter, namesIn, type Test, toPredicate } from "../scan/filter";

export type EventTest = (event: Event) => boolean;

/** What a test gets of an event, as in the columns of a frame. */
function readerOf({ column, absent }: Test): (event: Event) => string {
  if (column.startsWith(PROP)) {
    const key = column.slice(PROP.length);
    return ({ props }) => (props !== null && Object.hasOwn(props, key) ? String(props[key]) : absent);
  }
  return (event) => (event as unknown as Record<string, string | null>)[column] ?? absent;
}

/**
 * Whether an event counts for a filter. Events that only measure do when the filter names them.
 * @throws Error for a filter that needs more than the event: dimensions of the visit, and has_done.
 */
export function toEventTest(filter: Filter): EventTest {
  const names = new Set(namesIn(filter));
  const holds = toPredicate<Event, null>(filter, {
    test: (test) => {
      if (test.level === "visit") throw new Error(`filter needs ${test.column} of the visit`);
      const read = readerOf(test);
      return (event) => test.accepts(read(event));
    },
    done: () => {
      throw new Error("filter needs the other events of the visit");
    },
  });
  return (event) => (!isMeasuring(event.event_type) || names.has(event.name)) && holds(event, null);
}
