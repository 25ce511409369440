// The view: everything about the overview that a person would share, stored in the URL. Pure.
import { METRICS, type MetricName } from "../../../workers/domain/events/catalog";
import { words } from "../words/frame";
import { type DimensionName, PANEL_NAMES, PANELS, type PanelName, panelFor } from "./panel";
import { PERIODS, type Period, type PeriodName, toCustom } from "./period";

export const COMPARISONS = words.comparisons;
export type Comparison = keyof typeof COMPARISONS;

export interface View {
  period: Period;
  compare: Comparison;
  /** The metric of the chart. */
  metric: MetricName;
  /** True if the chart is shown as a table. */
  table: boolean;
  /** True if suspected bots are excluded from all numbers. */
  withoutBots: boolean;
  tabs: Record<PanelName, DimensionName>;
  /** The panel with an open "show all" dialog. */
  all: PanelName | null;
}

export type Params = Record<string, string | undefined>;

export const STANDARD_PERIOD: PeriodName = "28d";
const STANDARD_METRIC: MetricName = "visitors";

/** The column of a dimension is short and clear enough for a URL: `pages=exit_page`. */
const columnOf = (dimension: DimensionName): string => dimension.slice(dimension.indexOf(":") + 1);

/** Every screen reads its period with this function. */
export function readPeriod(params: Params): Period {
  const name = params.period ?? "";
  if (name === "custom") return toCustom(params.from, params.to) ?? { name: STANDARD_PERIOD };
  return { name: Object.hasOwn(PERIODS, name) ? (name as PeriodName) : STANDARD_PERIOD };
}

/** The parameter that excludes suspected bots, on every screen that supports it. */
export const readWithoutBots = ({ bots }: Params): boolean => bots === "without";
export const writeWithoutBots = (without: boolean): Params => ({ bots: without ? "without" : undefined });

function readTab(panel: PanelName, column: string | undefined): DimensionName {
  const { tabs } = panelFor(panel);
  return (tabs.find((tab) => columnOf(tab.dimension) === column) ?? tabs[0]!).dimension;
}

/** The view from the URL, with defaults for missing or invalid parameters. */
export function readView(params: Params): View {
  const { compare = "", metric = "", all = "" } = params;
  return {
    period: readPeriod(params),
    compare: Object.hasOwn(COMPARISONS, compare) ? (compare as Comparison) : "previous",
    metric: Object.hasOwn(METRICS, metric) ? (metric as MetricName) : STANDARD_METRIC,
    table: params.chart === "table",
    withoutBots: readWithoutBots(params),
    tabs: Object.fromEntries(PANEL_NAMES.map((name) => [name, readTab(name, params[name])])) as View["tabs"],
    all: Object.hasOwn(PANELS, all) ? (all as PanelName) : null,
  };
}

/** The URL parameters for this period; undefined for defaults. */
export function writePeriod(period: Period): Params {
  const custom = period.name === "custom" ? period : undefined;
  return {
    period: period.name === STANDARD_PERIOD ? undefined : period.name,
    from: custom?.from,
    to: custom?.to,
  };
}

/** The URL parameters for this view; undefined for defaults, so that URLs stay short. */
export function writeView(view: View): Params {
  const tabs = PANEL_NAMES.map((name): [string, string | undefined] => {
    const column = columnOf(view.tabs[name]);
    return [name, column === columnOf(panelFor(name).tabs[0]!.dimension) ? undefined : column];
  });
  return {
    ...writePeriod(view.period),
    compare: view.compare === "previous" ? undefined : view.compare,
    metric: view.metric === STANDARD_METRIC ? undefined : view.metric,
    chart: view.table ? "table" : undefined,
    ...writeWithoutBots(view.withoutBots),
    all: view.all ?? undefined,
    ...Object.fromEntries(tabs),
  };
}
