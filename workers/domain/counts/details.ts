// Details: what rollups count beyond the dimensions of the catalogue. Which kinds of event give which is a table;
// engagement gives none and page views only what organizations read, so that they cost what they did.
//
// A detail is a dimension of its own kind among the rollups' days, with the fact `events` only. How large it can get: an
// event adds at most 32 props (30 of its own) of 300 characters each, or the cells of its heatmap. Values of custom props
// are what owners ask for, so their number has no bound but the number of events.
//
// Vitals and heatmaps have a few values per event and a bounded number of them per page, so those of a page and day are
// packed into one row: D1 is paid by the row, and as rows of their own they would cost ten times what all else does. The
// pages that a network read are packed too, though nothing bounds them: storage/counts/fold.ts sees to the size of a row.
import type { PropValue, StampedEvent } from "../events/event";
import type { EventType } from "../events/measurement";
import { readsAsOrganization } from "../networks/network";
import { toCleanText } from "../requests/text";
import { beginsView, isHeatWidth, MOST_CLICKS, MOST_MOVES, stepsReached, toCells } from "./heatmap";
import { ELEMENT, ERROR_PLACE, FORM_FIELD, HEAT_PLACE, OF_RULE, PROP, pack, VITAL_KEY, VITAL_PLACE } from "./value";
import { bucketFor, isVital, RATINGS, type Rating, ratingFor } from "./vitals";

/** So many events of a day had this value of this detail. */
export type Detail = [dimension: string, value: string, events: number];

const MAX_KEY = 100;
const MAX_VALUE = 200;
const MAX_PAGE = 1000;
const MAX_HREF = 500;

/** The details of a kind of event: all or some of its props, `href`, and the names of form and field as a pair. */
interface DetailKind {
  props: "all" | readonly string[];
  href?: true;
  field?: true;
  /** Message, file and line of an error as one: apart they could not tell which belong together. */
  place?: true;
}

const CLICKED: DetailKind = { props: ["tag", "id", "classes", "text"], href: true };
const FIELD: DetailKind = { props: ["form", "field"], field: true };
const MEDIA: DetailKind = { props: ["media", "kind", "seconds"] };

const KINDS: Partial<Record<EventType, DetailKind>> = {
  scroll: { props: ["percent"] },
  click: CLICKED,
  rage_click: CLICKED,
  dead_click: CLICKED,
  hover: { props: ["name", "tag", "id"] },
  outbound: { props: [], href: true },
  download: { props: [], href: true },
  form_submit: { props: ["form"], href: true },
  form_start: { props: ["form"] },
  field_focus: FIELD,
  field_blur: { ...FIELD, props: ["form", "field", "seconds"] },
  form_abandon: FIELD,
  media_play: MEDIA,
  media_pause: MEDIA,
  media_25: MEDIA,
  media_50: MEDIA,
  media_75: MEDIA,
  media_complete: MEDIA,
  image_view: { props: ["image", "src"] },
  copy: { props: ["characters", "tag"] },
  idle: { props: ["seconds"] },
  js_error: { props: ["message", "file", "line"], place: true },
  not_found: { props: ["referrer"] },
  rule: { props: "all" },
  rule_view: { props: "all" },
  custom: { props: "all" },
};

/** Seconds and characters of our own measurements keep two digits, or every other visitor would have a value of their own. */
const isCoarse = (key: string, kind: DetailKind): boolean =>
  kind.props !== "all" && (key === "seconds" || key === "characters");

/** How dimensions begin whose values are packed: all that have the same place into one row. */
export const PACKED = ["vital/", "heat/", "network/"] as const;

/**
 * The name of an event within the name of a dimension. Escaped is what ends a label in a path of SQLite's JSON: the view
 * of what waits looks the dimension up by such a path (storage/counts/tables.ts).
 */
