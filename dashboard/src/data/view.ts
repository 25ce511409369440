// The view: everything about the overview that a person would share, stored in the URL. Pure.
import { words } from "../words/frame";
import { type Filter, readFilters, writeFilters } from "./filters/filter";
import { type DimensionName, grouped, PANEL_NAMES, PANELS, type PanelName, panelFor } from "./panel";
import { type Interval, isOfHours, PERIODS, type Period, type PeriodName, type Span, toCustom } from "./period";
import { INTERVALS } from "./periods/interval";
import { type ChartMetric, readChartMetric } from "./saved/charted";

export const COMPARISONS = words.comparisons;
/** One of the names, or chosen days. */
export type Comparison = keyof typeof COMPARISONS | Span;

export interface View {
  period: Period;
  compare: Comparison;
  /** True if the compared days begin on the same weekday. */
  matchWeekday: boolean;
  /** The metric of the chart. */
  metric: ChartMetric;
  /** The metric of the chart's second line. */
  second: ChartMetric | null;
  /** The chosen interval of the chart, which the period may not support; null for the period's own. */
  interval: Interval | null;
  /** Null leaves it to the period. */
  forecast: boolean | null;
  /** True if the chart is shown as a table. */
  table: boolean;
  filters: readonly Filter[];
  /** True if suspected bots are excluded from all numbers. */
  withoutBots: boolean;
  /** The visitors of the chart's second line: the id of a segment, or everybody; null for another time. */
  vs: string | null;
  tabs: Record<PanelName, DimensionName>;
  /** True if pages are shown by path group. */
  isGrouped: boolean;
  /** The panel with an open "show all" dialog. */
  all: PanelName | null;
}

export type Params = Record<string, string | undefined>;

export const STANDARD_PERIOD: PeriodName = "28d";
const STANDARD_METRIC: ChartMetric = "visitors";

/** The column of a dimension is short and clear enough for a URL: `pages=exit_page`. */
const columnOf = (dimension: DimensionName): string => dimension.slice(dimension.indexOf(":") + 1);

/** Former periods, which links may still have. */
const FORMER: Record<string, PeriodName> = { "91d": "90d" };

/** Every screen reads its period with this function. */
export function readPeriod(params: Params): Period {
  const name = params.period ?? "";
  if (name === "custom") return toCustom(params.from, params.to) ?? { name: STANDARD_PERIOD };
  if (Object.hasOwn(FORMER, name)) return { name: FORMER[name]! };
  return { name: Object.hasOwn(PERIODS, name) ? (name as PeriodName) : STANDARD_PERIOD };
}

/** Chosen days need two dates; without them the comparison is the standard one. */
function readComparison({ compare = "", compare_from, compare_to }: Params): Comparison {
  const chosen = compare === "custom" ? toCustom(compare_from, compare_to) : null;
  if (chosen?.name === "custom" && !isOfHours(chosen)) return { from: chosen.from, to: chosen.to };
  return Object.hasOwn(COMPARISONS, compare) ? (compare as keyof typeof COMPARISONS) : "previous";
}

const SWITCH: Record<string, boolean> = { on: true, off: false };
const readSwitch = (text: string | undefined): boolean | null =>
  text !== undefined && Object.hasOwn(SWITCH, text) ? SWITCH[text]! : null;

/** The parameter that excludes suspected bots, on every screen that supports it. */
export const readWithoutBots = ({ bots }: Params): boolean => bots === "without";
export const writeWithoutBots = (without: boolean): Params => ({ bots: without ? "without" : undefined });

/** The parameter that shows pages by path group, on every screen with a list of pages. */
export const readGrouped = ({ grouped }: Params): boolean => grouped === "yes";
export const writeGrouped = (isGrouped: boolean): Params => ({ grouped: isGrouped ? "yes" : undefined });

function readTab(panel: PanelName, column: string | undefined): DimensionName {
  const { tabs } = panelFor(panel);
  return (tabs.find((tab) => columnOf(tab.dimension) === column) ?? tabs[0]!).dimension;
}

/** The view from the URL, with defaults for missing or invalid parameters. */
export function readView(params: Params): View {
  const { all = "" } = params;
  const filters = readFilters(params.f);
  const metric = readChartMetric(params.metric, filters) ?? STANDARD_METRIC;
  const second = readChartMetric(params.second, filters);
  return {
    period: readPeriod(params),
    compare: readComparison(params),
    matchWeekday: params.match === "weekday",
    metric,
    second: second === metric ? null : second,
    interval: INTERVALS.find((interval) => interval === params.interval) ?? null,
    forecast: readSwitch(params.forecast),
    table: params.chart === "table",
    filters,
    withoutBots: readWithoutBots(params),
    vs: params.vs || null,
    isGrouped: readGrouped(params),
    tabs: Object.fromEntries(PANEL_NAMES.map((name) => [name, readTab(name, params[name])])) as View["tabs"],
    all: Object.hasOwn(PANELS, all) ? (all as PanelName) : null,
  };
}

/** The dimension of a tab's rows: pages may be shown by path group. */
export const shownDimension = ({ isGrouped }: Pick<View, "isGrouped">, tab: DimensionName): string =>
  isGrouped ? grouped(tab) : tab;

/** The URL parameters for this period; undefined for defaults. */
export function writePeriod(period: Period): Params {
  const custom = period.name === "custom" ? period : undefined;
  return {
    period: period.name === STANDARD_PERIOD ? undefined : period.name,
    from: custom?.from,
    to: custom?.to,
  };
}

/** The URL parameters for the comparison of this view. */
export function writeComparison({ compare, matchWeekday }: Pick<View, "compare" | "matchWeekday">): Params {
  const chosen = typeof compare === "object" ? compare : undefined;
  const name = typeof compare === "object" ? "custom" : compare;
  return {
    compare: name === "previous" ? undefined : name,
    compare_from: chosen?.from,
    compare_to: chosen?.to,
    match: matchWeekday ? "weekday" : undefined,
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
    ...writeComparison(view),
    metric: view.metric === STANDARD_METRIC ? undefined : view.metric,
    second: view.second === null || view.second === view.metric ? undefined : view.second,
    interval: view.interval ?? undefined,
    forecast: view.forecast === null ? undefined : view.forecast ? "on" : "off",
    chart: view.table ? "table" : undefined,
    f: writeFilters(view.filters),
    ...writeWithoutBots(view.withoutBots),
    vs: view.vs ?? undefined,
    ...writeGrouped(view.isGrouped),
    all: view.all ?? undefined,
    ...Object.fromEntries(tabs),
  };
}
