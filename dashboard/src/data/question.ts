// The queries of the overview, built from the view, and the shape of their answers. Pure.
import type { MetricName } from "../../../workers/domain/events/catalog";
import type { Answer, AnswerRow as Row } from "../../../workers/domain/queries/answer";
import type { MetricValue, QueryMetric } from "../../../workers/domain/queries/metric";
import { type Filter, hasGoal, type Tree, toTrees } from "./filters/filter";
import { columnsFor, type PanelDefinition, ungrouped } from "./panel";
import { type DateRange, toDateRange } from "./period";
import { type Asked, type Completeness, comparisonOf, dayComparedWith, wholeOf } from "./periods/comparison";
import { intervalOfView } from "./periods/interval";
import { type ChartMetric, REVENUE_METRICS, unitOf } from "./saved/charted";
import { CONVERSION_COLUMNS, CONVERSION_METRICS } from "./saved/conversion";
import type { View } from "./view";

export type { Answer, Row };

export interface Question {
  site_id: string;
  metrics: QueryMetric[];
  date_range: DateRange;
  dimensions?: string[];
  filters?: Tree[];
  order_by?: [string, "asc" | "desc"][];
  include?: {
    comparisons?: Asked;
    time_labels?: boolean;
    total_rows?: boolean;
    /** False excludes visits with a signal. */
    suspected_bots?: false;
  };
  pagination?: { limit: number; offset: number };
}

/** The answers to several questions that belong together. An answer is null if its question is. */
export type Answers<Q> = { [Name in keyof Q]: Answer | Extract<Q[Name], null> };

/** The metrics of the cards, the most important first. */
export const CARD_METRICS: readonly MetricName[] = [
  "visitors",
  "visits",
  "pageviews",
  "views_per_visit",
  "bounce_rate",
  "visit_duration",
  "time_on_page",
  "scroll_depth",
];

/** Under a goal, the summary is of conversions. */
const summaryMetricsOf = (filters: readonly Filter[]): readonly ChartMetric[] =>
  hasGoal(filters) ? CONVERSION_METRICS : CARD_METRICS;

/** The metrics of the cards. @param hasRevenue true if there is any in the period. */
export const cardMetricsOf = (filters: readonly Filter[], hasRevenue: boolean): readonly ChartMetric[] =>
  [...summaryMetricsOf(filters), ...(hasGoal(filters) ? [] : REVENUE_METRICS)].filter(
    (metric) => hasRevenue || unitOf(metric) !== "money",
  );

/** The metrics that the chart can draw, those of the cards first. */
export const chartMetricsOf = (filters: readonly Filter[], hasRevenue: boolean): ChartMetric[] => [
  ...new Set([...cardMetricsOf(filters, hasRevenue), ...CARD_METRICS]),
];

/** The property, time and view that all questions of a page share. */
export interface Scene {
  siteId: string;
  /** Date on the property's calendar. */
  today: string;
  view: View;
  /** The start of the current hour, in UTC, for hours that have not ended only: their complete hours move with it. */
  hour?: string;
}

function comparisonsOf({ view, today }: Scene): Pick<NonNullable<Question["include"]>, "comparisons"> {
  const comparisons = comparisonOf(view, today);
  return comparisons ? { comparisons } : {};
}

/** The filters of a question; nothing without any, so that rollups may answer. */
export const filtersOf = (filters: readonly Filter[]): Pick<Question, "filters"> =>
  filters.length > 0 ? { filters: toTrees(filters) } : {};

/** The visitors that every question of the overview includes. */
export const whoOf = ({ view }: Scene): Pick<NonNullable<Question["include"]>, "suspected_bots"> =>
  view.withoutBots ? { suspected_bots: false } : {};

export const base = ({ siteId, today, view }: Scene): Pick<Question, "site_id" | "date_range" | "filters"> => ({
  site_id: siteId,
  date_range: toDateRange(view.period, today),
  ...filtersOf(view.filters),
});

