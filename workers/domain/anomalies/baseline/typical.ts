// Typical counts of a weekday's hours: medians of the same hour over the weeks, smoothed with the neighbouring hours if
// counts are low.
import type { Calendar } from "../calendar";
import { median, trimmedMean } from "../deviation";
import { FEW, HOURS, LEAST_HOUR, WEEK } from "./span";

/** The counts of a metric by day and hour of the clock; NaN for hours that a day does not have. */
export interface Hourly {
  values: Float64Array;
  byClock: Float64Array;
  totals: number[];
}

export function hourlyFor(calendar: Calendar, values: Float64Array): Hourly {
  const days = calendar.dates.length;
  const byClock = new Float64Array(days * HOURS).fill(Number.NaN);
  const seen = new Uint8Array(days * HOURS);
  const totals = new Array<number>(days).fill(0);
  for (let hour = 0; hour < values.length; hour++) {
    const day = calendar.dayOfHour[hour]!;
    totals[day]! += values[hour]!;
    // Half an hour, as on Lord Howe when its clocks change, is not a sample.
    if (calendar.hourEnd[hour]! - calendar.hourStart[hour]! < 3600) continue;
    const cell = day * HOURS + calendar.hourOfDay[hour]!;
    byClock[cell] = seen[cell] ? (byClock[cell]! + values[hour]!) / 2 : values[hour]!;
    seen[cell] = 1;
  }
  return { values, byClock, totals };
}

/**
 * The days that a day's hours are compared with: the same weekday, or for a new property all working days or weekend
 * days.
 */
export function samplesFor(calendar: Calendar, day: number, back: number, count: number): number[] {
  const days: number[] = [];
  if (count >= 3 * WEEK) {
    for (let sample = day - back; sample >= day - count; sample -= WEEK) days.push(sample);
    return days;
  }
  const weekend = (each: number) => new Date(`${calendar.dates[each]!}T00:00:00Z`).getUTCDay() % 6 === 0;
  for (let sample = day - 1; sample >= day - count; sample--)
    if (weekend(sample) === weekend(day - back)) days.push(sample);
  return days;
}

/** Variance by the median absolute deviation: 1.4826 · MAD is the standard deviation of a normal (Rousseeuw & Croux 1993). */
export function varianceOf(values: readonly number[]): number {
  if (values.length < 4) return 0;
  const middle = median(values);
  return (1.4826 * median(values.map((value) => Math.abs(value - middle)))) ** 2;
}

export interface Typical {
  mean: number;
  ownVariance: number;
}

/** The hours of a day scaled to today's level: each hour alone, and its mean with the neighbouring hours. */
export interface Row {
  own: Float64Array;
  around: Float64Array;
}

export function rowFor({ byClock }: Hourly, day: number, scale: number): Row {
  const own = new Float64Array(HOURS);
  const around = new Float64Array(HOURS);
  for (let hour = 0; hour < HOURS; hour++) {
    own[hour] = byClock[day * HOURS + hour]! * scale;
    let [sum, there] = [0, 0];
    for (let near = Math.max(0, hour - 1); near <= Math.min(HOURS - 1, hour + 1); near++) {
      const beside = byClock[day * HOURS + near]!;
      if (Number.isNaN(beside)) continue;
      sum += beside;
      there++;
    }
    around[hour] = (sum * scale) / there;
  }
  return { own, around };
}

/**
 * Typical counts by hour of the clock on some days. The spread costs two medians per hour, so it is computed only on
 * request.
 */
export function typicalHours(rows: readonly Row[], spread: boolean): Typical[] {
  const found: Typical[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    const own: number[] = [];
    const around: number[] = [];
    for (const row of rows) {
      if (Number.isNaN(row.own[hour]!)) continue;
      own.push(row.own[hour]!);
      around.push(row.around[hour]!);
    }
    if (own.length === 0) {
      found.push({ mean: LEAST_HOUR, ownVariance: 0 });
      continue;
    }
    const pooled = trimmedMean(around);
    const trust = Math.min(1, pooled / FEW);
    const mean = Math.max(LEAST_HOUR, trust * median(own) + (1 - trust) * pooled);
    found.push({ mean, ownVariance: spread ? varianceOf(own) : 0 });
  }
  return found;
}
