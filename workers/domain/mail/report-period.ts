// The periods of reports: complete weeks and months in the property's time zone.
import type { Days } from "../queries/period";
import { addMonths, daysBetween, endOfMonth, startOfMonth, startOfWeek } from "../time/calendar";
import { addDays, localDate, startOfDate } from "../time/zone";

export type ReportPeriod = "week" | "month";

/** The last complete week (Monday to Sunday) or month before a date. */
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

/** Reports are sent in the morning: yesterday's last events are counted by then, and people read their mail. */
const HOUR_MS = 3_600_000;
const MORNING_MS = 6 * HOUR_MS;
/** Days after the period in which its report is still sent. Reports that are turned on later start with the next period. */
const LATEST_DAYS = 3;

/** The period of the report that is due now. Null before the morning, and later than LATEST_DAYS after the period. */
export function dueReport(period: ReportPeriod, now: number, timezone: string): Days | null {
  const today = localDate(now, timezone);
  const days = lastWhole(period, today);
  const since = daysBetween(days.last, today) - 1;
  if (since >= LATEST_DAYS || (since === 0 && now < startOfDate(today, timezone) + MORNING_MS)) return null;
  return days;
}
