// Steps through periods: the one before, and the one after, of the same length. Pure.
import { addDays, daysIn, monthEnd, monthStart, monthsIn, weekStart } from "../calendar";
import { isOfHours, type Period, type PeriodName, type Span, spanOf } from "../period";
import { HOUR, hourStart, type Now, toTimeText } from "./moment";

export type Direction = -1 | 1;

const ROLLING: readonly PeriodName[] = ["7d", "28d", "30d", "90d"];
const SINGLE: readonly PeriodName[] = ["day", "yesterday"];
const CALENDAR: readonly PeriodName[] = ["last_week", "month", "last_month", "year", "last_year", "6mo", "12mo"];

const isWeeks = ({ from, to }: Span): boolean => weekStart(from) === from && daysIn(from, to) % 7 === 0;

/** The days as the period that people call them: "Yesterday" instead of a date. */
export function toPeriod(span: Span, today: string, preferred: readonly PeriodName[] = CALENDAR): Period {
  const names = [...SINGLE, ...preferred, ...CALENDAR, ...ROLLING];
  const name = names.find((one) => {
    const known = spanOf({ name: one }, today);
    return known?.from === span.from && known.to === span.to;
  });
  return name ? { name } : { name: "custom", ...span };
}

function stepHours(period: Period, direction: Direction, now: Now): Period | null {
  const end = hourStart(now.at, now.timezone) + HOUR;
  const [from, to] =
    period.name === "custom" ? [Date.parse(period.from), Date.parse(period.to)] : [end - 24 * HOUR, end];
  const length = to - from;
  if (direction > 0 && to >= end) return null;
  const next = Math.min(to + direction * length, end);
  if (next === end && length === 24 * HOUR) return { name: "24h" };
  return {
    name: "custom",
    from: toTimeText(next - length, now.timezone),
    to: toTimeText(next, now.timezone),
  };
}

function shift(span: Span, direction: Direction, months: number | null): Span {
  if (months !== null) {
    const from = monthStart(span.from, direction * months);
    return { from, to: monthEnd(monthStart(from, months - 1)) };
  }
  const days = direction * daysIn(span.from, span.to);
  return { from: addDays(span.from, days), to: addDays(span.to, days) };
}

/**
 * The next period of the same length in a direction: a month steps by months, other days by their number. Null for all
 * time, and after today. Days that would end after today end today, unless they are whole weeks or months.
 */
export function stepPeriod(period: Period, direction: Direction, now: Now): Period | null {
  if (period.name === "all") return null;
  if (isOfHours(period)) return stepHours(period, direction, now);
  const { today } = now;
  const span = spanOf(period, today)!;
  const isRolling = period.name !== "custom" && ROLLING.includes(period.name);
  const months = isRolling ? null : monthsIn(span);
  const next = shift(span, direction, months);
  if (next.from > today && direction > 0) return null;
  const isCut = direction > 0 && next.to > today && months === null && !isWeeks(next);
  const days = isCut ? { from: addDays(today, 1 - daysIn(span.from, span.to)), to: today } : next;
  return toPeriod(days, today, months === null ? ROLLING : CALENDAR);
}
