// What is judged: the points of one metric with the owner's settings, and the time in which verdicts are wanted.
import type { AnomalyMetric, AnomalySettings, DayPoint, HourPoint } from "../anomaly";

export interface Subject {
  hours: readonly HourPoint[] | undefined;
  days: readonly DayPoint[] | undefined;
  /** First day of the baseline, as a position. */
  baselineFrom: number;
  settings: AnomalySettings;
}

/** Verdicts are given from the position of a day until an instant, in epoch seconds. */
export interface JudgedTime {
  firstDay: number;
  until: number;
}

/** Variance over mean of what one visitor does, at least: a reader of 15 pages at night is no spike. */
export const CLUMP: Record<AnomalyMetric, number> = {
  visitors: 1,
  pageviews: 4,
  events: 5,
  bounce_rate: 1,
  not_found: 2,
  errors: 2,
};
