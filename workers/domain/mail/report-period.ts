// The periods of reports: whole weeks and months of the property's calendar.
import type { Days } from "../queries/period";
import { addMonths, daysBetween, endOfMonth, startOfMonth, startOfWeek } from "../time/calendar";
import { addDays, localDate, startOfDate } from "../time/zone";

export type ReportPeriod = "week" | "month";

/** The last whole week (Monday to Sunday) or month before a date. */
export function lastWhole(period: ReportPeriod, today: string): Days {
  if (period === "week") {
    const monday = startOfWeek(today);
    return { first: addDays(monday, -7), last: addDays(monday, -1) };
  }
  const last = addDays(startOfMonth(today), -1);
  return { first: startOfMonth(last), last };
}

export const periodBefore = (period: ReportPeriod, { first }: Days): Days =>
  period === "week"
    ? { first: addDays(first, -7), last: addDays(first, -1) }
    : { first: addMonths(first, -1), last: endOfMonth(addMonths(first, -1)) };

/** In the morning, when the last events of the day before have long been counted and people begin to read. */
const HOUR_MS = 3_600_000;
const MORNING_MS = 6 * HOUR_MS;
/** Days into the new period in which a report still makes sense: who turns reports on later waits for the next. */
const LATEST_DAYS = 3;

/** The period whose report is due now; null when it is too early in the day or too late in the period. */
export function dueReport(period: ReportPeriod, now: number, timezone: string): Days | null {
  const today = localDate(now, timezone);
  const days = lastWhole(period, today);
  const since = daysBetween(days.last, today) - 1;
  if (since >= LATEST_DAYS || (since === 0 && now < startOfDate(today, timezone) + MORNING_MS)) return null;
  return days;
}
