// The event `first_visit`, which the hub adds to the first event of a visitor who is new.
import type { Event } from "./event";

/** It has the page and the visit of the event that it follows, and nothing of what happened there. */
export const firstVisitOf = (event: Event, view_id: Event["view_id"]): Event => ({
  ...event,
  event_id: `${event.event_id}-first`,
  event_type: "first_visit",
  name: "first_visit",
  rule: null,
  props: null,
  button_id: null,
  revenue_amount: null,
  revenue_currency: null,
  engaged_ms: null,
  scroll_depth: null,
  scroll_before: null,
  view_id,
  interactive: 0,
});
