// The intervals of the chart: those that suit a period, and the chosen one. Pure.
import { daysIn } from "../calendar";
import { hoursIn, type Interval, intervalFor, isOfHours, type Period, spanOf } from "../period";

export const INTERVALS: readonly Interval[] = ["minute", "hour", "day", "week", "month"];

/** The API has minutes of one day at most, and hours of 92 days. Lines with more points are unreadable. */
const LIMITS = { hour: { most: 31 }, day: { least: 2, most: 400 }, week: { least: 8 }, month: { least: 32 } } as const;

function isOfDays(interval: Exclude<Interval, "minute">, days: number): boolean {
  const { least = 1, most = Number.POSITIVE_INFINITY }: { least?: number; most?: number } = LIMITS[interval];
  return days >= least && days <= most;
}

/** The intervals of a period, the finest first. The period's own is always one of them. */
export function intervalsFor(period: Period, today: string): Interval[] {
  const own = intervalFor(period);
  const suits = (interval: Interval): boolean => {
    if (interval === own) return true;
    if (isOfHours(period)) {
      const hours = period.name === "custom" ? hoursIn(period) : 24;
      if (interval === "minute") return hours <= 24;
      return interval === "hour" ? hours > 1 && hours <= 31 * 24 : interval === "day" && hours > 48;
    }
    const span = spanOf(period, today);
    if (!span) return interval !== "minute" && interval !== "hour";
    const days = daysIn(span.from, span.to);
    return interval === "minute" ? days === 1 : isOfDays(interval, days);
  };
  return INTERVALS.filter(suits);
}

/** The interval of the chart: the chosen one if it suits the period. Null lets the API choose. */
export const intervalOfView = (
  { period, interval }: { period: Period; interval: Interval | null },
  today: string,
): Interval | null => (interval && intervalsFor(period, today).includes(interval) ? interval : intervalFor(period));