export const summaryQuestion = (scene: Scene): Question => ({
  ...base(scene),
  metrics: [...summaryMetricsOf(scene.view.filters)],
  include: { ...whoOf(scene), ...comparisonsOf(scene) },
});

/** The line's metric, and the second line's. */
const metricsOf = ({ view: { metric, second } }: Scene): ChartMetric[] => (second ? [metric, second] : [metric]);

export function seriesQuestion(scene: Scene): Question {
  const interval = intervalOfView(scene.view, scene.today);
  return {
    ...base(scene),
    metrics: metricsOf(scene),
    dimensions: [interval ? `time:${interval}` : "time"],
    include: { time_labels: true, ...whoOf(scene), ...comparisonsOf(scene) },
  };
}

/**
 * The whole day that today is compared with, hour by hour; null for other periods. The comparison in an answer ends at
 * the current time of day, and people want to see the rest of yesterday too.
 */
export function dayBeforeQuestion(scene: Scene): Question | null {
  const day = dayComparedWith(scene.view, scene.today);
  if (day === null) return null;
  return {
    site_id: scene.siteId,
    metrics: [scene.view.metric],
    date_range: [day, day],
    ...filtersOf(scene.view.filters),
    dimensions: [`time:${intervalOfView(scene.view, scene.today) ?? "hour"}`],
    include: { time_labels: true, ...whoOf(scene) },
  };
}

const wholeOfScene = ({ view, today, hour }: Scene): Completeness => wholeOf(view, today, hour);

/** The complete days or hours of a running period, for changes; null if the period itself can be compared, or nothing. */
export function wholeDaysQuestion(scene: Scene): Question | null {
  const whole = wholeOfScene(scene);
  if (whole === null || whole === "running") return null;
  return {
    site_id: scene.siteId,
    metrics: [...summaryMetricsOf(scene.view.filters)],
    date_range: whole.date_range,
    ...filtersOf(scene.view.filters),
    include: { ...whoOf(scene), comparisons: whole.comparisons },
  };
}

/** The questions of the headline and the cards: the period, and the complete days for its changes. */
export const summaryQuestions = (scene: Scene): { period: Question; wholeDays: Question | null } => ({
  period: summaryQuestion(scene),
  wholeDays: wholeDaysQuestion(scene),
});
export type Summary = Answers<ReturnType<typeof summaryQuestions>>;

/**
 * The same for revenue, which only a scan can tell, so that rollups answer the rest; null under a goal, whose cards have
 * it.
 */
export function revenueQuestions(scene: Scene): { period: Question | null; wholeDays: Question | null } {
  if (hasGoal(scene.view.filters)) return { period: null, wholeDays: null };
  const { period, wholeDays } = summaryQuestions(scene);
  const metrics = [...REVENUE_METRICS];
  return { period: { ...period, metrics }, wholeDays: wholeDays && { ...wholeDays, metrics } };
}
export type Revenue = Answers<ReturnType<typeof revenueQuestions>>;

/** The questions of the chart. */
export const trendQuestions = (scene: Scene): { line: Question; dayBefore: Question | null } => ({
  line: seriesQuestion(scene),
  dayBefore: dayBeforeQuestion(scene),
});
export type TrendAnswers = Answers<ReturnType<typeof trendQuestions>>;

/** The figures of the period itself, in the order of the cards. */
export const periodRow = ({ period }: Summary): Row | undefined => period.results[0];

/** True if the period has begun with its first day or hour, so that nothing of it can be compared. */
export const isFirst = (scene: Scene): boolean => wholeOfScene(scene) === "running";

/** The figures to compare: those of complete days while the period is running. Undefined on its first day. */
export const changeRow = ({ period, wholeDays }: Summary, scene: Scene): Row | undefined =>
  isFirst(scene) ? undefined : (wholeDays ?? period).results[0];

/** A value of each card, in their order, and the compared one. */
export interface CardFigures {
  now: readonly MetricValue[];
  before: readonly (MetricValue | undefined)[];
}

