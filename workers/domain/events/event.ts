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

/** What collect hands to the hub, less who the visitor is. Times are milliseconds since 1970 (UTC). */
export interface Event extends VisitFacts {
  event_id: string;
  /** 1 when it was sent without an API key. Ids of events with and without a key live in different spaces. */
  anonymous?: 1 | null;
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
  /** Id of the page view on which it happened, where its sender says; a page view's own. */
  view_id: string | null;
  /** 1 when it shows that the visitor did something on purpose; null in events of before this was kept: by their type. */
  interactive: number | null;
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

/** Who a cookieless visitor is, without address and agent: keyed hashes of the two, made by collect. */
export interface VisitorKeys {
  /** Under the secret of the event's local date. */
  today: string;
  /** Under that of the day before; null unless the event is so near to midnight that it may go on with a visit from then. */
  yesterday: string | null;
  /** Under that of the day after; only for an event shortly before midnight that arrived when the next day had begun. */
  tomorrow?: string;
  /** Chooses the shard. Eight bits, the same on every day; 0 where nobody is named, and where there is one shard. */
  shard: number;
}

interface Addressed extends Event {
  /** Absent for cookieless visitors. */
  stored?: StoredVisitor;
  /** True for what a page says: the user whom it names may have been here today before it knew the name. */
  by_page?: true;
  /** True where the data stream wants a `first_visit` event made of the visitor's first page view of the day. */
  first_visit: boolean;
}

/**
 * An event inside collect, where the address and agent are known. They never leave collect: see Arrival. Messages of the
 * version before have this form, and are still read.
 */
export interface Sighting extends Addressed {
  address: string | null;
  agent: string | null;
}

/** An event on its way to the hub, by a call or over the queue. */
export interface Arrival extends Addressed {
  keys: VisitorKeys;
  /** The address as the property's privacy setting lets it be kept. */
  ip: string | null;
}

/** The facts that only the hub can know about an event. */
export interface Stamp {
  /** Position in the hub's record: increasing, no two alike in one hub. */
  seq: number;
  visitor_id: string;
  /** The page view to which the event belongs: the one that it names, else the latest of its page in the visit. */
  view_id: string | null;
  /** Null for an event that only measures and belongs to no visit: it is in the record and counts nowhere. */
  visit_id: string | null;
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
  /** The bits of both masks beyond the first word; null for none. */
  firsts_high: number | null;
  visit_firsts_high: number | null;
  /** The local date (`YYYY-MM-DD`) and the beginning of the local hour (ms, UTC) of the event… */
  local_date: string;
  local_hour: number;
  /** …and of the beginning of its visit: where the visit, its bounce and its duration are counted. */
  visit_date: string;
  visit_hour: number;
  /** The page of the visit's first page view so far. */
  entry_page: string | null;
  /** The page of the visit's last page view after this event, and before it. */
  exit_page: string | null;
  exit_before: string | null;
  /** The visit's bounce and duration before this event: what moves from `exit_before` to `exit_page`. */
  visit_bounce: number;
  visit_duration: number;
  /** −1 when no visit of this visitor's day ends on `exit_before` any more; 1 when the first now ends on `exit_page`. */
  exit_lost: number;
  exit_gained: number;
  /** The rules by which the event was stamped and is counted: STAMP_VERSION, null for the first. */
  stamp_version: number | null;
  /** Who the visit's visitor is known to be by now: a hash of a user's id, else of a stored one. */
  person_id: string | null;
  /** 1 when the visit's first page view, and with it its entry page, came after its first event. */
  entry_moved: number | null;
  /** As `exit_lost` and `exit_gained`, of the entry page. */
  entry_lost: number | null;
  entry_gained: number | null;
  /** With `entry_moved`: what the visit's events counted before, without an entry page. */
  entry_early: EarlyFacts[] | null;
  /** What the event says itself where its row has its visit's; null where nothing differs that another order could need. */
  own: OwnFacts | null;
  /** 1 when it came in another order than it happened and the stamps depend on that: its day must be stamped again. */
  late: number | null;
  /** The cookieless visitor's id of the day before, in the 30 minutes after midnight only. */
  visitor_before: string | null;
}

/**
 * `view_id` and `person_id` are null where the event names none itself. Facts of the visit are kept of an event that is
 * older than its visit's first: the visit would have them if the events had come in order.
 */
export type OwnFacts = Partial<VisitFacts> & { view_id?: null; person_id?: null };

/** What the events of a visit counted on a local date before its first page view. */
export type EarlyFacts = [date: string, events: number, engaged_ms: number, scroll_sum: number, scroll_views: number];

/**
 * Version 2: events that only measure are no `events` and make no visitor; entry and exit page are those of page views,
 * counted on the day the visit began, as are visits by event dimensions.
 */
export const STAMP_VERSION = 2;

export interface StampedEvent extends Event, Stamp {
  site_id: string;
}
