// Buckets: the minutes, hours, days, weeks or months of a period, as a time series labels them.
import { isClock, type TimeDimension } from "../events/catalog";
import { addMonths, startOfMonth, startOfWeek } from "../time/calendar";
import { addDays, localDate, localHour, nextHour, offsetAt, startOfDate, toLocalTime } from "../time/zone";
import { isRunning, type Period } from "./period";

export interface Bucket {
  label: string;
  /** The key in counts: the label, or for minutes and hours the start in epoch seconds. */
  key: string | number;
  /** False while it is entirely in the future. */
  begun: boolean;
  /** True if it includes the present. */
  present: boolean;
  /** True if the period or the present cuts it short. */
  partial: boolean;
}

/** The longest backward shift of any zone at once. */
const LONGEST_SHIFT = 3 * 3_600_000;
const MINUTE = 60_000;

/** How a day is cut: where the bucket of an instant begins, and where the next one does. */
const CLOCKS = {
  "time:minute": {
    start: (instant: number) => Math.floor(instant / MINUTE) * MINUTE,
    next: (minute: number) => minute + MINUTE,
  },
  "time:hour": { start: localHour, next: nextHour },
} as const;
type Clock = keyof typeof CLOCKS;

/**
 * `YYYY-MM-DD HH:MM:SS` in local time, as Plausible labels hours. The second occurrence of an hour or minute that DST
 * repeats has its offset, so that no two buckets share a label.
 */
export function clockLabel(at: number, time: Clock, timezone: string): string {
  const local = toLocalTime(at, timezone);
  const label = local.slice(0, 19).replace("T", " ");
  const offset = offsetAt(at, timezone);
  const before = offsetAt(at - LONGEST_SHIFT, timezone);
  const earlier = at + offset - before;
  const repeated =
    before > offset && offsetAt(earlier, timezone) === before && CLOCKS[time].start(earlier, timezone) === earlier;
  return repeated ? label + local.slice(19) : label;
}

function toClock({ from, to }: Period, time: Clock, timezone: string, now: number): Bucket[] {
  const buckets: Bucket[] = [];
  for (let at = from; at < to; ) {
    const next = CLOCKS[time].next(at, timezone);
    const present = at <= now && now < next;
    buckets.push({
      label: clockLabel(at, time, timezone),
      key: at / 1000,
      begun: at <= now,
      present,
      partial: present,
    });
    at = next;
  }
  return buckets;
}

/** The first day of the bucket that includes `date`, and the first day of the next. */
const BOUNDS = {
  "time:day": (date: string) => [date, addDays(date, 1)],
  "time:week": (date: string) => [startOfWeek(date), addDays(startOfWeek(date), 7)],
  "time:month": (date: string) => [startOfMonth(date), addMonths(startOfMonth(date), 1)],
} as const satisfies Record<Exclude<TimeDimension, Clock>, (date: string) => readonly [string, string]>;

function toDates(period: Period, time: Exclude<TimeDimension, Clock>, timezone: string, now: number): Bucket[] {
  const first = localDate(period.from, timezone);
  const last = localDate(period.to - 1, timezone);
  // A period of hours cuts its first and last day.
  const wholeFrom = startOfDate(first, timezone) === period.from ? first : addDays(first, 1);
  const wholeTo = startOfDate(addDays(last, 1), timezone) === period.to ? addDays(last, 1) : last;
  const today = localDate(now, timezone);
  const running = isRunning(period, now);
  const buckets: Bucket[] = [];
  for (let date = first; date <= last; ) {
    const [start, next] = BOUNDS[time](date) as [string, string];
    const present = running && start <= today && today < next;
    // The label of a week is its first day within the period, that of a month its first day, as in Plausible.
    const label = time === "time:week" ? date : start;
    const partial = present || start < wholeFrom || next > wholeTo;
    buckets.push({ label, key: label, begun: date <= today, present, partial });
    date = next;
  }
  return buckets;
}

export const toBuckets = (period: Period, time: TimeDimension, timezone: string, now: number): Bucket[] =>
  isClock(time) ? toClock(period, time, timezone, now) : toDates(period, time, timezone, now);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The bucket for the dimension `time`, by the length of the period. The thresholds are Plausible's. */
export function bucketFor({ from, to }: Period): TimeDimension {
  if (to - from <= 48 * HOUR) return "time:hour";
  if (to - from < 41 * DAY) return "time:day";
  return to - from < 53 * 7 * DAY ? "time:week" : "time:month";
}
