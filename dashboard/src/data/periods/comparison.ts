// The comparison of a period: what to ask the API for, and the days on which it falls. Pure.
import { addDays, daysIn, monthEnd, monthsIn, moveMonths, weekStart, yearBefore } from "../calendar";
import { isOfHours, type Period, type Span, spanOf } from "../period";
import type { View } from "../view";
import { HOUR } from "./moment";

export type Asked =
  | { mode: "previous_period" | "year_over_year"; match_day_of_week?: true }
  | { mode: "custom"; date_range: [string, string] };

/** Periods of a number of days. */
const ROLLING: readonly string[] = ["7d", "28d", "30d", "90d"];

type Compared = Pick<View, "period" | "compare" | "matchWeekday">;

/** A comparison with chosen days. */
export const isChosen = (compare: View["compare"]): compare is Span => typeof compare === "object";

/** True if the comparison can begin on the same weekday as the period. */
export const canMatch = ({ period, compare }: Pick<View, "period" | "compare">): boolean =>
  (compare === "previous" || compare === "year") && !isOfHours(period) && period.name !== "all";

const isMatched = (view: Compared): boolean => view.matchWeekday && canMatch(view);

const move = ({ from, to }: Span, days: number): Span => ({ from: addDays(from, days), to: addDays(to, days) });
const custom = ({ from, to }: Span): Asked => ({ mode: "custom", date_range: [from, to] });

/** As the API does it: the nearest days that begin on the same weekday and end before the period begins. */
function matched(days: Span, period: Span): Span {
  const weekday = (date: string): number => daysIn(weekStart(date), date);
  const ahead = (weekday(period.from) - weekday(days.from) + 7) % 7;
  const nearest = ahead <= 3 ? ahead : ahead - 7;
  return move(days, nearest > 0 && addDays(days.to, nearest) >= period.from ? nearest - 7 : nearest);
}

const isWholeMonths = (span: Span): boolean => monthsIn(span) !== null;

/** True if the period is compared by months, as the API does it. Thirty days that happen to be a month are days. */
export function isOfMonths(period: Period, today: string): boolean {
  const span = spanOf(period, today);
  return span !== null && !ROLLING.includes(period.name) && isWholeMonths(span);
}

/** The days before a period, as many as it has. */
function daysBefore(period: Span, view: Compared): Span {
  const before = move(period, -daysIn(period.from, period.to));
  return isMatched(view) ? matched(before, period) : before;
}

/** Undefined without a comparison. Nothing precedes all time. */
export function comparisonOf(view: Compared, today: string): Asked | undefined {
  const { period, compare } = view;
  if (compare === "none" || period.name === "all") return undefined;
  if (isChosen(compare)) return custom(compare);
  const span = spanOf(period, today);
  // The API compares the days that have begun with as many days just before. A week in progress has a week before.
  if (period.name === "custom" && compare === "previous" && span && span.to > today && !isWholeMonths(span))
    return custom(daysBefore(span, view));
  // Thirty days that happen to be a month are thirty days, not a month, which the API would compare with the month before.
  if (ROLLING.includes(period.name) && compare === "previous" && span && isWholeMonths(span))
    return custom(daysBefore(span, view));
  return {
    mode: compare === "year" ? "year_over_year" : "previous_period",
    ...(isMatched(view) && { match_day_of_week: true }),
  };
}

/** The day that today is compared with; null if it is not compared with one day. */
export function dayComparedWith(view: Compared, today: string): string | null {
  const { period, compare } = view;
  if (period.name !== "day" || compare === "none") return null;
  if (isChosen(compare)) return compare.from === compare.to ? compare.from : null;
  const before = compare === "year" ? yearBefore(today) : addDays(today, -1);
  return isMatched(view) ? matched({ from: before, to: before }, { from: today, to: today }).from : before;
}

export interface Whole {
  date_range: [string, string];
  comparisons: Asked;
}

/** `running` for a period that has begun and has nothing complete yet: a change of it would only show that. */
export type Completeness = Whole | "running" | null;

/** The days to compare with a year before: as many as have begun. */
function daysOfYearBefore(period: Span, view: Compared, today: string): Span {
  const from = yearBefore(period.from);
  const before = { from, to: addDays(from, daysIn(period.from, today) - 1) };
  return isMatched(view) ? matched(before, period) : before;
}

/** The days to compare with, counted in whole months: until the day that corresponds to today. */
function monthsBefore(period: Span, view: Compared, today: string): Span {
  const back = view.compare === "year" ? -12 : -monthsIn(period)!;
  const end = moveMonths(today, back);
  // The last days of two months correspond: 28 February and 31 January.
  const before = { from: moveMonths(period.from, back), to: today === monthEnd(today) ? monthEnd(end) : end };
  return isMatched(view) ? matched(before, period) : before;
}

/**
 * The complete days of a period that includes today, and as many days to compare with: with an incomplete day, every
 * change would look like a drop. The earlier period may be shorter, as February is before March: then it ends at its end.
 * Null for other periods, and for today itself, which stands beside a whole day.
 */
function wholeDays(view: Compared, today: string): Completeness {
  const { period, compare } = view;
  const span = spanOf(period, today);
  if (compare === "none" || !span || period.name === "day") return null;
  if (span.from > today || span.to < today) return null;
  if (span.from === today) return "running";
  const whole = { from: span.from, to: addDays(today, -1) };
  const days = daysIn(whole.from, whole.to);
  const cut = ({ from }: Span): Span => ({ from, to: addDays(from, days - 1) });
  const compared = (): Span => {
    if (isChosen(compare))
      return daysIn(compare.from, compare.to) === daysIn(span.from, span.to) ? cut(compare) : compare;
    if (!isOfMonths(period, today))
      return cut(compare === "year" ? daysOfYearBefore(span, view, today) : daysBefore(span, view));
    const { from, to } = cut(monthsBefore(span, view, today));
    return { from, to: to < span.from ? to : addDays(span.from, -1) };
  };
  return { date_range: [whole.from, whole.to], comparisons: custom(compared()) };
}

/**
 * The same of hours: 23 of the last 24 are complete.
 * @param hour the start of the current hour, in UTC.
 */
function wholeHours({ period, compare }: Compared, hour: string): Completeness {
  if (compare === "none" || !isOfHours(period)) return null;
  const now = Date.parse(hour);
  /** The start of an hour, as the API extends periods to hours. They are counted from the current one, as local hours may begin at half past. */
  const hourOf = (time: string): number => now - Math.ceil((now - Date.parse(time)) / HOUR) * HOUR;
  const [from, to, length] =
    period.name === "custom"
      ? [hourOf(period.from), Date.parse(period.to), Date.parse(period.to) - hourOf(period.from)]
      : [now - 23 * HOUR, now + HOUR, 24 * HOUR];
  if (to <= now || from > now) return null;
  if (from === now) return "running";
  const range = (start: number): [string, string] => [
    new Date(start).toISOString(),
    new Date(start + now - from).toISOString(),
  ];
  const previous = (): Asked => ({ mode: "custom", date_range: range(from - length) });
  const comparisons = isChosen(compare)
    ? custom(compare)
    : compare === "year"
      ? { mode: "year_over_year" as const }
      : previous();
  return { date_range: range(from), comparisons };
}

/** @param hour the start of the current hour, for periods of hours that have not ended. */
export const wholeOf = (view: Compared, today: string, hour: string | undefined): Completeness =>
  hour === undefined ? wholeDays(view, today) : wholeHours(view, hour);
