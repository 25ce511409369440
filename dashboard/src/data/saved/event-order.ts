// The order of events in lists: what the site sends itself comes first, what the tracker records by itself last. Pure.
import { EVENT_TYPES, type EventType } from "../../../../workers/domain/events/measurement";

/** Custom events and matches of rules, then interactions such as downloads, then everything automatic. */
const rankOf = (name: string | null): 0 | 1 | 2 => {
  if (name === null || !Object.hasOwn(EVENT_TYPES, name) || name === "rule") return 0;
  return EVENT_TYPES[name as EventType].interactive ? 1 : 2;
};

export interface SplitEvents<T> {
  /** Custom events first, then interactions. */
  own: T[];
  /** Page views, scrolling, measurements: nobody chose to record them one by one. */
  automatic: T[];
}

/** Keeps the order within each rank. */
export function splitEvents<T>(rows: readonly T[], nameOf: (row: T) => string | null): SplitEvents<T> {
  const ranked = (rank: number): T[] => rows.filter((row) => rankOf(nameOf(row)) === rank);
  return { own: [...ranked(0), ...ranked(1)], automatic: ranked(2) };
}
