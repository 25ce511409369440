// The tables of the analysis zone: per local day, visits and the actions in them. Both are sorted by visitor, then time, so
// that a scan counts distinct visitors and visits without sets. Column names are those of the lake where they mean the same.
import { VISIT_DIMENSIONS } from "../../events/catalog";
import type { LAKE_COLUMNS } from "../../events/columns";
import type { StampedEvent, VisitFacts } from "../../events/event";

/** A visit, as far as it lies in the day of its table. */
export interface VisitRow extends Omit<VisitFacts, "asn"> {
  /** The visitor's id of the table's day. */
  visitor_id: string;
  /** Null for events that only measure and belong to no visit. */
  visit_id: string | null;
  /** 1 where the visit began on the day of the table; 0 where it came over midnight. */
  began: number;
  /** When its first event happened, ms; and the beginning of the local hour in which it is counted, epoch seconds. */
  started_at: number;
  hour: number;
  /** Of the whole visit, wherever it lies: 1 or 0, and seconds. */
  bounces: number;
  duration: number;
  pageviews: number;
  events: number;
  entry_page: string | null;
  exit_page: string | null;
  /** Who the visitor is known to be by the end of the visit. */
  person_id: string | null;
  user_id: string | null;
  /** Number of its rows in the table of actions, where visits have the same order. */
  actions: number;
}

/** What a row of actions is for. Only one use counts it in a question about events, and one in a question about visits. */
export const USE = {
  /** The event and its visit are of the table's day. */
  both: 0,
  /** A later event of a visit that began on this day: it counts on its own day, where it has another row. */
  visit: 1,
  /** An event of this day, of a visit that came over midnight. */
  event: 2,
  /** An event of another day of a visit that came over midnight: only to know what was done in the visit. */
  context: 3,
  /** An event of this day that only measures and belongs to no visit: by it nobody is a visitor. */
  alone: 4,
} as const;

/** An event. Engagement is added to its page view where both are of one hour. */
export interface ActionRow {
  event_id: string;
  event_time: number;
  /** One of USE. */
  use: number;
  /** Beginning of the event's local hour, epoch seconds. */
  hour: number;
  name: string;
  /** 1 for an event that the metric `events` counts. */
  counted: number;
  /** 1 for a page view. */
  pageview: number;
  interactive: number;
  hostname: string | null;
  page: string | null;
  title: string | null;
  button_id: string | null;
  href: string | null;
  rule: string | null;
  /** Milliseconds of reading, and percent points and number of page views of scrolling. */
  engaged_ms: number;
  scroll_sum: number;
  scroll_views: number;
  /** Of engagement that has a row of its own: how many rows before it its page view stands. 0: there is none. */
  view: number;
  revenue_amount: number | null;
  revenue_currency: string | null;
  props: StampedEvent["props"];
}

type Columns<Row> = Readonly<Record<keyof Row & string, (typeof LAKE_COLUMNS)[keyof typeof LAKE_COLUMNS]>>;

/** The columns of a visit that are dimensions, entry and exit page included. */
export const VISIT_TEXTS = [
  ...new Set([...VISIT_DIMENSIONS.map(({ column }) => column), "exit_page"]),
] as (keyof VisitRow)[];

export const VISIT_COLUMNS = {
  visitor_id: "text",
  visit_id: "text",
  began: "integer",
  started_at: "time",
  hour: "bigint",
  bounces: "integer",
  duration: "integer",
  pageviews: "integer",
  events: "integer",
  entry_page: "text",
  exit_page: "text",
  person_id: "text",
  user_id: "text",
  actions: "integer",
  source: "text",
  referrer: "text",
  channel: "text",
  utm_source: "text",
  utm_medium: "text",
  utm_campaign: "text",
  utm_term: "text",
  utm_content: "text",
  device: "text",
  browser: "text",
  browser_version: "text",
  os: "text",
  os_version: "text",
  screen: "text",
  language: "text",
  country: "text",
  region: "text",
  city: "text",
  network: "text",
  network_type: "text",
} as const satisfies Columns<VisitRow>;

export const ACTION_COLUMNS = {
  event_id: "text",
  event_time: "time",
  use: "integer",
  hour: "bigint",
  name: "text",
  counted: "integer",
  pageview: "integer",
  interactive: "integer",
  hostname: "text",
  page: "text",
  title: "text",
  button_id: "text",
  href: "text",
  rule: "text",
  engaged_ms: "integer",
  scroll_sum: "integer",
  scroll_views: "integer",
  view: "integer",
  revenue_amount: "double",
  revenue_currency: "text",
  props: "json",
} as const satisfies Columns<ActionRow>;

/** What a local day has. */
export interface DayTables {
  visits: VisitRow[];
  /** The rows of the first visit, then those of the second, and so on. */
  actions: ActionRow[];
}
