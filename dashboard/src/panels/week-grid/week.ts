// The hours of a week: sums or averages of an hourly answer by weekday and hour, and the steps of their colours. Pure.
import type { Answer } from "../../data/question";

/** Monday first. */
export const WEEKDAYS = 7;
export const HOURS = 24;
export const STEPS = 5;

/** `sum`: the total of all such hours. `mean`: their average, zero where nothing happened. */
export type WeekMeasure = "sum" | "mean";

export interface WeekHour {
  /** 0 is Monday. */
  weekday: number;
  hour: number;
  /** Null if the period has no such hour. */
  value: number | null;
}

export interface WeekStep {
  /** The smallest and the largest value with this colour. */
  from: number;
  to: number;
}

export interface Week {
  /** Seven rows of 24 hours. */
  days: WeekHour[][];
  /** Rising; empty if nothing happened. */
  steps: WeekStep[];
  /** The hour with the largest value; null if nothing happened. */
  busiest: WeekHour | null;
}

/** The weekday of a local date, with Monday as 0. */
const weekdayOf = (date: string): number => (new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % WEEKDAYS;

/** The place of an hour in the week, from a label such as `2026-11-16 14:00:00`; half hours belong to their hour. */
const placeOf = (label: string): number => weekdayOf(label.slice(0, 10)) * HOURS + Number(label.slice(11, 13));

/**
 * The value of a finished hour. Hours that the answer has no row for count as zero, as far as the answer lists them.
 * @param answer of a question by `time:hour`, with its time labels.
 * @param metric the position of the metric in the question.
 */
export function toWeek(answer: Pick<Answer, "results" | "meta">, measure: WeekMeasure, metric = 0): Week {
  const { time_labels: labels = [], present_index: present } = answer.meta;
  const known = present == null ? labels : labels.slice(0, present + 1);
  const hours = new Array<number>(WEEKDAYS * HOURS).fill(0);
  const sums = new Array<number>(WEEKDAYS * HOURS).fill(0);
  for (const label of known) hours[placeOf(label)]! += 1;
  for (const { dimensions, metrics } of answer.results) {
    const [label] = dimensions;
    if (label) sums[placeOf(label)]! += metrics[metric] ?? 0;
  }
  const valueAt = (place: number): number | null => {
    const [sum, count] = [sums[place]!, hours[place]!];
    // A row without a label still happened.
    if (count === 0) return sum > 0 ? sum : null;
    return measure === "mean" ? sum / count : sum;
  };
  const days = Array.from({ length: WEEKDAYS }, (_, weekday) =>
    Array.from({ length: HOURS }, (_, hour) => ({ weekday, hour, value: valueAt(weekday * HOURS + hour) })),
  );
  const all = days.flat();
  const busiest = all.reduce<WeekHour | null>(
    (most, one) => ((one.value ?? 0) > (most?.value ?? 0) ? one : most),
    null,
  );
  return { days, steps: toSteps(all.map(({ value }) => value ?? 0)), busiest };
}

/** Even steps between nothing and the largest value; each names the smallest and the largest value in it. */
function toSteps(values: readonly number[]): WeekStep[] {
  const most = Math.max(0, ...values);
  return Array.from({ length: STEPS }, (_, step) => values.filter((value) => stepOf(value, most) === step + 1))
    .filter((inside) => inside.length > 0)
    .map((inside) => ({ from: Math.min(...inside), to: Math.max(...inside) }));
}

/** 0 for nothing, 1 to 5 for the fifths of the largest value. */
export const stepOf = (value: number | null, most: number): number =>
  !value || value < 0 || most <= 0 ? 0 : Math.max(1, Math.ceil((value / most) * STEPS - 1e-9));
