// The lake's columns: one row per event, every fact of the stamped event under its own name.
import type { Visit } from "../visits/visit";
import { VISIT_DIMENSIONS } from "./catalog";
import type { Event, Stamp, StampedEvent } from "./event";

/** `time` is a UTC timestamp in milliseconds; `json` a text that holds a JSON object. */
export type ColumnType = "text" | "integer" | "bigint" | "double" | "time" | "json";

/** Append only: see PackedEvent. */
export const LAKE_COLUMNS = {
  site_id: "text",
  event_id: "text",
  event_type: "text",
  name: "text",
  event_time: "time",
  received_at: "time",
  visitor_id: "text",
  visit_id: "text",
  user_id: "text",
  session_id: "text",
  hostname: "text",
  page: "text",
  title: "text",
  button_id: "text",
  selector: "text",
  href: "text",
  props: "json",
  revenue_amount: "double",
  revenue_currency: "text",
  engaged_ms: "integer",
  scroll_depth: "integer",
  scroll_before: "integer",
  source: "text",
  referrer: "text",
  channel: "text",
  utm_source: "text",
  utm_medium: "text",
  utm_campaign: "text",
  utm_term: "text",
  utm_content: "text",
  entry_page: "text",
  exit_page: "text",
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
  asn: "bigint",
  ip: "text",
  seq: "bigint",
  new_visit: "integer",
  bounce_delta: "integer",
  duration_delta: "integer",
  firsts: "integer",
  visit_firsts: "integer",
  local_date: "text",
  local_hour: "time",
  visit_date: "text",
  visit_hour: "time",
  exit_before: "text",
  visit_bounce: "integer",
  visit_duration: "integer",
  exit_lost: "integer",
  exit_gained: "integer",
  rule: "text",
  network_type: "text",
} as const satisfies Record<keyof StampedEvent, ColumnType>;

export const LAKE_COLUMN_NAMES = Object.keys(LAKE_COLUMNS) as (keyof StampedEvent)[];

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
} as const satisfies Record<keyof Stamp | "site_id", true>;
/** Where each column of a stamped event comes from: the stamp, its place among the visit's dimensions, or itself. */
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
      if (isStamped) return given[column];
      return column === "asn" ? visit.asn : own[column];
    }),
  );
}

export function unpackEvent(packed: PackedEvent): StampedEvent {
  return Object.fromEntries(
    LAKE_COLUMN_NAMES.map((column, i) => [column, packed[i] ?? null]),
  ) as unknown as StampedEvent;
}

/** Keys of a message's object in the raw zone. Hive-style, so that any engine finds its way. */
export const rawKey = (siteId: string, date: string, messageId: string): string =>
  `raw/site_id=${siteId}/date=${date}/${messageId}.parquet`;

/** Keys of compacted objects: of one event type, from a local date on. */
export const eventsKey = (eventType: string, date: string, siteId: string, name: string): string => {
  const [year, month] = date.split("-");
  return `events/event_type=${eventType}/year=${year}/month=${month}/date=${date}/site_id=${siteId}/${name}.parquet`;
};

/** Where a message is kept that could not be counted. */
export const deadLetterKey = (id: string): string => `dead_letters/${id}.json`;

/** Keys of what the pipeline makes of a property's raw objects: `date` is the first local date in it. */
export const pipelineKey = (
  zone: "techstack" | "ip_list" | "ip_enrichment",
  date: string,
  siteId: string,
  firstId: number,
  lastId: number,
  mark = "",
): string => `${zone}/date=${date}/site_id=${siteId}/${firstId}-${lastId}${mark}.parquet`;
