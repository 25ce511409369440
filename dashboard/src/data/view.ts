// The view: everything about the overview that a person would share, read from the URL and written back to it. Pure.
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
  /** True where the chart is shown as a table. */
  table: boolean;
  /** True where suspected bots are left out of all numbers. */
  withoutBots: boolean;
  tabs: Record<PanelName, DimensionName>;
  /** The panel whose "show all" is open. */
  all: PanelName | null;
}

export type Params = Record<string, string | undefined>;

export const STANDARD_PERIOD: PeriodName = "28d";
const STANDARD_METRIC: MetricName = "visitors";

/** The column of a dimension is short and says enough in a URL: `pages=exit_page`. */
const columnOf = (dimension: DimensionName): string => dimension.slice(dimension.indexOf(":") + 1);

/** Every screen reads its period here. */
export function readPeriod(params: Params): Period {
  const name = params.period ?? "";
  if (name === "custom") return toCustom(params.from, params.to) ?? { name: STANDARD_PERIOD };
  return { name: Object.hasOwn(PERIODS, name) ? (name as PeriodName) : STANDARD_PERIOD };
}

/** The parameter that leaves suspected bots out, on every screen that can. */
export const readWithoutBots = ({ bots }: Params): boolean => bots === "without";
export const writeWithoutBots = (without: boolean): Params => ({ bots: without ? "without" : undefined });

function readTab(panel: PanelName, column: string | undefined): DimensionName {
  const { tabs } = panelFor(panel);
  return (tabs.find((tab) => columnOf(tab.dimension) === column) ?? tabs[0]!).dimension;
}

/** What the URL says, with the standard wherever it says nothing or nonsense. */
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

/** The parameters that make a URL mean this period; undefined for what is standard. */
export function writePeriod(period: Period): Params {
  const custom = period.name === "custom" ? period : undefined;
  return {
    period: period.name === STANDARD_PERIOD ? undefined : period.name,
    from: custom?.from,
    to: custom?.to,
  };
}

/** The parameters that make a URL show this view; undefined for what is standard, so that URLs stay short. */
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
