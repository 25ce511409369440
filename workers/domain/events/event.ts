// The event: what we accept, and what the hub makes of it by stamping. One event is one row of the record.
import type { EventType } from "./measurement";

/** A visit's facts: dimensions that every event of a visit shares with the visit's first event. */
export interface VisitFacts {
  source: string | null;
  /** `host/path` of the page that linked here; null when direct or internal. */
  referrer: string | null;
  channel: string | null;
  utm_source: string | null;
  utm_medium: string | null;
  utm_campaign: string | null;
  utm_term: string | null;
  utm_content: string | null;
  device: string | null;
  browser: string | null;
  browser_version: string | null;
  os: string | null;
  os_version: string | null;
  /** `WxH` in CSS pixels. */
  screen: string | null;
  /** Two or three letters, lower case. */
  language: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  region: string | null;
  city: string | null;
  /** Organization of the autonomous system. */
  network: string | null;
  asn: number | null;
  /** One of domain/networks/network.ts. */
  network_type: string | null;
}

export type PropValue = string | number | boolean;

/** What collect hands to the hub, less the address and agent. Times are milliseconds since 1970 (UTC). */
export interface Event extends VisitFacts {
  event_id: string;
  event_type: EventType;
  /** The type, or the caller's own name of a custom event. */
  name: string;
  event_time: number;
  received_at: number;
  hostname: string | null;
  /** Path, with the fragment where the site routes by it; no query. */
  page: string | null;
  title: string | null;
  button_id: string | null;
  selector: string | null;
  /** Id of the rule that it matched; of `rule`, `rule_view` and `rule_seen` only. */
  rule: string | null;
  /** Where an outbound link, download or form leads. */
  href: string | null;
  props: Record<string, PropValue> | null;
  revenue_amount: number | null;
  revenue_currency: string | null;
  user_id: string | null;
  session_id: string | null;
  /** Visible and focused milliseconds since the last engagement event of the same page view. */
  engaged_ms: number | null;
  /** Deepest scroll of the page view so far, 0–100. */
  scroll_depth: number | null;
  /** The depth that the page view had reported before; null the first time. So depths add up. */
  scroll_before: number | null;
}

/** A visitor whose browser keeps an id. */
export interface StoredVisitor {
  /** The same on every day. */
  id: string;
  /** The local date on which it was made: its visitor was seen without it that day. Empty when that is not known. */
  made: string;
  /** True in the first beacon that has it. */
  isNew: boolean;
}

/** An event on its way to the hub. Address and agent only make the visitor id there; the agent is never stored. */
export interface Arrival extends Event {
  address: string | null;
  agent: string | null;
  /** Absent for cookieless visitors. */
  stored?: StoredVisitor;
  /** True for what a page says: the user whom it names may have been here today before it knew the name. */
  by_page?: true;
  /** True where the data stream wants a `first_visit` event made of the visitor's first page view of the day. */
  first_visit: boolean;
}

/** The facts that only the hub can know about an event. */
export interface Stamp {
  /** Position in the hub's record: increasing, no two alike in one hub. */
  seq: number;
  visitor_id: string;
  visit_id: string;
  /** The address as the property's privacy setting lets it be kept. */
  ip: string | null;
  /** 1 when the event began a visit. */
  new_visit: number;
  /** Change of the visit's bounce (0 or 1) by this event. */
  bounce_delta: number;
  /** Seconds that this event adds to the visit. */
  duration_delta: number;
  /** Bit mask: for which dimensions this is the visitor's first event of the local day with this value. */
  firsts: number;
  /** Bit mask: for which event dimensions this is the visit's first event with this value. */
  visit_firsts: number;
  /** The local date (`YYYY-MM-DD`) and the beginning of the local hour (ms, UTC) of the event… */
  local_date: string;
  local_hour: number;
  /** …and of the beginning of its visit: where the visit, its bounce and its duration are counted. */
  visit_date: string;
  visit_hour: number;
  entry_page: string | null;
  /** The visit's last page after this event, and before it. */
  exit_page: string | null;
  exit_before: string | null;
  /** The visit's bounce and duration before this event: what moves from `exit_before` to `exit_page`. */
  visit_bounce: number;
  visit_duration: number;
  /** −1 when no visit of this visitor's day ends on `exit_before` any more; 1 when the first now ends on `exit_page`. */
  exit_lost: number;
  exit_gained: number;
}

export interface StampedEvent extends Event, Stamp {
  site_id: string;
}
