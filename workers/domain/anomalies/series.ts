// Converts a property's counts into the input of anomaly detection and the points of the forecast.
import type { HourlyName } from "../counts/suspects";
import { addDays, startOfDate } from "../time/zone";
import {
  ANOMALY_METRICS,
  type Anomaly,
  type AnomalyMetric,
  type AnomalyQuestion,
  type AnomalySettings,
  type DayPoint,
  HISTORY_DAYS,
} from "./anomaly";
import { dateOf } from "./calendar";
import { findAnomalies } from "./find";

interface Totals {
  visitors: number;
  pageviews: number;
  events: number;
  visits: number;
  bounces: number;
}
export interface HourTotals extends Totals {
  /** Start of the local hour, epoch seconds. */
  hour: number;
}
export interface DayTotals extends Totals {
  date: string;
}

/** The events that each error metric counts. */
export const ERROR_NAMES = { not_found: "not_found", errors: "js_error" } as const satisfies Record<string, HourlyName>;
export type ErrorMetric = keyof typeof ERROR_NAMES;
export const isErrorMetric = (metric: AnomalyMetric): metric is ErrorMetric => Object.hasOwn(ERROR_NAMES, metric);

export interface ErrorDay {
  date: string;
  name: string;
  events: number;
}

export interface ErrorHour {
  hour: number;
  name: string;
  events: number;
}

/** The counts of a property. */
export interface Series {
  hours: readonly HourTotals[];
  days: readonly DayTotals[];
  errors: readonly ErrorDay[];
  errorHours: readonly ErrorHour[];
}

/** Ended anomalies are judged again for this time, because counts that arrive late may change them. */
const LOOK_BACK = 48 * 3600;
/** Counts arrive at most this late, in seconds. */
const LATE = 600;

export interface Window {
  timezone: string;
  /** Epoch seconds. */
  from: number;
  until: number;
  /** Local dates from the first of the baseline to the one that has not ended at `until`. */
  dates: string[];
}

/** The window to judge at a time (ms): hours and days that ended at least ten minutes before. */
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
  const pointsFor = (metric: "visitors" | "pageviews" | "events") =>
    rows.map((row) => ({ ...placeOf(row), value: row[metric] }));
  const rates = rows.map((row) => ({ ...placeOf(row), value: row.bounces, of: row.visits }));
  return {
    visitors: pointsFor("visitors"),
    pageviews: pointsFor("pageviews"),
    events: pointsFor("events"),
    bounce_rate: rates,
  };
};

const errorDays = (errors: readonly ErrorDay[], metric: ErrorMetric): DayPoint[] =>
  errors.filter(({ name }) => name === ERROR_NAMES[metric]).map(({ date, events }) => ({ date, value: events }));

/**
 * Hours of errors, if they go back as far as the days. In the first weeks after the version that began to count them by
 * hour they do not, and errors that always occurred would look like the first ones.
 */
function errorHours({ errors, errorHours: hours }: Series, metric: ErrorMetric, timezone: string) {
  const [firstDay] = errorDays(errors, metric)
    .map(({ date }) => date)
    .sort();
  const points = hours
    .filter(({ name }) => name === ERROR_NAMES[metric])
    .map(({ hour, events }) => ({ hour, value: events }));
  const firstHour = Math.min(...points.map(({ hour }) => hour));
  const isWhole = firstDay === undefined || (points.length > 0 && dateOf(firstHour, timezone) <= firstDay);
  return isWhole ? { [metric]: points } : {};
}

/** All of a property's series as points. */
export function toQuestion(series: Series, window: Window, settings: AnomalySettings): AnomalyQuestion {
  const { timezone, from, until } = window;
  return {
    timezone,
    from,
    until,
    settings,
    hours: {
      ...pointsOf(series.hours, ({ hour }) => ({ hour })),
      ...errorHours(series, "not_found", timezone),
      ...errorHours(series, "errors", timezone),
    },
    days: {
      ...pointsOf(series.days, ({ date }) => ({ date })),
      not_found: errorDays(series.errors, "not_found"),
      errors: errorDays(series.errors, "errors"),
    },
  };
}

/**
 * The anomalies of a property. 404s and errors are judged before their hour or day ends: their counts only grow, so a
 * count that is too high now will still be too high at the end. The running hour and day are judged as if they had
 * ended, but only for counts that are too high.
 */
export function judgeSeries(question: AnomalyQuestion): Anomaly[] {
  const { timezone, until, settings } = question;
  const tomorrow = addDays(dateOf(until, timezone), 1);
  const growing = {
    ...question,
    until: startOfDate(tomorrow, timezone) / 1000,
    settings: {
      ...settings,
      ignore: [...settings.ignore, ...ANOMALY_METRICS.filter((metric) => !isErrorMetric(metric))],
      limits: settings.limits.map(({ below: _, ...limit }) => limit),
    },
  };
  const isOver = ({ metric, direction }: Anomaly) => !isErrorMetric(metric) || direction !== "spike";
  return [...findAnomalies(question).filter(isOver), ...findAnomalies(growing)];
}
