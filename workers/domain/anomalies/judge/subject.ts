// The input of the judge: the points of one metric, the owner's settings, and the time to judge.
import type { AnomalyMetric, AnomalySettings, DayPoint, HourPoint } from "../anomaly";

export interface Subject {
  hours: readonly HourPoint[] | undefined;
  days: readonly DayPoint[] | undefined;
  /** First day of the baseline, as a position. */
  baselineFrom: number;
  settings: AnomalySettings;
}

/** The judge covers the time from the position of a day to a time in epoch seconds. */
export interface JudgedTime {
  firstDay: number;
  until: number;
}

/** Minimum variance over mean caused by single visitors: a reader of 15 pages at night is not a spike. */
export const CLUMP: Record<AnomalyMetric, number> = {
  visitors: 1,
  pageviews: 4,
  events: 5,
  bounce_rate: 1,
  not_found: 2,
  errors: 2,
};
