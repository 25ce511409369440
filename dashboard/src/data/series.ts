// The time series: turns an answer into the points of a line, with every bucket and a mark on the current one. Pure.
import type { MetricValue } from "../../../workers/domain/queries/metric";
import { daysIn } from "./calendar";
import { isMoney } from "./detail/money";
import type { Interval } from "./period";
import { INTERVALS } from "./periods/interval";
import type { Answer, Row } from "./question";
import { type ChartMetric, emptyValue, toNumber } from "./saved/charted";
import type { Annotation } from "./saved/requests";

export interface Point {
  label: string;
  /** Null without data, or for a bucket in the future. */
  value: number | null;
  beforeLabel: string | null;
  before: number | null;
  /** The value of the second metric. */
  second?: number | null;
  /** For a future or incomplete day: the expected value, and its 80 % and 95 % ranges. */
  forecast?: { value: number; low80: number; high80: number; low95: number; high95: number };
  /** True for a day with an anomaly. */
  marked?: true;
  /** The annotations of the bucket. */
  notes?: readonly Annotation[];
}

export interface Series {
  interval: Interval;
  points: Point[];
  /** Index of the bucket that has not ended. */
  running: number | null;
  /** Of amounts. */
  currency?: string;
}

const isInterval = (name: string): name is Interval => INTERVALS.some((interval) => interval === name);

/** As the answer says, because the API may have chosen the buckets. */
function intervalOfAnswer({ query }: Answer, labels: readonly string[]): Interval {
  const name = query?.dimensions?.[0]?.replace("time:", "") ?? "";
  return isInterval(name) ? name : intervalOf(labels);
}

/** Derived from the labels. */
export function intervalOf(labels: readonly string[]): Interval {
  const [first, second, third] = labels;
  if (!first) return "day";
  if (first.length > 10) return "hour";
  if (!second) return "day";
  // The period may cut the first bucket of weeks and months, so use the second step.
  const step = third ? daysIn(second, third) - 1 : daysIn(first, second) - 1;
  if (step >= 28) return "month";
  return step >= 7 ? "week" : "day";
}

function byLabel(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [String(row.dimensions[0]), row]));
}

/** The place of a label on the clock, and how often it came before: clocks that go back have an hour twice. */
function clocksOf(labels: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return labels.map((label) => {
    const clock = label.slice(11, 19);
    const times = seen.get(clock) ?? 0;
    seen.set(clock, times + 1);
    return `${clock} ${times}`;
  });
}

const isOneDay = (labels: readonly string[]): boolean =>
  (labels[0]?.length ?? 0) > 10 && labels[0]!.slice(0, 10) === labels.at(-1)!.slice(0, 10);

/**
 * The compared label of each label. Hours of two days belong together by their local time, because a day on which clocks
 * change has 23 or 25 hours: an hour that only one of the days has is compared with nothing. Others belong together by
 * their place.
 */
export function counterpartsOf(labels: readonly string[], before: readonly string[]): (string | null)[] {
  if (!isOneDay(labels) || !isOneDay(before)) return labels.map((_, index) => before[index] ?? null);
  const known = new Map(clocksOf(before).map((clock, index) => [clock, before[index]!]));
  return clocksOf(labels).map((clock) => known.get(clock) ?? null);
}

/** The currency of the amounts in answers; null without amounts. */
function currencyIn(answers: readonly (Answer | undefined)[]): string | null {
  const values = answers.flatMap((answer) => answer?.results.flatMap((row) => row.metrics as MetricValue[]) ?? []);
  return values.find(isMoney)?.currency ?? null;
}

/**
 * @param clock the property's local time, `YYYY-MM-DD HH:MM:SS`. Text in this format compares like time.
 * @param dayBefore the whole day that a day is compared with, if it was requested separately.
 * @param second the answer's second metric.
 */
export function toSeries(
  answer: Answer,
  metric: ChartMetric,
  clock: string,
  dayBefore?: Answer,
  second: ChartMetric | null = null,
): Series {
  const labels = answer.meta.time_labels ?? answer.results.map((row) => String(row.dimensions[0]));
  const interval = intervalOfAnswer(answer, labels);
  const rows = byLabel(answer.results);
  /** The compared buckets' values, and their labels at the place of each label. */
  const before = new Map<string, number | null>();
  /** The compared buckets that the answer is of: without a value, they are empty. */
  let answered: ReadonlySet<string | null>;
  let beforeLabels: (string | null)[];
  if (dayBefore) {
    for (const { dimensions, metrics } of dayBefore.results) before.set(String(dimensions[0]), toNumber(metrics[0]));
    // The rest of yesterday is known too.
    answered = new Set(dayBefore.meta.time_labels);
    beforeLabels = counterpartsOf(labels, dayBefore.meta.time_labels ?? []);
  } else {
    // For future buckets the answer has no rows, and therefore no comparison.
    const byPlace = labels.map((label, index) => {
      const { dimensions, metrics } = rows.get(label)?.comparison ?? {};
      const named = dimensions?.[0] ?? null;
      if (named !== null) before.set(named, toNumber(metrics?.[0]));
      return named ?? answer.meta.comparison_time_labels?.[index] ?? null;
    });
    // The answer has only what has a bucket beside it. The last hour of a compared day that is longer has none.
    answered = new Set(byPlace.filter((_, index) => labels[index]! <= clock));
    const whole = answer.meta.comparison_time_labels;
    beforeLabels = whole && isOneDay(labels) && isOneDay(whole) ? counterpartsOf(labels, whole) : byPlace;
  }
  const points = labels.map((label, index): Point => {
    const row = rows.get(label);
    const figure = (name: ChartMetric, place: number): number | null => {
      if (label > clock) return null;
      return row ? (toNumber(row.metrics[place]) ?? emptyValue(name)) : emptyValue(name);
    };
    const beforeLabel = beforeLabels[index] ?? null;
    const isKnown = beforeLabel !== null && before.has(beforeLabel);
    const isEmpty = beforeLabel !== null && answered.has(beforeLabel);
    return {
      label,
      value: figure(metric, 0),
      ...(second && { second: figure(second, 1) }),
      beforeLabel,
      before: isKnown ? (before.get(beforeLabel) ?? emptyValue(metric)) : isEmpty ? emptyValue(metric) : null,
    };
  });
  const currency = currencyIn([answer, dayBefore]);
  return { interval, points, running: answer.meta.present_index ?? null, ...(currency && { currency }) };
}

/**
 * Without the comparison if it begins before the first data: a line at zero would claim that nobody visited, and half a
 * line would look like a jump.
 * @param firstDay null without any data, undefined while unknown.
 */
export const since = (series: Series, firstDay: string | null | undefined): Series => {
  if (firstDay === undefined) return series;
  const first = series.points.find(({ beforeLabel }) => beforeLabel !== null)?.beforeLabel;
  if (first == null || (firstDay !== null && first.slice(0, 10) >= firstDay)) return series;
  return {
    ...series,
    points: series.points.map((point) => ({ ...point, before: null, beforeLabel: null })),
  };
};
