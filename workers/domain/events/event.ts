// The event: what callers send, and what the hub adds by stamping. One event is one row of the record.
import type { EventType } from "./measurement";

/** The facts of a visit: dimensions that all its events share with its first event. */
export interface VisitFacts {
  source: string | null;
  /** `host/path` of the linking page; null for direct and internal visits. */
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
  /** One of the types in domain/networks/network.ts. */
  network_type: string | null;
}

export type PropValue = string | number | boolean;

/** The event that collect sends to the hub, without the visitor. Times are milliseconds since 1970 (UTC). */
export interface Event extends VisitFacts {
  event_id: string;
  /** 1 if it was sent without an API key. Ids of events with and without a key have separate namespaces. */
  anonymous?: 1 | null;
  event_type: EventType;
  /** The type, or the caller's name of a custom event. */
  name: string;
  event_time: number;
  received_at: number;
  hostname: string | null;
  /** Path, with the fragment if the site routes by it; without the query. */
  page: string | null;
  title: string | null;
  button_id: string | null;
  selector: string | null;
  /** Id of the rule that it matched; only for `rule`, `rule_view` and `rule_seen`. */
  rule: string | null;
  /** Target of an outbound link, download or form. */
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
  /** The depth that the page view reported before; null the first time. The differences add up. */
  scroll_before: number | null;
  /** Id of the event's page view, if the sender names it; a page view's own id. */
  view_id: string | null;
  /** 1 if the visitor did it on purpose. Null in events from before this field, where the type decides. */
  interactive: number | null;
}

/** A visitor with a stored id in the browser. */
export interface StoredVisitor {
  /** The same on every day. */
  id: string;
  /** The local date of its creation, on which its visitor was also seen without it. Empty if unknown. */
  made: string;
  /** True in the first beacon with this id. */
  isNew: boolean;
}

/** Identifies a cookieless visitor without address and agent: keyed hashes of the two, made by collect. */
export interface VisitorKeys {
  /** With the secret of the event's local date. */
  today: string;
  /**
   * With the secret of the day before. Null unless the event is so close to midnight that it may continue a visit from
   * that day.
   */
  yesterday: string | null;
  /** With the secret of the next day. Only for an event shortly before midnight that arrived on the next day. */
  tomorrow?: string;
  /** Chooses the shard. Eight bits, the same on every day; 0 without a visitor or with a single shard. */
  shard: number;
}

/** The ids of a visitor without the user, from the hub that gets their other events: null where a day has none. */
export interface UnnamedIds {
  today: string | null;
  yesterday: string | null;
  tomorrow: string | null;
}

interface Addressed extends Event {
  /** Absent for cookieless visitors. */
  stored?: StoredVisitor;
  /** True if a page sent it: the user that it names may have been here today before the page knew the name. */
  by_page?: true;
  /** True if the data stream wants a `first_visit` event for the visitor's first page view of the day. */
  first_visit: boolean;
  /** The place of an imported line without an id, which earlier versions made its id of (visits/imports/ids.ts). */
  line?: string;
}

/**
 * An event inside collect, with the address and the agent, which never leave collect: see Arrival. Messages of the
 * previous version have this form and can still be read.
 */
export interface Sighting extends Addressed {
  address: string | null;
  agent: string | null;
}

/** An event on its way to the hub, by a call or through the queue. */
export interface Arrival extends Addressed {
  keys: VisitorKeys;
  /** The address as far as the property's privacy setting allows storing it. */
  ip: string | null;
  /** Only between hubs. */
  unnamed?: UnnamedIds;
}

/** The facts about an event that only the hub knows. */
export interface Stamp {
  /** Position in the hub's record: increasing and unique within a hub. */
  seq: number;
  visitor_id: string;
  /** The event's page view: the one that it names, or the latest of its page in the visit. */
  view_id: string | null;
  /** Null for an event that only measures and belongs to no visit. It is in the record but counts nowhere. */
  visit_id: string | null;
  /** The address as far as the property's privacy setting allows storing it. */
  ip: string | null;
  /** 1 if the event began a visit. */
  new_visit: number;
  /** The event's change to the visit's bounce (0 or 1). */
  bounce_delta: number;
  /** Seconds that this event adds to the visit. */
  duration_delta: number;
  /** Bit mask of the dimensions for which this is the visitor's first event of the local day with this value. */
  firsts: number;
  /** Bit mask of the event dimensions for which this is the visit's first event with this value. */
  visit_firsts: number;
  /** The bits of both masks beyond the first word; null without any. */
  firsts_high: number | null;
  visit_firsts_high: number | null;
  /** The local date (`YYYY-MM-DD`) and the start of the local hour (ms, UTC) of the event. */
  local_date: string;
  local_hour: number;
  /** The same for the start of its visit, where the visit, its bounce and its duration count. */
  visit_date: string;
  visit_hour: number;
  /** The page of the visit's first page view so far. */
  entry_page: string | null;
  /** The page of the visit's last page view after this event, and before it. */
  exit_page: string | null;
  exit_before: string | null;
  /** The visit's bounce and duration before this event, which move from `exit_before` to `exit_page`. */
  visit_bounce: number;
  visit_duration: number;
  /**
   * −1 if none of this visitor's visits of the day ends on `exit_before` any more; 1 if this is the first that ends on
   * `exit_page`.
   */
  exit_lost: number;
  exit_gained: number;
  /** The version of the rules for stamping and counting the event: STAMP_VERSION; null for the first version. */
  stamp_version: number | null;
  /** The visitor of the visit as known so far: a hash of a user's id, or of a stored id. */
  person_id: string | null;
  /** 1 if the visit's first page view, which sets its entry page, came after its first event. */
  entry_moved: number | null;
  /** Like `exit_lost` and `exit_gained`, for the entry page. */
  entry_lost: number | null;
  entry_gained: number | null;
  /** With `entry_moved`: the counts of the visit's earlier events, which had no entry page. */
  entry_early: EarlyFacts[] | null;
  /** The event's own facts, if its row has those of its visit. Null if no difference would matter in another order. */
  own: OwnFacts | null;
  /** 1 if it arrived out of order and the stamps depend on the order, so its day must be stamped again. */
  late: number | null;
  /** The visitor's id of the day before without a user, only in the 30 minutes after midnight. */
  visitor_before: string | null;
  /** The id that the visitor has without the user, if a page named the user and the row has the user's id. */
  visitor_unnamed: string | null;
}

/**
 * `view_id` and `person_id` are null if the event itself names none. `person_id` is the stored id if the event has one and
 * the row's person is a user: the one that it names, or the one with whom the id was seen before. An event older than its
 * visit's first event keeps its facts of the visit, because the visit would have them if the events had arrived in order.
 * So does any event of a visit that may yet part, because it may become the first of its part; `itself` is 1 if its facts
 * are those of the visit.
 */
export type OwnFacts = Partial<VisitFacts> & { view_id?: null; person_id?: string | null; itself?: 1 };

/** The counts of a visit's events on a local date before its first page view. */
export type EarlyFacts = [date: string, events: number, engaged_ms: number, scroll_sum: number, scroll_views: number];

/**
 * Version 2: measuring events neither count as `events` nor make a visitor. Entry and exit page are those of page
 * views, and count on the day the visit began, as do visits by event dimensions.
 */
export const STAMP_VERSION = 2;

export interface StampedEvent extends Event, Stamp {
  site_id: string;
}
