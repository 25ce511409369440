// The period of a query: the meaning of `date_range` on the property's calendar, and the period to compare it with.
import { Problem } from "../requests/problem";
import {
  addMonths,
  daysBetween,
  endOfMonth,
  endOfYear,
  isDate,
  startOfMonth,
  startOfYear,
  weekdayOf,
  wholeMonths,
} from "../time/calendar";
import { addDays, localDate, localHour, nextHour, startOfDate } from "../time/zone";

export const PERIOD_NAMES = ["day", "24h", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year", "all"] as const;
export type PeriodName = (typeof PERIOD_NAMES)[number];

/** Local dates, both included. */
export interface Days {
  first: string;
  last: string;
}

/** `date_range` from the caller: a name, two dates (both included), or two times (the second excluded). */
export type DateRange = PeriodName | Days | { from: number; to: number };

/** From `from` until before `to`; `days` if these are whole local days. */
export interface Period {
  from: number;
  to: number;
  days: Days | null;
}

/** The time zone and the time of a query. */
export interface Vantage {
  timezone: string;
  now: number;
  /** The first local date with data; null for an empty property. Only `all` needs it. */
  firstDay: string | null;
}

export type ComparisonMode = "previous_period" | "year_over_year" | "custom";

/** Ten years with their leap days. */
const MAX_DAYS = 3653;
const MIN_YEAR = 1970;
const MAX_YEAR = 2099;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

const isName = (value: unknown): value is PeriodName => PERIOD_NAMES.some((name) => name === value);
const isInCentury = (text: string): boolean => {
  const year = Number(text.slice(0, 4));
  return year >= MIN_YEAR && year <= MAX_YEAR;
};

function toInstant(text: string, subject: string): number {
  const instant = TIME.test(text) && isDate(text.slice(0, 10)) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(instant))
    throw new Problem("invalid", `${subject} must have dates such as 2026-11-22 or times such as 2026-11-22T10:00:00Z`);
  return instant;
}

/** @throws Problem invalid, with a message that begins with `subject`. */
export function toDateRange(value: unknown, subject: string): DateRange {
  if (isName(value)) return value;
  if (!Array.isArray(value) || value.length !== 2 || !value.every((end) => typeof end === "string"))
    throw new Problem(
      "invalid",
      `${subject} must be one of ${PERIOD_NAMES.join(", ")} or a list of two dates or times`,
    );
  const [first, last] = value as [string, string];
  if (isDate(first) !== isDate(last)) throw new Problem("invalid", `${subject} must have two dates or two times`);
  const dates = isDate(first);
  const from = dates ? Date.parse(first) : toInstant(first, subject);
  const to = dates ? Date.parse(last) + DAY_MS : toInstant(last, subject);
  if (!isInCentury(first) || !isInCentury(last))
    throw new Problem("invalid", `${subject} must be in the years ${MIN_YEAR} to ${MAX_YEAR}`);
  if (to <= from) throw new Problem("invalid", "period must end after it starts");
  if ((to - from) / DAY_MS > MAX_DAYS) throw new Problem("invalid", `${subject} must span at most ten years`);
  return dates ? { first, last } : { from, to };
}

const ofDays = (first: string, last: string, timezone: string): Period => ({
  from: startOfDate(first, timezone),
  to: startOfDate(addDays(last, 1), timezone),
  days: { first, last },
});

const startOfMinute = (instant: number): number => Math.floor(instant / MINUTE_MS) * MINUTE_MS;

/** Extended to whole local hours, the finest rows of the rollups, or to whole minutes. */
function ofInstants(from: number, to: number, timezone: string, byMinute: boolean): Period {
  const start = byMinute ? startOfMinute(from) : localHour(from, timezone);
  const end = byMinute ? startOfMinute(to - 1) + MINUTE_MS : nextHour(localHour(to - 1, timezone), timezone);
  const first = localDate(start, timezone);
  const last = localDate(end - 1, timezone);
  const whole = startOfDate(first, timezone) === start && startOfDate(addDays(last, 1), timezone) === end;
  return { from: start, to: end, days: whole ? { first, last } : null };
}

/**
 * The dates of a named period, as in Plausible's Stats API v2 (https://plausible.io/docs/stats-api#date_range, and its
 * query builder): `7d` … `91d` are the last whole days before today, and `6mo`, `12mo` the last whole calendar months
 * before this one. `day`, `month` and `year` extend to their end, which may be in the future.
 */
