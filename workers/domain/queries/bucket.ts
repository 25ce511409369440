// Buckets: the hours, days, weeks or months of a period, as a time series labels them.
import type { TimeDimension } from "../events/catalog";
import { addMonths, startOfMonth, startOfWeek } from "../time/calendar";
import { addDays, localDate, localHour, nextHour, offsetAt, startOfDate, toLocalTime } from "../time/zone";
import { isRunning, type Period } from "./period";

export interface Bucket {
  label: string;
  /** As the rollups know it: the label, or for hours the beginning in epoch seconds. */
  key: string | number;
  /** False while it lies wholly ahead. */
  begun: boolean;
  /** True when now lies in it. */
  present: boolean;
  /** True when the period or the present cuts it short. */
  partial: boolean;
}

/** Longest shift back that any zone has made at once. */
const LONGEST_SHIFT = 3 * 3_600_000;

/**
 * `YYYY-MM-DD HH:MM:SS` on the wall, as Plausible labels hours. The hour that DST repeats carries its offset the second
 * time, so that no two buckets share a label.
 */
export function hourLabel(hour: number, timezone: string): string {
  const local = toLocalTime(hour, timezone);
  const label = local.slice(0, 19).replace("T", " ");
  const offset = offsetAt(hour, timezone);
  const before = offsetAt(hour - LONGEST_SHIFT, timezone);
  const earlier = hour + offset - before;
  const repeated =
    before > offset && offsetAt(earlier, timezone) === before && localHour(earlier, timezone) === earlier;
  return repeated ? label + local.slice(19) : label;
}

function toHours({ from, to }: Period, timezone: string, now: number): Bucket[] {
  const buckets: Bucket[] = [];
  for (let hour = from; hour < to; ) {
    const next = nextHour(hour, timezone);
    const present = hour <= now && now < next;
    buckets.push({
      label: hourLabel(hour, timezone),
      key: hour / 1000,
      begun: hour <= now,
      present,
      partial: present,
    });
    hour = next;
  }
  return buckets;
}

/** Of a bucket that holds `date`: its first day, and the first day of the next. */
const BOUNDS = {
  "time:day": (date: string) => [date, addDays(date, 1)],
  "time:week": (date: string) => [startOfWeek(date), addDays(startOfWeek(date), 7)],
  "time:month": (date: string) => [startOfMonth(date), addMonths(startOfMonth(date), 1)],
} as const satisfies Record<Exclude<TimeDimension, "time:hour">, (date: string) => readonly [string, string]>;

function toDates(period: Period, time: Exclude<TimeDimension, "time:hour">, timezone: string, now: number): Bucket[] {
  const first = localDate(period.from, timezone);
  const last = localDate(period.to - 1, timezone);
  // A period of hours cuts its first and its last day.
  const wholeFrom = startOfDate(first, timezone) === period.from ? first : addDays(first, 1);
  const wholeTo = startOfDate(addDays(last, 1), timezone) === period.to ? addDays(last, 1) : last;
  const today = localDate(now, timezone);
  const running = isRunning(period, now);
  const buckets: Bucket[] = [];
  for (let date = first; date <= last; ) {
    const [start, next] = BOUNDS[time](date) as [string, string];
    const present = running && start <= today && today < next;
    // Weeks are labelled by their first day within the period, months by their first day, as Plausible does.
    const label = time === "time:week" ? date : start;
    const partial = present || start < wholeFrom || next > wholeTo;
    buckets.push({ label, key: label, begun: date <= today, present, partial });
    date = next;
  }
  return buckets;
}

export const toBuckets = (period: Period, time: TimeDimension, timezone: string, now: number): Bucket[] =>
  time === "time:hour" ? toHours(period, timezone, now) : toDates(period, time, timezone, now);

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The bucket that the dimension `time` stands for, by the length of the period: Plausible's thresholds. */
export function bucketFor({ from, to }: Period): TimeDimension {
  if (to - from <= 48 * HOUR) return "time:hour";
  if (to - from < 41 * DAY) return "time:day";
  return to - from < 53 * 7 * DAY ? "time:week" : "time:month";
}
