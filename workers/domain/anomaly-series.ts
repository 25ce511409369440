// From the counts of a property to the questions that anomalies are found by, and to the points that are forecast.
import {
  ANOMALY_METRICS,
  type Anomaly,
  type AnomalyMetric,
  type AnomalyQuestion,
  type AnomalySettings,
  type DayPoint,
  HISTORY_DAYS,
} from "./anomaly";
import { dateOf } from "./anomaly-calendar";
import { findAnomalies } from "./anomaly-find";
import { addDays, startOfDate } from "./zone";

interface Totals {
  visitors: number;
  pageviews: number;
  events: number;
  visits: number;
  bounces: number;
}
export interface HourTotals extends Totals {
  /** Beginning of the local hour, epoch seconds. */
  hour: number;
}
export interface DayTotals extends Totals {
  date: string;
}

/** The events whose number is a metric: they are counted by name, and names by day only. */
export const ERROR_NAMES = { not_found: "not_found", errors: "js_error" } as const;
export type ErrorMetric = keyof typeof ERROR_NAMES;
export const isErrorMetric = (metric: AnomalyMetric): metric is ErrorMetric => Object.hasOwn(ERROR_NAMES, metric);

export interface ErrorDay {
  date: string;
  name: string;
  events: number;
}

/** What is known of a property. */
export interface Series {
  hours: readonly HourTotals[];
  days: readonly DayTotals[];
  errors: readonly ErrorDay[];
}

/** How long an anomaly that is over is looked at again: hours that were counted late may still change it. */
const LOOK_BACK = 48 * 3600;
/** Counts arrive so late at most, in seconds. */
const LATE = 600;

export interface Window {
  timezone: string;
  /** Epoch seconds. */
  from: number;
  until: number;
  /** Local dates from the first of the baseline to the one that is not over at `until`. */
  dates: string[];
}

/** What is judged at a time (ms): hours and days that were over ten minutes before. */
export function windowAt(now: number, timezone: string): Window {
  const until = Math.floor(now / 1000) - LATE;
  const from = until - LOOK_BACK;
  const dates: string[] = [];
  const last = dateOf(until, timezone);
  for (let date = addDays(dateOf(from, timezone), -HISTORY_DAYS); date <= last; date = addDays(date, 1))
    dates.push(date);
  return { timezone, from, until, dates };
}

export const spanOf = ({ dates, until, timezone }: Window) => ({
  fromHour: startOfDate(dates[0]!, timezone) / 1000,
  untilHour: until,
  dates,
});

const pointsOf = <Row extends Totals, Place>(rows: readonly Row[], placeOf: (row: Row) => Place) => {
  const of = (metric: "visitors" | "pageviews" | "events") =>
    rows.map((row) => ({ ...placeOf(row), value: row[metric] }));
  const rates = rows.map((row) => ({ ...placeOf(row), value: row.bounces, of: row.visits }));
  return { visitors: of("visitors"), pageviews: of("pageviews"), events: of("events"), bounce_rate: rates };
};

const errorDays = (errors: readonly ErrorDay[], metric: ErrorMetric): DayPoint[] =>
  errors.filter(({ name }) => name === ERROR_NAMES[metric]).map(({ date, events }) => ({ date, value: events }));

/** All of a property's series as points. */
export function toQuestion(series: Series, window: Window, settings: AnomalySettings): AnomalyQuestion {
  const { timezone, from, until } = window;
  return {
    timezone,
    from,
    until,
    settings,
    hours: pointsOf(series.hours, ({ hour }) => ({ hour })),
    days: {
      ...pointsOf(series.days, ({ date }) => ({ date })),
      not_found: errorDays(series.errors, "not_found"),
      errors: errorDays(series.errors, "errors"),
    },
  };
}

/**
 * The anomalies of a property. 404s and errors have no hours, but need not wait for the day to end: what a day counts only
 * grows, so that one which counts too many already at noon will do so at midnight. So the day that is not over is judged
 * for them as if it were, by what is too much only.
 */
export function judgeSeries(question: AnomalyQuestion): Anomaly[] {
  const { timezone, until, settings } = question;
  const tomorrow = addDays(dateOf(until, timezone), 1);
  const growing = {
    ...question,
    hours: {},
    until: startOfDate(tomorrow, timezone) / 1000,
    settings: {
      ...settings,
      ignore: [...settings.ignore, ...ANOMALY_METRICS.filter((metric) => !isErrorMetric(metric))],
      limits: settings.limits.map(({ below: _, ...limit }) => limit),
    },
  };
  const found = new Map(findAnomalies(question).map((anomaly) => [anomaly.id, anomaly]));
  for (const anomaly of findAnomalies(growing)) found.set(anomaly.id, anomaly);
  return [...found.values()];
}
