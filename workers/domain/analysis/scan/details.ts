// Details in a frame: the details of events (domain/counts/details.ts) that match a filter, counted by the same functions
// as in rollups. A question keeps only the details that it asks for.
import {
  type Detail,
  type Detailed,
  detailsOf,
  eventPageDimension,
  heatDimension,
  NETWORK_PAGE,
  propDimension,
  ruleDimension,
} from "../../counts/details";
import type { HeatWidth } from "../../counts/insight";
import { HEAT_PLACE, OF_RULE, PROP, unpack, VITAL_KEY, VITAL_PLACE } from "../../counts/value";
import { dimensionFor } from "../../events/catalog";
import type { PropValue } from "../../events/event";
import { toEventType } from "../../events/measurement";
import { Problem } from "../../requests/problem";
import type { PageGroup } from "../ask/path-groups";
import type { Frame, TextColumn } from "../frame";
import { COUNTS, type Matches } from "./matches";
import { MOST_ROWS } from "./scan";

/** What a page is in an ask for vitals or heatmaps: itself, or the path group that it belongs to. */
export type PageDimension = "event:page" | "event:page_group";

/** Which details are asked for. A parameter of null does not narrow them. The comments show the values of a row. */
export type DetailsAsk =
  /** `page`, page; or `prop`, key, value. */
  | { of: "event"; name: string }
  /** page: the samples of all metrics. */
  | { of: "vital pages"; by: PageDimension; device: string | null }
  /** Part, page or device or nothing, metric dimension, bucket, rating. The part `page` has only these pages. */
  | { of: "vitals"; by: PageDimension; page: string | null; device: string | null; pages: readonly string[] }
  /** page, width, name of the sum. */
  | { of: "heatmaps"; by: PageDimension; width: HeatWidth | null }
  /** `click`, `move`, `reach` or `page`, key. */
  | { of: "heatmap"; by: PageDimension; page: string; width: HeatWidth }
  /** `page`, `text`, `device` or `seen_page`, value. */
  | { of: "rule"; id: string }
  /** network, page. */
  | { of: "network pages"; networks: readonly string[] };

/** The columns that details are made of. */
export const DETAIL_COLUMNS = {
  visits: ["device", "network", "network_type"],
  actions: ["name", "page", "href", "rule"],
} as const;

/** Whether an event may have any of the details, by its name and rule. */
function selectorFor(ask: DetailsAsk): (name: string, rule: string | null) => boolean {
  switch (ask.of) {
    case "event":
      return (name) => name === ask.name;
    case "vital pages":
    case "vitals":
      return (name) => name === "web_vital";
    case "heatmaps":
    case "heatmap":
      return (name) => name === "heatmap";
    case "rule":
      return (_, rule) => rule === ask.id;
    case "network pages":
      return (name) => name === "pageview";
  }
}

type Values = readonly string[];

const VITAL = "vital/";
const ABSENT_PAGE = dimensionFor("event:page")!.absent;
const HEATMAP_PARTS = ["click", "move", "reach", "page"] as const;
const RULE_PARTS = ["page", "text", "device", "seen_page"] as const;

type NameOfPage = (page: string) => string;

function ofVital(
  ask: Extract<DetailsAsk, { of: "vitals" | "vital pages" }>,
  dimension: string,
  value: string,
  listed: ReadonlySet<string>,
  nameOf: NameOfPage,
): Values[] {
  if (!dimension.startsWith(VITAL)) return [];
  const { place, key } = unpack(value);
  const [path, device] = VITAL_PLACE.split(place);
  const page = nameOf(path);
  const isOfDevice = ask.device === null || device === ask.device;
  if (ask.of === "vital pages") return isOfDevice ? [[page]] : [];
  const isOfPage = ask.page === null || page === ask.page;
  const sample = [dimension, ...VITAL_KEY.split(key)];
  return [
    ...(isOfPage && isOfDevice ? [["all", "", ...sample]] : []),
    ...(isOfDevice && listed.has(page) ? [["page", page, ...sample]] : []),
    ...(isOfPage ? [["device", device, ...sample]] : []),
  ];
}

/** The pages or networks that an ask lists. */
const listedIn = (ask: DetailsAsk): ReadonlySet<string> =>
  new Set(ask.of === "vitals" ? ask.pages : ask.of === "network pages" ? ask.networks : []);

/** The name that pages have in the rows of an ask. */
const pageNameFor =
  (ask: DetailsAsk, pageGroup: PageGroup | null): NameOfPage =>
  (page) =>
    pageGroup !== null && "by" in ask && ask.by === "event:page_group" && page !== ABSENT_PAGE
      ? (pageGroup(page) ?? ABSENT_PAGE)
      : page;

