// The queries of the overview, built from the view, and the shape of their answers. Pure.
import type { MetricName } from "../../../workers/domain/events/catalog";
import type { Answer, AnswerRow as Row } from "../../../workers/domain/queries/answer";
import { addDays, yearBefore } from "./calendar";
import { columnsFor, type DimensionName, type PanelDefinition } from "./panel";
import { type DateRange, intervalFor, toDateRange } from "./period";
import type { View } from "./view";

export type { Answer, Row };

export interface Question {
  site_id: string;
  metrics: MetricName[];
  date_range: DateRange;
  dimensions?: string[];
  filters?: ["is", string, string[]][];
  order_by?: [string, "asc" | "desc"][];
  include?: {
    comparisons?: { mode: "previous_period" | "year_over_year" } | { mode: "custom"; date_range: [string, string] };
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

/** The property, time and view that all questions of a page share. */
export interface Scene {
  siteId: string;
  /** Date on the property's calendar. */
  today: string;
  view: View;
}

const MODES = { previous: "previous_period", year: "year_over_year", none: undefined } as const;

function comparisonsOf({ view }: Scene): Pick<NonNullable<Question["include"]>, "comparisons"> {
  // Nothing precedes all time.
  const mode = view.period.name === "all" ? undefined : MODES[view.compare];
  return mode ? { comparisons: { mode } } : {};
}

/** The visitors that every question of the overview includes. */
const whoOf = ({ view }: Scene): Pick<NonNullable<Question["include"]>, "suspected_bots"> =>
  view.withoutBots ? { suspected_bots: false } : {};

const base = ({ siteId, today, view }: Scene): Pick<Question, "site_id" | "date_range"> => ({
  site_id: siteId,
  date_range: toDateRange(view.period, today),
});

export const summaryQuestion = (scene: Scene): Question => ({
  ...base(scene),
  metrics: [...CARD_METRICS],
  include: { ...whoOf(scene), ...comparisonsOf(scene) },
});

export function seriesQuestion(scene: Scene): Question {
  const interval = intervalFor(scene.view.period);
  return {
    ...base(scene),
    metrics: [scene.view.metric],
    dimensions: [interval ? `time:${interval}` : "time"],
    include: { time_labels: true, ...whoOf(scene), ...comparisonsOf(scene) },
  };
}

/**
 * The whole day that today is compared with, hour by hour; null for other periods. The comparison in an answer ends at
 * the current time of day, and people want to see the rest of yesterday too.
 */
export function dayBeforeQuestion(scene: Scene): Question | null {
  const { period, compare, metric } = scene.view;
  if (period.name !== "day" || compare === "none") return null;
  const day = compare === "previous" ? addDays(scene.today, -1) : yearBefore(scene.today);
  return {
    site_id: scene.siteId,
    metrics: [metric],
    date_range: [day, day],
    dimensions: ["time:hour"],
    include: { time_labels: true, ...whoOf(scene) },
  };
}

/** Days of the periods that end today. The others follow the calendar. */
const ROLLING = { "7d": 7, "28d": 28, "30d": 30, "91d": 91 } as const;

/**
 * The complete days of a period that ends today, compared with as many days before: with an incomplete day, every
 * change would look like a drop. Null for other periods.
 */
export function wholeDaysQuestion(scene: Scene): Question | null {
  const { period, compare } = scene.view;
  if (compare === "none" || !(period.name in ROLLING)) return null;
  const days = ROLLING[period.name as keyof typeof ROLLING];
  const [from, to] = [addDays(scene.today, 1 - days), addDays(scene.today, -1)];
  return {
    site_id: scene.siteId,
    metrics: [...CARD_METRICS],
    date_range: [from, to],
    include: {
      ...whoOf(scene),
      comparisons:
        compare === "year"
          ? { mode: "year_over_year" }
          : { mode: "custom", date_range: [addDays(from, -days), addDays(to, -days)] },
    },
  };
}

/** The questions of the headline and the cards: the period, and the complete days for its changes. */
export const summaryQuestions = (scene: Scene): { period: Question; wholeDays: Question | null } => ({
  period: summaryQuestion(scene),
  wholeDays: wholeDaysQuestion(scene),
});
export type Summary = Answers<ReturnType<typeof summaryQuestions>>;

/** The questions of the chart. */
export const trendQuestions = (scene: Scene): { line: Question; dayBefore: Question | null } => ({
  line: seriesQuestion(scene),
  dayBefore: dayBeforeQuestion(scene),
});
export type TrendAnswers = Answers<ReturnType<typeof trendQuestions>>;

/** The figures of the period itself, in the order of the cards. */
export const periodRow = ({ period }: Summary): Row | undefined => period.results[0];

/** The figures to compare: those of complete days while the period is running. */
export const changeRow = ({ period, wholeDays }: Summary): Row | undefined => (wholeDays ?? period).results[0];

/** True if two scenes count the same visitors, so that their answers can be shown together. */
export function haveSameVisitors(one: Scene, other: Scene): boolean {
  const [a, b] = [one, other].map((scene) => JSON.stringify([scene.today, base(scene), whoOf(scene)]));
  return a === b;
}

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

/** The question of a panel. It requests one row more than the panel shows, to know whether there are more. */
export const panelQuestion = (
  scene: Scene,
  panel: PanelDefinition,
  dimension: DimensionName,
  limit: number,
): Question => ({
  ...base(scene),
  metrics: panel.second ? [panel.metric, panel.second] : [panel.metric],
  dimensions: [dimension],
  order_by: [[panel.metric, "desc"]],
  include: whoOf(scene),
  pagination: { limit, offset: 0 },
});

export const detailQuestion = (
  scene: Scene,
  dimension: DimensionName,
  order: [MetricName, "asc" | "desc"],
  offset: number,
  limit: number,
): Question => ({
  ...base(scene),
  metrics: columnsFor(dimension),
  dimensions: [dimension],
  order_by: [order],
  include: { total_rows: true, ...whoOf(scene) },
  pagination: { limit, offset },
});
