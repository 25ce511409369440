// Packed events: a stamped event as an array of values, for the journal and the queue.
import { VISIT_DIMENSIONS } from "../events/catalog";
import { LAKE_COLUMN_NAMES } from "../events/columns";
import type { Event, Stamp, StampedEvent } from "../events/event";
import { isOfToday } from "../events/event-facts";
import type { Visit } from "./visit";

/**
 * An event as the journal and the queue carry it: its values in the order of the columns, without names, the empty ones
 * at the end left out. New columns go to the end of LAKE_COLUMNS, so that what is under way can still be read.
 */
export type PackedEvent = unknown[];

function withoutTail(packed: PackedEvent): PackedEvent {
  while (packed.at(-1) === null) packed.pop();
  return packed;
}

/** The columns that the stamp has. */
const STAMPED = {
  site_id: true,
  seq: true,
  visitor_id: true,
  visit_id: true,
  ip: true,
  new_visit: true,
  bounce_delta: true,
  duration_delta: true,
  firsts: true,
  visit_firsts: true,
  local_date: true,
  local_hour: true,
  visit_date: true,
  visit_hour: true,
  entry_page: true,
  exit_page: true,
  exit_before: true,
  visit_bounce: true,
  visit_duration: true,
  exit_lost: true,
  exit_gained: true,
  stamp_version: true,
  entry_gained: true,
  view_id: true,
  person_id: true,
  firsts_high: true,
  visit_firsts_high: true,
  entry_moved: true,
  entry_lost: true,
  entry_early: true,
  own: true,
  late: true,
  visitor_before: true,
  visitor_unnamed: true,
} as const satisfies Record<keyof Stamp | "site_id", true>;
/** The source of each column of a stamped event: the stamp, a place among the visit's dimensions, or the event itself. */
const ORIGINS = LAKE_COLUMN_NAMES.map((column) => ({
  column,
  isStamped: column in STAMPED,
  dimension: column in STAMPED ? -1 : VISIT_DIMENSIONS.findIndex((one) => one.column === column),
}));

/** Packs an event with the facts of its visit and its stamp, without putting them together first: it is done for all. */
export function packStamped(event: Event, visit: Visit, stamp: Stamp & { site_id: string }): PackedEvent {
  const own = event as unknown as Record<string, unknown>;
  const given = stamp as unknown as Record<string, unknown>;
  return withoutTail(
    ORIGINS.map(({ column, isStamped, dimension }) => {
      if (dimension >= 0) return visit.dimensions[dimension];
      // A page view is its own: that goes without saying, and without its 36 characters.
      if (column === "view_id" && event.event_type === "pageview") return null;
      if (isStamped) return given[column];
      return column === "asn" ? visit.asn : own[column];
    }),
  );
}

export function unpackEvent(packed: PackedEvent): StampedEvent {
  const event = Object.fromEntries(
    LAKE_COLUMN_NAMES.map((column, i) => [column, packed[i] ?? null]),
  ) as unknown as StampedEvent;
  if (event.event_type === "pageview" && isOfToday(event)) event.view_id = event.event_id;
  return event;
}