const figuresIn = (rows: readonly (Row | undefined)[]): CardFigures => ({
  now: rows.flatMap((row): MetricValue[] => row?.metrics ?? []),
  before: rows.flatMap(
    (row): (MetricValue | undefined)[] => row?.comparison?.metrics ?? row?.metrics.map(() => undefined) ?? [],
  ),
});

/** The cards of the period, and those of what is complete in it, whose changes can be shown. */
export interface CardValues {
  shown: CardFigures;
  complete: CardFigures;
}

export function cardFigures(summary: Summary, revenue: Revenue | null, scene: Scene): CardValues {
  const money = revenue?.period ? { period: revenue.period, wholeDays: revenue.wholeDays } : null;
  return {
    shown: figuresIn([periodRow(summary), money?.period.results[0]]),
    complete: figuresIn([changeRow(summary, scene), money ? changeRow(money, scene) : undefined]),
  };
}

/** True if two scenes count the same visitors, so that their answers can be shown together. */
export function haveSameVisitors(one: Scene, other: Scene): boolean {
  const [a, b] = [one, other].map((scene) => JSON.stringify([scene.today, base(scene), whoOf(scene)]));
  return a === b;
}

/** The values of a dimension in a period, the most frequent first. @param text what they must contain; empty for all. */
export const valuesQuestion = (
  { siteId, range, filters }: { siteId: string; range: DateRange; filters: readonly Filter[] },
  dimension: string,
  text: string,
  limit: number,
): Question => ({
  site_id: siteId,
  date_range: range,
  ...filtersOf(text ? [...filters, { operator: "contains", dimension, values: [text] }] : filters),
  metrics: ["visitors"],
  dimensions: [dimension],
  order_by: [["visitors", "desc"]],
  include: { total_rows: true },
  pagination: { limit, offset: 0 },
});

/** The question for the property's first day, which the answer has in `meta.data_from`. */
export const beginningQuestion = ({ siteId }: Pick<Scene, "siteId">): Question => ({
  site_id: siteId,
  metrics: ["visitors"],
  date_range: "all",
});

/** The first day with events: null without any event, undefined while the answer is loading. */
export const firstDayOf = (beginning: Answer | undefined): string | null | undefined =>
  beginning && (beginning.meta.data_from ?? null);

/** False if the previous period begins before the first event, or there is no event: a change would only show that. */
export function isComparable(summary: Answer | undefined, beginning: Answer | undefined): boolean {
  const from = summary?.meta.comparison_date_range?.[0];
  const first = firstDayOf(beginning);
  return from !== undefined && first != null && from.slice(0, 10) >= first;
}

/** The figure in place of the share: under a goal, the conversion rate of each row. */
const secondOf = (panel: PanelDefinition, { view }: Scene): QueryMetric[] =>
  hasGoal(view.filters) ? ["group_conversion_rate"] : panel.second ? [panel.second] : [];

/** The question of a panel. It requests one row more than the panel shows, to know whether there are more. */
export const panelQuestion = (scene: Scene, panel: PanelDefinition, dimension: string, limit: number): Question => ({
  ...base(scene),
  metrics: [panel.metric, ...secondOf(panel, scene)],
  dimensions: [dimension],
  order_by: [[panel.metric, "desc"]],
  include: whoOf(scene),
  pagination: { limit, offset: 0 },
});

export const columnsOf = ({ view }: Scene, dimension: string): readonly QueryMetric[] =>
  hasGoal(view.filters) ? CONVERSION_COLUMNS : columnsFor(ungrouped(dimension));

/** @param text what values must contain; empty for all. */
export const detailQuestion = (
  scene: Scene,
  dimension: string,
  order: [QueryMetric, "asc" | "desc"],
  limit: number,
  text: string,
): Question => ({
  ...base(scene),
  ...filtersOf(
    text ? [...scene.view.filters, { operator: "contains", dimension, values: [text] }] : scene.view.filters,
  ),
  metrics: [...columnsOf(scene, dimension)],
  dimensions: [dimension],
  order_by: [order],
  include: { total_rows: true, ...whoOf(scene) },
  pagination: { limit, offset: 0 },
});
