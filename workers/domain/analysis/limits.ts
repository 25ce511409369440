// The bounds of a question: beyond them it would take minutes or more memory than there is, so it is refused.
import { Problem } from "../requests/problem";
import { MOST_OPEN, PART_EVENTS } from "./zone/parts";

export interface Limits {
  /** Events of the days that are scanned, and of those that they are compared with. */
  events: number;
  /** People in all rows of an answer. */
  persons: number;
  /** Events of a day that one Analyst reads: a day with more is cut into parts. */
  part: number;
  /** Events that are in memory as rows while days without tables are read. */
  open: number;
}

export const LIMITS: Limits = { events: 50_000_000, persons: 2_000_000, part: PART_EVENTS, open: MOST_OPEN };

const NARROW = "ask for a shorter date_range";

/** @throws Problem invalid when a question would scan too many events. */
export function requireFewEvents(events: number, { events: most }: Pick<Limits, "events">): void {
  if (events > most)
    throw new Problem(
      "invalid",
      `date_range has about ${events} events, and a question scans at most ${most}; ${NARROW}`,
    );
}

/** @throws Problem invalid when a question would merge too many people. */
export function requireFewPersons(persons: number, { persons: most }: Pick<Limits, "persons">): void {
  if (persons > most)
    throw new Problem("invalid", `date_range has more than ${most} people in the rows of metric users; ${NARROW}`);
}