const inDimension = (name: string): string =>
  name.replace(/[%".[\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`);

/** Value PROP. */
export const propDimension = (name: string): string => `prop/${inDimension(name)}`;
/** Value page. */
export const eventPageDimension = (name: string): string => `event_page/${inDimension(name)}`;
/** Value VITAL_PLACE packed with VITAL_KEY. */
export const vitalDimension = (metric: string): string => `vital/${metric}`;
/** Value HEAT_PLACE packed with a cell `col,row`; of `reach` the percent instead, and of `page` one of clicks, moves, views. */
export const heatDimension = (of: "click" | "move" | "reach" | "page"): string => `heat/${of}`;

/** Page views of organizations: value the network packed with the page. */
export const NETWORK_PAGE = "network/page";

/** What is known of a rule's matches, each value OF_RULE: a page, an ELEMENT or the device. */
export const ruleDimension = (of: "page" | "text" | "device" | "seen_page"): string => `rule_${of}`;

const pageOf = (event: StampedEvent): string => toCleanText(event.page, MAX_PAGE) ?? "(none)";
const deviceOf = (event: StampedEvent): string => toCleanText(event.device, MAX_VALUE) ?? "(unknown)";

function textOf(key: string, value: PropValue | undefined, kind: DetailKind): string | null {
  if (value === undefined) return null;
  const isRounded = isCoarse(key, kind) && typeof value === "number";
  return toCleanText(String(isRounded ? Number(value.toPrecision(2)) : value), MAX_VALUE);
}

function propsOf(event: StampedEvent, kind: DetailKind): Map<string, string> {
  const props = event.props ?? {};
  const found = new Map<string, string>();
  const put = (key: string, value: string | null) => {
    const clean = toCleanText(key, MAX_KEY);
    if (clean !== null && value !== null) found.set(clean, value);
  };
  for (const key of kind.props === "all" ? Object.keys(props) : kind.props)
    if (Object.hasOwn(props, key)) put(key, textOf(key, props[key], kind));
  if (kind.href) put("href", toCleanText(event.href, MAX_VALUE));
  const form = found.get("form");
  const field = found.get("field");
  if (kind.field && form !== undefined && field !== undefined) put("form field", FORM_FIELD.join(form, field));
  const message = found.get("message");
  if (kind.place && message !== undefined)
    put("message file line", ERROR_PLACE.join(message, found.get("file") ?? "", found.get("line") ?? ""));
  return found;
}

function propDetails(event: StampedEvent, kind: DetailKind): Detail[] {
  const dimension = propDimension(event.name);
  const props = [...propsOf(event, kind)].map(([key, value]): Detail => [dimension, PROP.join(key, value), 1]);
  return [[eventPageDimension(event.name), pageOf(event), 1], ...props];
}

/** Where a rule matched or was in sight; of matches also what the element said, and on which device. */
function ruleDetails(event: StampedEvent): Detail[] {
  const { props, href } = event;
  const rule = event.rule!;
  const page = OF_RULE.join(rule, pageOf(event));
  if (event.event_type === "rule_seen") return [[ruleDimension("seen_page"), page, 1]];
  const text = typeof props?.text === "string" ? toCleanText(props.text, MAX_VALUE) : null;
  return [
    [ruleDimension("page"), page, 1],
    [ruleDimension("text"), OF_RULE.join(rule, ELEMENT.join(text ?? "", toCleanText(href, MAX_HREF) ?? "")), 1],
    [ruleDimension("device"), OF_RULE.join(rule, deviceOf(event)), 1],
  ];
}

function vitalDetails(event: StampedEvent): Detail[] {
  const { metric, value, rating } = event.props ?? {};
  if (!isVital(metric) || typeof value !== "number" || value < 0) return [];
  const rated = RATINGS.includes(rating as Rating) ? (rating as Rating) : ratingFor(metric, value);
  const place = VITAL_PLACE.join(pageOf(event), deviceOf(event));
  return [[vitalDimension(metric), pack(place, VITAL_KEY.join(bucketFor(value), rated)), 1]];
}

function heatDetails(event: StampedEvent): Detail[] {
  const { width, clicks, moves, from, to } = event.props ?? {};
  if (!isHeatWidth(width)) return [];
  const place = HEAT_PLACE.join(pageOf(event), width);
  const details: Detail[] = [];
  for (const [of, cells] of [
    ["click", toCells(clicks, MOST_CLICKS)],
    ["move", toCells(moves, MOST_MOVES)],
  ] as const) {
    let sum = 0;
    for (const [cell, count] of cells) {
      details.push([heatDimension(of), pack(place, cell), count]);
      sum += count;
    }
    if (sum > 0) details.push([heatDimension("page"), pack(place, `${of}s`), sum]);
  }
  for (const step of stepsReached(from, to)) details.push([heatDimension("reach"), pack(place, step), 1]);
  if (beginsView(from, to)) details.push([heatDimension("page"), pack(place, "views"), 1]);
  return details;
}

/**
 * Those details of an event that say what its network reads: all that change when a provider says that it is another.
 * What customers of ISPs and hosts view says nothing of these.
 */
export function networkDetails(event: StampedEvent): Detail[] {
  if (event.event_type !== "pageview" || !readsAsOrganization(event.network_type)) return [];
  const network = toCleanText(event.network, MAX_VALUE);
  const page = toCleanText(event.page, MAX_PAGE);
  return network === null || page === null ? [] : [[NETWORK_PAGE, pack(network, page), 1]];
}

/** The details of one event; of most kinds none. */
export function detailsOf(event: StampedEvent): Detail[] {
  if (event.event_type === "pageview") return networkDetails(event);
  if (event.event_type === "web_vital") return vitalDetails(event);
  if (event.event_type === "heatmap") return heatDetails(event);
  const kind = KINDS[event.event_type];
  const details = kind ? propDetails(event, kind) : [];
  // Looked at for all events, but few are of a rule.
  return event.rule === null ? details : [...details, ...ruleDetails(event)];
}
