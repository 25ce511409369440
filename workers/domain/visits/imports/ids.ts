// Ids of imported events: the days that they are filed under, and the ids that earlier versions gave to lines.
import { MAX_AGO } from "../../events/beacon";
import type { Event } from "../../events/event";

export const COULD_NOT_COMPARE = "import could not be compared with earlier events; send it again";

/** Tolerance (ms) for clocks that run ahead. An event from the future gets the time of its receipt. */
export const MAX_AHEAD = 5 * 60_000;

/** The time of an event that its sender dated: one from the future happened when it was received. */
export const timeAtMost = (time: number, now: number): number => Math.min(time, now);

const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/**
 * The UTC dates under which the id of an event is filed. They include the date that its sender gave, whenever it was sent:
 * an event from the future has the time of its receipt, so its own time may lie on the next date.
 */
export function idDates({ event_time, received_at }: Pick<Event, "event_time" | "received_at">): string[] {
  const date = dateOf(event_time);
  const latest = event_time === received_at ? dateOf(event_time + MAX_AHEAD) : date;
  return latest === date ? [date] : [date, latest];
}

/** Where a line is: the hash of its request's body, and its index. */
export const placeOfLine = (bodyId: string, index: number): string => `${bodyId}-${index}`;

/**
 * Earlier versions gave a line without an id its import's id and its place. @returns the place; null for other ids. A
 * body of 10 MB has fewer than 10^8 lines.
 */
export const placeInId = (id: string): string | null => /^[\w.-]{1,64}-([0-9a-z]{2,14}-\d{1,8})$/.exec(id)?.[1] ?? null;

/** What is noted for a place. No id holds a carriage return. */
export const notedPlace = (place: string): string => `\r${place}`;

/** Two random numbers. */
const TRACKER = /^[\d.e-]+x[\d.e-]+(-first)?$/;
/** True if an event must be the tracker's, by its id and times. Rows of earlier versions do not say who sent them. */
export const isOfTracker = ({
  event_id,
  event_time,
  received_at,
}: Pick<Event, "event_id" | "event_time" | "received_at">): boolean =>
  received_at - event_time <= MAX_AGO && TRACKER.test(event_id);
