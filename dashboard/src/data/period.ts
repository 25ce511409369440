// The periods of the picker: the name, the shortcut key and the query of each. Pure.
import { words } from "../words/frame";
import { addDays, daysIn, isDate, monthEnd, monthStart, weekStart } from "./calendar";

export type Interval = "minute" | "hour" | "day" | "week" | "month";

interface PeriodDefinition {
  label: string;
  key: string;
  /** Bucket of the chart; null lets the API choose. */
  interval: Interval | null;
}

/** In the order of the picker. */
export const PERIODS = {
  "24h": { label: words.periods["24h"], key: "u", interval: "hour" },
  day: { label: words.periods.day, key: "d", interval: "hour" },
  yesterday: { label: words.periods.yesterday, key: "e", interval: "hour" },
  "7d": { label: words.periods["7d"], key: "w", interval: "day" },
  "28d": { label: words.periods["28d"], key: "q", interval: "day" },
  "30d": { label: words.periods["30d"], key: "t", interval: "day" },
  "90d": { label: words.periods["90d"], key: "n", interval: "day" },
  last_week: { label: words.periods.last_week, key: "k", interval: "day" },
  month: { label: words.periods.month, key: "m", interval: "day" },
  last_month: { label: words.periods.last_month, key: "p", interval: "day" },
  "6mo": { label: words.periods["6mo"], key: "s", interval: "week" },
  "12mo": { label: words.periods["12mo"], key: "l", interval: "month" },
  year: { label: words.periods.year, key: "y", interval: "month" },
  last_year: { label: words.periods.last_year, key: "r", interval: "month" },
  all: { label: words.periods.all, key: "a", interval: null },
} as const satisfies Record<string, PeriodDefinition>;

export type PeriodName = keyof typeof PERIODS;
export const PERIOD_NAMES = Object.keys(PERIODS) as PeriodName[];

/** Groups of the picker, with a line between them. */
export const PERIOD_GROUPS: readonly (readonly PeriodName[])[] = [
  ["day", "yesterday", "24h"],
  ["7d", "28d", "30d", "90d"],
  ["last_week", "month", "last_month"],
  ["6mo", "12mo", "year", "last_year"],
  ["all"],
];

/** Two local dates, both included. */
export interface Span {
  from: string;
  to: string;
}

/**
 * A custom period has two dates, both included, or two times such as `2026-11-22T10:00+01:00`, of which the second is
 * excluded.
 */
export type Period = { name: PeriodName } | ({ name: "custom" } & Span);

/** The values of `date_range` in a query. */
export type DateRange = string | [string, string];

/** True if the period has hours instead of whole days. */
export const isOfHours = (period: Period): boolean =>
  period.name === "24h" || (period.name === "custom" && period.from.length > 10);

/**
 * The local days of a period; null for all time and for hours. In the API's dialect, `7d` … `12mo` end yesterday or last
 * month. On the screen they end today, because people want to see the latest data.
 */
export function spanOf(period: Period, today: string): Span | null {
  const year = Number(today.slice(0, 4));
  switch (period.name) {
    case "custom":
      return isOfHours(period) ? null : { from: period.from, to: period.to };
    case "day":
      return { from: today, to: today };
    case "yesterday":
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case "7d":
    case "28d":
    case "30d":
    case "90d":
      return { from: addDays(today, 1 - Number.parseInt(period.name, 10)), to: today };
    case "last_week":
      return { from: addDays(weekStart(today), -7), to: addDays(weekStart(today), -1) };
    case "month":
      return { from: monthStart(today), to: monthEnd(today) };
    case "last_month":
      return { from: monthStart(today, -1), to: monthEnd(monthStart(today, -1)) };
    case "6mo":
    case "12mo":
      return { from: monthStart(today, 1 - Number.parseInt(period.name, 10)), to: monthEnd(today) };
    case "year":
      return { from: `${year}-01-01`, to: `${year}-12-31` };
    case "last_year":
      return { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` };
    case "24h":
    case "all":
      return null;
  }
}

/** Periods that the API knows by the same name and with the same meaning. */
const SAME: readonly string[] = ["day", "24h", "month", "year", "all"];

export function toDateRange(period: Period, today: string): DateRange {
  if (SAME.includes(period.name)) return period.name;
  if (period.name === "custom") return [period.from, period.to];
  const { from, to } = spanOf(period, today)!;
  return [from, to];
}

/** The days that hours touch. */
function daysOfHours(period: Period, today: string): Span {
  if (period.name !== "custom") return { from: addDays(today, -1), to: today };
  const [from, to] = [period.from.slice(0, 10), period.to.slice(0, 10)];
  // The end is excluded: midnight belongs to the day before.
  return { from, to: from < to && period.to.slice(11, 16) === "00:00" ? addDays(to, -1) : to };
}

/** Periods that end in the future, of which requests by days have the part until today. */
const UNTIL_TODAY: readonly string[] = ["month", "year", "6mo", "12mo"];

/**
 * The local days of a period, both included, for requests by days; only the last `most` days of a longer period. `all`
 * has no first day here and is cut as well. Hours become the days that they touch.
 */
export function daysOf(period: Period, today: string, most: number): Span {
  const span = isOfHours(period) ? daysOfHours(period, today) : spanOf(period, today);
  const { from, to } = span ?? { from: addDays(today, 1 - most), to: today };
  const end = UNTIL_TODAY.includes(period.name) ? today : to;
  return { from: daysIn(from, end) > most ? addDays(end, 1 - most) : from, to: end };
}

const HOUR = 3_600_000;

/** The hours of a period with times. */
export const hoursIn = ({ from, to }: Span): number => (Date.parse(to) - Date.parse(from)) / HOUR;

/** The bucket for a readable line of at most about a hundred points. Null lets the API choose. */
export function intervalFor(period: Period): Interval | null {
  if (period.name !== "custom") return PERIODS[period.name].interval;
  if (isOfHours(period)) {
    const hours = hoursIn(period);
    if (hours <= 2) return "minute";
    return hours <= 96 ? "hour" : "day";
  }
  const days = daysIn(period.from, period.to);
  if (days <= 2) return "hour";
  if (days <= 100) return "day";
  return days <= 400 ? "week" : "month";
}

/** True for hours of which the current one is part, or which lie ahead. @param hour its start, in UTC. */
export const hasOpenHour = (period: Period, hour: string): boolean =>
  isOfHours(period) && (period.name !== "custom" || Date.parse(period.to) > Date.parse(hour));

const PAST: readonly string[] = ["yesterday", "last_week", "last_month", "last_year"];

/** True while new events may belong to the period. */
export function isRunning(period: Period, today: string): boolean {
  if (period.name === "custom") return period.to >= today;
  return !PAST.includes(period.name);
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})$/;
const isTime = (text: string | undefined): text is string =>
  text !== undefined && TIME.test(text) && isDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));

/** A custom period with its ends in order; null unless both are dates, or both are different times. */
export function toCustom(from: string | undefined, to: string | undefined): Period | null {
  if (isTime(from) && isTime(to)) {
    const [start, end] = [Date.parse(from), Date.parse(to)];
    if (start === end) return null;
    return start < end ? { name: "custom", from, to } : { name: "custom", from: to, to: from };
  }
  if (!isDate(from) || !isDate(to)) return null;
  return from <= to ? { name: "custom", from, to } : { name: "custom", from: to, to: from };
}