/** The rows in which a detail counts. */
function valuesFor(
  ask: DetailsAsk,
  [dimension, value]: Detail,
  listed: ReadonlySet<string>,
  nameOf: NameOfPage,
): Values[] {
  switch (ask.of) {
    case "event":
      if (dimension === eventPageDimension(ask.name)) return [["page", value]];
      return dimension === propDimension(ask.name) ? [["prop", ...PROP.split(value)]] : [];
    case "vital pages":
    case "vitals":
      return ofVital(ask, dimension, value, listed, nameOf);
    case "heatmaps": {
      const { place, key } = unpack(value);
      const [page, width] = HEAT_PLACE.split(place);
      const isAsked = dimension === heatDimension("page") && (ask.width === null || width === ask.width);
      return isAsked ? [[nameOf(page), width, key]] : [];
    }
    case "heatmap": {
      const part = HEATMAP_PARTS.find((of) => dimension === heatDimension(of));
      const { place, key } = unpack(value);
      const [page, width] = HEAT_PLACE.split(place);
      return part && width === ask.width && nameOf(page) === ask.page ? [[part, key]] : [];
    }
    case "rule": {
      const part = RULE_PARTS.find((of) => dimension === ruleDimension(of));
      const [rule, rest] = OF_RULE.split(value);
      return part && rule === ask.id ? [[part, rest]] : [];
    }
    case "network pages": {
      const { place, key } = unpack(value);
      return dimension === NETWORK_PAGE && listed.has(place) ? [[place, key]] : [];
    }
  }
}

/** False where no detail that is asked for depends on props. */
export const needsProps = ({ of }: DetailsAsk): boolean => of !== "network pages";

export interface DetailRow {
  values: string[];
  events: number;
}

/** Counts the details of the matches of a frame. */
export class DetailCount {
  private readonly ask: DetailsAsk;
  private readonly listed: ReadonlySet<string>;
  private readonly nameOf: NameOfPage;
  private readonly columns: Record<keyof Columns, TextColumn>;
  private readonly rows = new Map<string, DetailRow>();
  /** Matches that may have details: the action and its visit by turns. */
  private readonly wanted: number[] = [];
  private next = 0;

  /**
   * @param pageGroup null where the property groups no pages.
   * @throws Error when the frame lacks one of the columns.
   */
  constructor(
    frame: Frame,
    matches: Matches,
    { first, last }: { first: number; last: number },
    ask: DetailsAsk,
    pageGroup: PageGroup | null,
  ) {
    this.ask = ask;
    this.listed = listedIn(ask);
    this.nameOf = pageNameFor(ask, pageGroup);
    this.columns = columnsOf(frame);
    const { name, rule } = this.columns;
    const isAsked = selectorFor(ask);
    for (let visit = frame.visitsOf[first]!; visit < frame.visitsOf[last + 1]!; visit++) {
      if (matches.visits[visit] === 0) continue;
      for (let action = frame.actionsOf[visit]!; action < frame.actionsOf[visit + 1]!; action++)
        if (matches.actions[action]! & COUNTS.event && isAsked(textAt(name, action) ?? "", textAt(rule, action)))
          this.wanted.push(action, visit);
    }
  }

  /** Whether any of the actions from `start` to `end` (excluded) is to be counted. They must be given in their order. */
  isWanted(end: number): boolean {
    return this.next < this.wanted.length && this.wanted[this.next]! < end;
  }

  /**
   * Counts the actions before `end` that have not been counted.
   * @throws Problem invalid when they have too many different details.
   */
  add(end: number, propsAt: (action: number) => Detailed["props"]): void {
    for (; this.isWanted(end); this.next += 2) {
      const [action, visit] = [this.wanted[this.next]!, this.wanted[this.next + 1]!];
      for (const detail of detailsOf(this.eventAt(action, visit, propsAt(action))))
        for (const values of valuesFor(this.ask, detail, this.listed, this.nameOf)) this.count(values, detail[2]);
    }
  }

  result(): DetailRow[] {
    return [...this.rows.values()];
  }

  private eventAt(action: number, visit: number, props: Record<string, PropValue> | null): Detailed {
    const { name, page, href, rule, device, network, network_type } = this.columns;
    const named = textAt(name, action) ?? "";
    return {
      event_type: toEventType(named).event_type,
      name: named,
      page: textAt(page, action),
      href: textAt(href, action),
      rule: textAt(rule, action),
      device: textAt(device, visit),
      network: textAt(network, visit),
      network_type: textAt(network_type, visit),
      props,
    };
  }

  private count(values: Values, events: number): void {
    const key = values.join("\0");
    const row = this.rows.get(key);
    if (row) row.events += events;
    else if (this.rows.size < MOST_ROWS) this.rows.set(key, { values: [...values], events });
    else
      throw new Problem(
        "invalid",
        `period has more than ${MOST_ROWS} different values of what is asked for; ask for fewer days, or filter`,
      );
  }
}

type Columns = Record<(typeof DETAIL_COLUMNS)["visits" | "actions"][number], TextColumn>;

function columnsOf(frame: Frame): Columns {
  const found = (["visits", "actions"] as const).flatMap((table) =>
    DETAIL_COLUMNS[table].map((name) => {
      const column = frame[table].texts.get(name);
      if (!column) throw new Error(`frame lacks column ${name} of ${table}`);
      return [name, column] as const;
    }),
  );
  return Object.fromEntries(found) as Columns;
}

const textAt = ({ codes, values }: TextColumn, row: number): string | null =>
  codes[row] === 0 ? null : values[codes[row]!]!;
