// Zoom: the period of some buckets of the chart. Pure.
import { addDays, monthEnd, weekStart } from "../calendar";
import { type Interval, type Period, type Span, spanOf } from "../period";
import { HOUR, hourStart, instantOf, type Now, toTimeText } from "./moment";
import { isTooLong } from "./month-grid";
import { toPeriod } from "./step";

const isSame = (one: Period, other: Period, today: string): boolean => {
  const [a, b] = [one, other].map((period) => JSON.stringify(spanOf(period, today) ?? toInstants(period)));
  return a === b;
};

const toInstants = (period: Period): unknown =>
  period.name === "custom" ? [Date.parse(period.from), Date.parse(period.to)] : period.name;

/** The days from the first day of one bucket to the last day of another, within the period. */
function daysOfBuckets(first: string, last: string, interval: Interval, shown: Period, today: string): Span {
  const end = interval === "week" ? addDays(weekStart(last), 6) : interval === "month" ? monthEnd(last) : last;
  const within = spanOf(shown, today);
  const from = within && within.from > first ? within.from : first;
  const to = within && within.to < end ? within.to : end;
  // A single week or month may be in progress. Of chosen days, only those until today have data.
  return { from, to: interval === "day" && to > today && from <= today ? today : to };
}

/** Whole days if the hours are that, otherwise times. Minutes extend to hours, which all figures of the page have. */
function hoursOfBuckets(first: string, last: string, { timezone, today }: Now): Period {
  const from = hourStart(instantOf(first, timezone), timezone);
  const to = hourStart(instantOf(last, timezone), timezone) + HOUR;
  const [start, end] = [from, to].map((instant) => toTimeText(instant, timezone)) as [string, string];
  const isWhole = [start, end].every((text) => text.slice(11, 16) === "00:00");
  return isWhole
    ? toPeriod({ from: start.slice(0, 10), to: addDays(end.slice(0, 10), -1) }, today)
    : { name: "custom", from: start, to: end };
}

/**
 * The period of the buckets from one label to another, both included. Null if it is what the chart shows already, or in
 * the future.
 */
export function zoomTo(
  { interval, shown }: { interval: Interval; shown: Period },
  [first, last]: readonly [string, string],
  now: Now,
): Period | null {
  const { today } = now;
  if (first.slice(0, 10) > today) return null;
  const isClock = interval === "minute" || interval === "hour";
  if (isClock && instantOf(first, now.timezone) > now.at) return null;
  const period = isClock
    ? hoursOfBuckets(first, last, now)
    : toPeriod(daysOfBuckets(first, last, interval, shown, today), today);
  const span = spanOf(period, today);
  if (span && isTooLong(span)) return null;
  return isSame(period, shown, today) ? null : period;
}
