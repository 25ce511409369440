// Details: counts beyond the dimensions of the catalogue. A table lists the details of each kind of event. Engagement
// has none, and page views only add the pages that organizations read, so these frequent events stay cheap.
//
// A detail is a dimension of its own among the rollups' days, with the fact `events` only. Its size: an event adds at
// most 32 props (30 of its own) of 300 characters each, or the cells of its heatmap. Owners choose the values of custom
// props, so only the number of events limits how many there are.
//
// Vitals and heatmaps have few values per event and a bounded number per page, so those of a page and day share one
// packed row: D1 bills by row, and separate rows would cost ten times as much as everything else. The pages that a
// network reads are packed too, although they are not bounded: storage/counts/fold.ts limits the size of a row.
import type { PropValue, StampedEvent } from "../events/event";
import type { EventType } from "../events/measurement";
import { readsAsOrganization } from "../networks/network";
import { toCleanText } from "../requests/text";
import { beginsView, isHeatWidth, MOST_CLICKS, MOST_MOVES, stepsReached, toCells } from "./heatmap";
import { ELEMENT, ERROR_PLACE, FORM_FIELD, HEAT_PLACE, OF_RULE, PROP, pack, VITAL_KEY, VITAL_PLACE } from "./value";
import { bucketFor, isVital, RATINGS, type Rating, ratingFor } from "./vitals";

/** What the details of an event depend on. */
export type Detailed = Pick<
  StampedEvent,
  "event_type" | "name" | "page" | "device" | "props" | "href" | "rule" | "network" | "network_type"
>;

/** The number of events of a day with a value of a detail. */
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
  /** Joins message, file and line of an error, because separately they do not show which belong together. */
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

/**
 * Seconds and characters of our own measurements are rounded to two digits, or every other visitor would have a value
 * of their own.
 */
const isCoarse = (key: string, kind: DetailKind): boolean =>
  kind.props !== "all" && (key === "seconds" || key === "characters");

/** Prefixes of dimensions with packed values: all values of one place share a row. */
export const PACKED = ["vital/", "heat/", "network/"] as const;
/** Prefixes of the details of one event name, which is the rest of the dimension. */
export const OF_NAME = ["prop/", "event_page/"] as const;
/** Prefixes of all details. */
export const DETAILS = [...OF_NAME, "rule_", ...PACKED] as const;

/**
 * Characters of an event's name that are escaped within the name of a dimension: they end a label in a JSON path of SQLite,
 * by which the view of pending counts looks dimensions up (storage/counts/tables.ts). The first begins what is escaped.
 */
export const ESCAPED_SIGNS = ["%", '"', ".", "[", "\\"] as const;
/** `"` → `%22` */
export const escapeSign = (sign: string): string => `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`;
const inDimension = (name: string): string =>
  ESCAPED_SIGNS.reduce((text, sign) => text.replaceAll(sign, escapeSign(sign)), name);

/** Value PROP. */
export const propDimension = (name: string): string => `prop/${inDimension(name)}`;
/** Value page. */
export const eventPageDimension = (name: string): string => `event_page/${inDimension(name)}`;
/** Value VITAL_PLACE packed with VITAL_KEY. */
export const vitalDimension = (metric: string): string => `vital/${metric}`;
/**
 * Value HEAT_PLACE packed with a cell `col,row`; `reach` has the percentage instead, and `page` one of clicks, moves,
 * views.
 */
export const heatDimension = (of: "click" | "move" | "reach" | "page"): string => `heat/${of}`;

/** Page views of organizations. The value packs the network with the page. */
export const NETWORK_PAGE = "network/page";

/** Details of a rule's matches. Each value is OF_RULE: a page, an ELEMENT or the device. */
export const ruleDimension = (of: "page" | "text" | "device" | "seen_page"): string => `rule_${of}`;

const pageOf = (event: Detailed): string => toCleanText(event.page, MAX_PAGE) ?? "(none)";
const deviceOf = (event: Detailed): string => toCleanText(event.device, MAX_VALUE) ?? "(unknown)";

function textOf(key: string, value: PropValue | undefined, kind: DetailKind): string | null {
  if (value === undefined) return null;
  const isRounded = isCoarse(key, kind) && typeof value === "number";
  return toCleanText(String(isRounded ? Number(value.toPrecision(2)) : value), MAX_VALUE);
}

function propsOf(event: Detailed, kind: DetailKind): Map<string, string> {
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

function propDetails(event: Detailed, kind: DetailKind): Detail[] {
  const dimension = propDimension(event.name);
  const props = [...propsOf(event, kind)].map(([key, value]): Detail => [dimension, PROP.join(key, value), 1]);
  return [[eventPageDimension(event.name), pageOf(event), 1], ...props];
}

/** The page where a rule matched or was in sight; for matches also the element's text and the device. */
function ruleDetails(event: Detailed): Detail[] {
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

function vitalDetails(event: Detailed): Detail[] {
  const { metric, value, rating } = event.props ?? {};
  if (!isVital(metric) || typeof value !== "number" || value < 0) return [];
  const rated = RATINGS.includes(rating as Rating) ? (rating as Rating) : ratingFor(metric, value);
  const place = VITAL_PLACE.join(pageOf(event), deviceOf(event));
  return [[vitalDimension(metric), pack(place, VITAL_KEY.join(bucketFor(value), rated)), 1]];
}

function heatDetails(event: Detailed): Detail[] {
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
 * The details of an event that depend on its network. They change when a provider names another network. Visits from
 * ISPs and hosts add none, because their customers' page views say nothing about them.
 */
export function networkDetails(event: Detailed): Detail[] {
  if (event.event_type !== "pageview" || !readsAsOrganization(event.network_type)) return [];
  const network = toCleanText(event.network, MAX_VALUE);
  const page = toCleanText(event.page, MAX_PAGE);
  return network === null || page === null ? [] : [[NETWORK_PAGE, pack(network, page), 1]];
}

/** The details of one event. Most kinds have none. */
export function detailsOf(event: Detailed): Detail[] {
  if (event.event_type === "pageview") return networkDetails(event);
  if (event.event_type === "web_vital") return vitalDetails(event);
  if (event.event_type === "heatmap") return heatDetails(event);
  const kind = KINDS[event.event_type];
  const details = kind ? propDetails(event, kind) : [];
  // Every event gets here, but few belong to a rule.
  return event.rule === null ? details : [...details, ...ruleDetails(event)];
}