function datesOf(name: Exclude<PeriodName, "24h">, { timezone, now, firstDay }: Vantage): Days {
  const today = localDate(now, timezone);
  switch (name) {
    case "day":
      return { first: today, last: today };
    case "7d":
    case "28d":
    case "30d":
    case "91d":
      return { first: addDays(today, -Number.parseInt(name, 10)), last: addDays(today, -1) };
    case "month":
      return { first: startOfMonth(today), last: endOfMonth(today) };
    case "6mo":
    case "12mo":
      return {
        first: addMonths(startOfMonth(today), -Number.parseInt(name, 10)),
        last: addDays(startOfMonth(today), -1),
      };
    case "year":
      return { first: startOfYear(today), last: endOfYear(today) };
    case "all":
      return { first: firstDay !== null && firstDay < today ? firstDay : today, last: today };
  }
}

/** The current hour and the 23 hours before it: never more than 24 hours, and not whole days. */
function lastDayOfHours({ timezone, now }: Vantage): Period {
  const to = nextHour(localHour(now, timezone), timezone);
  return { from: localHour(to - DAY_MS, timezone), to, days: null };
}

/** @param byMinute whether the period may begin and end within an hour. */
export function toPeriod(range: DateRange, vantage: Vantage, byMinute = false): Period {
  const { timezone } = vantage;
  if (range === "24h") return lastDayOfHours(vantage);
  if (typeof range === "object" && "from" in range) return ofInstants(range.from, range.to, timezone, byMinute);
  const { first, last } = typeof range === "string" ? datesOf(range, vantage) : range;
  return ofDays(first, last, timezone);
}

/** True while new events may belong to the period. */
export const isRunning = (period: Period, now: number): boolean => period.from <= now && now < period.to;

/**
 * The days to compare with: as many past days as have begun in the current period, so that three days of a month are
 * not compared with a whole one. Whole calendar months step back by whole months (the first three days of October, not
 * the last three), because anything else would compare months of different names and lengths. Other periods step back
 * by their own number of days. A year before 29 February is 28 February.
 */
function daysBefore({ first, last }: Days, mode: "previous_period" | "year_over_year", today: string): Days {
  const begun = today >= first && today < last ? today : last;
  const months = wholeMonths(first, last);
  if (months !== null) {
    const back = mode === "year_over_year" ? -12 : -months;
    // The last day of a month corresponds to the last day of the other month: 28 February ↔ 31 January.
    const end = addMonths(begun, back);
    return { first: addMonths(first, back), last: begun === endOfMonth(begun) ? endOfMonth(end) : end };
  }
  const length = daysBetween(first, begun) + 1;
  const start = mode === "year_over_year" ? addMonths(first, -12) : addDays(first, -length);
  return { first: start, last: addDays(start, length - 1) };
}

/** Moved to the nearest dates that begin on the same weekday and end before the period begins. */
function matchWeekday(days: Days, period: Days): Days {
  const ahead = (weekdayOf(period.first) - weekdayOf(days.first) + 7) % 7;
  const nearest = ahead <= 3 ? ahead : ahead - 7;
  const shift = nearest > 0 && addDays(days.last, nearest) >= period.first ? nearest - 7 : nearest;
  return { first: addDays(days.first, shift), last: addDays(days.last, shift) };
}

/** The default comparison of a period. `custom` comparisons are periods of their own (`toPeriod`). */
export function comparisonOf(
  period: Period,
  mode: "previous_period" | "year_over_year",
  matchDayOfWeek: boolean,
  { timezone, now }: Vantage,
  byMinute = false,
): Period {
  const start = (instant: number) => (byMinute ? startOfMinute(instant) : localHour(instant, timezone));
  if (period.days) {
    const days = daysBefore(period.days, mode, localDate(now, timezone));
    const { first, last } = matchDayOfWeek ? matchWeekday(days, period.days) : days;
    return ofDays(first, last, timezone);
  }
  if (matchDayOfWeek) throw new Problem("invalid", "match_day_of_week needs a date_range of whole days");
  const length = period.to - period.from;
  if (mode === "previous_period") return { from: start(period.from - length), to: period.from, days: null };
  // The same local time a year ago.
  const date = localDate(period.from, timezone);
  const sinceMidnight = period.from - startOfDate(date, timezone);
  const from = start(startOfDate(addMonths(date, -12), timezone) + sinceMidnight);
  return { from, to: start(from + length), days: null };
}
