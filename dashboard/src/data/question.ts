// The questions that the overview asks, made from the view; and the shape of their answers. Pure.
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
    /** False leaves visits with a signal out. */
    suspected_bots?: false;
  };
  pagination?: { limit: number; offset: number };
}

/** The answers to several questions that belong together, null where a question is. */
export type Answers<Q> = { [Name in keyof Q]: Answer | Extract<Q[Name], null> };

/** What the cards show, most telling first. */
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

/** Where and when: what every question of a page has in common. */
export interface Scene {
  siteId: string;
  /** Date on the property's calendar. */
  today: string;
  view: View;
}

const MODES = { previous: "previous_period", year: "year_over_year", none: undefined } as const;

function comparisonsOf({ view }: Scene): Pick<NonNullable<Question["include"]>, "comparisons"> {
  // Before all time there is nothing.
  const mode = view.period.name === "all" ? undefined : MODES[view.compare];
  return mode ? { comparisons: { mode } } : {};
}

/** What every question of the overview includes. */
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
 * The whole day that today is compared with, hour by hour; null for other periods. The comparison inside an answer ends
 * where the period itself has got to, and the rest of yesterday is what one wants to see ahead.
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

/** Days of the periods that end today; the others follow the calendar. */
const ROLLING = { "7d": 7, "28d": 28, "30d": 30, "91d": 91 } as const;

/**
 * The whole days of a period that ends today, against the days as many before: a day that is not over would make every
 * change look like a fall. Null for other periods.
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

/** What the headline and the cards show: the period, and the whole days that its changes are changes of. */
export const summaryQuestions = (scene: Scene): { period: Question; wholeDays: Question | null } => ({
  period: summaryQuestion(scene),
  wholeDays: wholeDaysQuestion(scene),
});
export type Summary = Answers<ReturnType<typeof summaryQuestions>>;

/** What the chart shows. */
export const trendQuestions = (scene: Scene): { line: Question; dayBefore: Question | null } => ({
  line: seriesQuestion(scene),
  dayBefore: dayBeforeQuestion(scene),
});
export type TrendAnswers = Answers<ReturnType<typeof trendQuestions>>;

/** The figures of the period itself, in the order of the cards. */
export const periodRow = ({ period }: Summary): Row | undefined => period.results[0];

/** The figures that the change compares: those of whole days while the period is running. */
export const changeRow = ({ period, wholeDays }: Summary): Row | undefined => (wholeDays ?? period).results[0];

/** True where two scenes count the same visitors, so that an answer to one can stand beside an answer to the other. */
export function haveSameVisitors(one: Scene, other: Scene): boolean {
  const [a, b] = [one, other].map((scene) => JSON.stringify([scene.today, base(scene), whoOf(scene)]));
  return a === b;
}

/** Where the property's record begins: the answer says it in `meta.data_from`. */
export const beginningQuestion = ({ siteId }: Pick<Scene, "siteId">): Question => ({
  site_id: siteId,
  metrics: ["visitors"],
  date_range: "all",
});

/** The first day with events: null when there was never an event, undefined while the answer is on its way. */
export const firstDayOf = (beginning: Answer | undefined): string | null | undefined =>
  beginning && (beginning.meta.data_from ?? null);

/** False where the compared period reaches back before the first event, or there was none: a change would only tell that. */
export function isComparable(summary: Answer | undefined, beginning: Answer | undefined): boolean {
  const from = summary?.meta.comparison_date_range?.[0];
  const first = firstDayOf(beginning);
  return from !== undefined && first != null && from.slice(0, 10) >= first;
}

/** The rows of a panel. One row more than it shows tells whether there are more. */
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
