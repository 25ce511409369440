// The panels of the overview: which dimensions each shows, under which tab. The rest follows from the catalogue. Pure.
import {
  type DIMENSIONS,
  dimensionFor,
  FACTS_OF_SCOPE,
  METRICS,
  type MetricName,
} from "../../../workers/domain/events/catalog";

export type DimensionName = (typeof DIMENSIONS)[number]["name"];

export interface Tab {
  dimension: DimensionName;
  label: string;
}

export interface PanelDefinition {
  title: string;
  /** What a row counts, and what orders the rows. */
  metric: MetricName;
  /** A second figure instead of the share. */
  second?: MetricName;
  tabs: readonly Tab[];
  /** Tabs beyond the first `shown` are under a menu of this name. */
  shown: number;
  more?: string;
  /** What an empty panel says. */
  empty: string;
}

const tab = (dimension: DimensionName, label: string): Tab => ({ dimension, label });

export const PANELS = {
  sources: {
    title: "Sources",
    metric: "visitors",
    tabs: [
      tab("visit:channel", "Channel"),
      tab("visit:source", "Source"),
      tab("visit:referrer", "Referrer"),
      tab("visit:utm_campaign", "Campaign"),
      tab("visit:utm_source", "UTM source"),
      tab("visit:utm_medium", "UTM medium"),
      tab("visit:utm_term", "UTM term"),
      tab("visit:utm_content", "UTM content"),
    ],
    shown: 3,
    more: "Campaigns",
    empty: "No visits in this period.",
  },
  pages: {
    title: "Pages",
    metric: "visitors",
    tabs: [
      tab("event:page", "Page"),
      tab("visit:entry_page", "Entry"),
      tab("visit:exit_page", "Exit"),
      tab("event:hostname", "Hostname"),
    ],
    shown: 4,
    empty: "No page was viewed in this period.",
  },
  places: {
    title: "Locations",
    metric: "visitors",
    tabs: [tab("visit:country", "Country"), tab("visit:region", "Region"), tab("visit:city", "City")],
    shown: 3,
    empty: "No visitors in this period.",
  },
  technology: {
    title: "Technology",
    metric: "visitors",
    tabs: [
      tab("visit:browser", "Browser"),
      tab("visit:os", "System"),
      tab("visit:device", "Device"),
      tab("visit:browser_version", "Browser version"),
      tab("visit:os_version", "System version"),
      tab("visit:screen", "Screen"),
      tab("visit:language", "Language"),
      tab("visit:network", "Network"),
      tab("visit:network_type", "Network type"),
    ],
    shown: 3,
    more: "More",
    empty: "No visitors in this period.",
  },
  events: {
    title: "Events",
    metric: "events",
    second: "visitors",
    tabs: [tab("event:name", "Event")],
    shown: 1,
    empty: "No events in this period.",
  },
} as const satisfies Record<string, PanelDefinition>;

export type PanelName = keyof typeof PANELS;
export const PANEL_NAMES = Object.keys(PANELS) as PanelName[];
export const panelFor = (name: PanelName): PanelDefinition => PANELS[name];

/** The columns of "show all", most telling first; of these a dimension shows what its rollups can carry. */
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

/** A column per dimension that repeats another or says nothing there. */
const DULL: Partial<Record<DimensionName, readonly MetricName[]>> = {
  "event:page": ["visits", "events"],
  "event:name": ["visits", "pageviews", "time_on_page", "scroll_depth"],
  "event:hostname": ["events"],
};

/** Which metrics have a meaning for a dimension, at most six. */
export function columnsFor(name: DimensionName): MetricName[] {
  const known = dimensionFor(name);
  if (!known) return ["visitors"];
  const facts = FACTS_OF_SCOPE[known.scope];
  const dull = DULL[name] ?? (known.scope === "visit" ? ["events", "time_on_page", "scroll_depth"] : []);
  return COLUMNS.filter((one) => !dull.includes(one) && METRICS[one].needs.every((fact) => facts.includes(fact)));
}
