// The panels of the overview: the dimensions of each, by tab. The catalogue has everything else. Pure.
import { type DIMENSIONS, dimensionFor, hasMeaning, type MetricName } from "../../../workers/domain/events/catalog";
import { words } from "../words/overview";

export type DimensionName = (typeof DIMENSIONS)[number]["name"];

export interface Tab {
  dimension: DimensionName;
  label: string;
}

export interface PanelDefinition {
  title: string;
  /** The metric of the rows, which also orders them. */
  metric: MetricName;
  /** A second figure in place of the share. */
  second?: MetricName;
  tabs: readonly Tab[];
  /** Tabs after the first `shown` are in a menu with this name. */
  shown: number;
  more?: string;
  /** The text of an empty panel. */
  empty: string;
}

const tab = (dimension: keyof typeof words.tabs): Tab => ({ dimension, label: words.tabs[dimension] });

export const PANELS = {
  sources: {
    title: words.panels.sources,
    metric: "visitors",
    tabs: [
      tab("visit:channel"),
      tab("visit:source"),
      tab("visit:referrer"),
      tab("visit:utm_campaign"),
      tab("visit:utm_source"),
      tab("visit:utm_medium"),
      tab("visit:utm_term"),
      tab("visit:utm_content"),
    ],
    shown: 3,
    more: words.campaigns,
    empty: words.noVisits,
  },
  pages: {
    title: words.panels.pages,
    metric: "visitors",
    tabs: [tab("event:page"), tab("visit:entry_page"), tab("visit:exit_page"), tab("event:hostname")],
    shown: 4,
    empty: words.noPages,
  },
  places: {
    title: words.panels.places,
    metric: "visitors",
    tabs: [tab("visit:country"), tab("visit:region"), tab("visit:city")],
    shown: 3,
    empty: words.noVisitors,
  },
  technology: {
    title: words.panels.technology,
    metric: "visitors",
    tabs: [
      tab("visit:browser"),
      tab("visit:os"),
      tab("visit:device"),
      tab("visit:browser_version"),
      tab("visit:os_version"),
      tab("visit:screen"),
      tab("visit:language"),
      tab("visit:network"),
      tab("visit:network_type"),
    ],
    shown: 3,
    more: words.more,
    empty: words.noVisitors,
  },
  events: {
    title: words.panels.events,
    metric: "events",
    second: "visitors",
    tabs: [tab("event:name")],
    shown: 1,
    empty: words.noEvents,
  },
} as const satisfies Record<string, PanelDefinition>;

export type PanelName = keyof typeof PANELS;
export const PANEL_NAMES = Object.keys(PANELS) as PanelName[];
export const panelFor = (name: PanelName): PanelDefinition => PANELS[name];

/** The columns of "show all", the most important first. A dimension shows those that its rollups have. */
const COLUMNS: readonly MetricName[] = [
  "visitors",
  "visits",
  "pageviews",
  "events",
  "bounce_rate",
  "visit_duration",
  "time_on_page",
  "scroll_depth",
];

/** Columns that repeat another or mean nothing for a dimension. */
const DULL: Partial<Record<DimensionName, readonly MetricName[]>> = {
  "event:page": ["visits", "events"],
  "event:name": ["visits", "pageviews", "time_on_page", "scroll_depth"],
  "event:hostname": ["events"],
};

/** The metrics with a meaning for a dimension, at most six. */
export function columnsFor(name: DimensionName): MetricName[] {
  const known = dimensionFor(name);
  if (!known) return ["visitors"];
  const dull = DULL[name] ?? (known.scope === "visit" ? ["events", "time_on_page", "scroll_depth"] : []);
  return COLUMNS.filter((one) => !dull.includes(one) && hasMeaning(one, known.scope));
}

/** The dimensions that path groups can group. */
const GROUPED: Partial<Record<DimensionName, string>> = {
  "event:page": "event:page_group",
  "visit:entry_page": "visit:entry_page_group",
  "visit:exit_page": "visit:exit_page_group",
};

/** The dimension whose values are the groups of pages; the same where there is none. */
export const grouped = (name: DimensionName): string => GROUPED[name] ?? name;
export const canGroup = (name: DimensionName): boolean => Object.hasOwn(GROUPED, name);
/** The dimension of single pages. */
export const ungrouped = (name: string): DimensionName =>
  (Object.keys(GROUPED) as DimensionName[]).find((one) => GROUPED[one] === name) ?? (name as DimensionName);
