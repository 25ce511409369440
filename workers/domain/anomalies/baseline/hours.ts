// Expects the counts of a day's hours from the six weeks before it.
import type { Calendar } from "../calendar";
import type { CountNoise } from "../deviation";
import { levels, raised } from "./level";
import { noiseByRun } from "./noise";
import { HOURS, LEAST_DAYS, WEEK, WEEKS } from "./span";
import { type Hourly, type Row, rowFor, samplesFor, type Typical, typicalHours } from "./typical";

/** The expected counts of one local day. */
export interface Expectation {
  /** By hour of the clock, for a whole hour. */
  hours: number[];
  /** Variance of each hour around its median, from its own MAD: large for an hour that differs from week to week. */
  ownVariance: number[];
  /**
   * Noise of sums over 1, 2 … LONGEST_RUN hours, estimated from all hours together: six values alone say little about
   * their spread.
   */
  noise: CountNoise[];
  /** Weeks in the baseline; less than 3 if days of the week had to be pooled. */
  weeks: number;
  /** Expected counts of the hours in the baseline, by position from `firstHour`. */
  fitted: Float64Array;
  firstHour: number;
}

/** The expected counts of a day's hours; null without enough history. */
export function expectHours(
  calendar: Calendar,
  hourly: Hourly,
  day: number,
  first: number,
  clump: number,
): Expectation | null {
  const count = Math.min(WEEK * WEEKS, day - first);
  if (count < LEAST_DAYS.hour) return null;
  const level = levels(hourly.totals, day, first);
  const scale = (each: number) => level[Math.floor((day - each - 1) / WEEK)]!;
  const rows = new Map<number, Row>();
  for (let sample = day - count; sample < day; sample++) rows.set(sample, rowFor(hourly, sample, scale(sample)));
  const typical: Typical[][] = [];
  for (let back = 1; back <= WEEK; back++) {
    const days = samplesFor(calendar, day, back, count);
    typical[back % WEEK] =
      days.length < 2
        ? []
        : typicalHours(
            days.map((each) => rows.get(each)!),
            back === WEEK,
          );
  }
  const today = typical[0]!;
  if (today.length === 0) return null;
  const firstHour = calendar.firstHour[day - count]!;
  const size = calendar.firstHour[day]! - firstHour;
  const fitted = new Float64Array(size);
  const [fit, apart] = [new Float64Array(size + 1), new Float64Array(size + 1)];
  const dayOf = new Int32Array(size);
  for (let hour = 0; hour < size; hour++) {
    const sample = calendar.dayOfHour[firstHour + hour]!;
    const whole = (calendar.hourEnd[firstHour + hour]! - calendar.hourStart[firstHour + hour]!) / 3600;
    const cell = typical[(day - sample) % WEEK]![calendar.hourOfDay[firstHour + hour]!];
    const value = hourly.values[firstHour + hour]!;
    fitted[hour] = cell ? (cell.mean * whole) / scale(sample) : value;
    fit[hour + 1] = fit[hour]! + fitted[hour]!;
    apart[hour + 1] = apart[hour]! + value - fitted[hour]!;
    dayOf[hour] = sample - (day - count);
  }
  const weeks = count / WEEK;
  const samples = weeks < 3 ? Math.max(2, count / 4) : weeks;
  const sums = { fit, apart, day: dayOf, days: count };
  const noise = noiseByRun(sums, samples, clump);
  const week = typical.map((hours) => hours.reduce((sum, { mean }) => sum + mean, 0));
  const more = raised(week, hourly.totals.slice(Math.max(first, day - WEEK), day)) / HOURS;
  const hours = today.map(({ mean }) => mean + more);
  return { hours, ownVariance: today.map((hour) => hour.ownVariance), noise, weeks, fitted, firstHour };
}
