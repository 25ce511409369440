// Expects the count of a day from the six weeks before it.
import type { Calendar } from "../calendar";
import { type CountNoise, median, trimmedMean } from "../deviation";
import { levels, raised } from "./level";
import { dispersionOf, LEAST_EXCESS, widened } from "./noise";
import { FEW, HOURS, LEAST_DAYS, LEAST_HOUR, WEEK, WEEKS } from "./span";
import { samplesFor, type Typical, varianceOf } from "./typical";

export interface DayExpectation {
  mean: number;
  ownVariance: number;
  noise: CountNoise;
  weeks: number;
  fitted: number[];
  firstDay: number;
}

/** The expected count of a day. */
export function expectDay(
  calendar: Calendar,
  totals: readonly number[],
  day: number,
  first: number,
  clump: number,
): DayExpectation | null {
  const count = Math.min(WEEK * WEEKS, day - first);
  if (count < LEAST_DAYS.day) return null;
  const level = levels(totals, day, first);
  const scale = (each: number) => level[Math.floor((day - each - 1) / WEEK)]!;
  const typical: Typical[] = [];
  for (let back = 1; back <= WEEK; back++) {
    const values = samplesFor(calendar, day, back, count).map((each) => totals[each]! * scale(each));
    const pooled = trimmedMean(values);
    const trust = Math.min(1, pooled / FEW);
    const mean = Math.max(LEAST_HOUR * HOURS, trust * median(values) + (1 - trust) * pooled);
    typical[back % WEEK] = { mean, ownVariance: varianceOf(values) };
  }
  const firstDay = day - count;
  const fitted = Array.from({ length: count }, (_, at) => typical[(count - at) % WEEK]!.mean / scale(firstDay + at));
  const squares = Float64Array.from(fitted, (mean, at) => (totals[firstDay + at]! - mean) ** 2);
  const once = new Float64Array(count).fill(1);
  const { ratio, mean } = dispersionOf(squares, Float64Array.from(fitted), once, "day");
  const weeks = count / WEEK;
  const wider = widened(weeks < 3 ? Math.max(2, count / 4) : weeks);
  // Counts of days are large: the noise beyond clumps is treated as excess, except for metrics with very low counts.
  const own = mean < FEW ? Math.max(clump, ratio * wider) : clump;
  const noise = { dispersion: own, excess: Math.max(LEAST_EXCESS, (ratio - own) / mean) * wider };
  const expected = typical[0]!;
  const more = raised(
    typical.map((each) => each.mean),
    totals.slice(Math.max(first, day - WEEK), day),
  );
  return { mean: expected.mean + more, ownVariance: expected.ownVariance, noise, weeks, fitted, firstDay };
}
