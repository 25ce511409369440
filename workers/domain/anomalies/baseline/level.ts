// The level of a metric: the factors that make the counts of earlier weeks comparable with today.
import { median } from "../deviation";
import { WEEK, WEEKS } from "./span";

const soft = (value: number, by: number): number => Math.sign(value) * Math.max(0, Math.abs(value) - by);

/**
 * Factors that scale the counts of earlier weeks to today's level, by weeks back. They account for continuing growth
 * and for a step in the last week. Two weeks are compared by the median over the weekdays of the logarithms of their
 * ratios, which three anomalous days do not change. Growth is the median of all slopes (Theil 1950, Sen 1968). Only the
 * part of either that exceeds its own error is used (soft threshold, Donoho 1995), so a steady site keeps its six weeks
 * unchanged.
 */
export function levels(totals: readonly number[], day: number, first: number): number[] {
  const compared: { week: number; ratio: number; error: number }[] = [];
  for (let week = 1; week < WEEKS && day - WEEK * (week + 1) >= first; week++) {
    const ratios: number[] = [];
    for (let back = 1; back <= WEEK; back++)
      ratios.push(Math.log((totals[day - back]! + 1) / (totals[day - back - week * WEEK]! + 1)));
    const ratio = median(ratios);
    const error = (1.4826 * 1.2533 * median(ratios.map((each) => Math.abs(each - ratio)))) / Math.sqrt(WEEK);
    compared.push({ week, ratio, error });
  }
  if (compared.length === 0) return new Array<number>(WEEKS).fill(1);
  const error = median(compared.map((each) => each.error));
  const slopes = compared.flatMap((a, at) =>
    compared.slice(at + 1).map((b) => (b.ratio - a.ratio) / (b.week - a.week)),
  );
  // Each of five weeks has half of the squared error, and their squared distances from the middle sum to ten; half of
  // that.
  const growth = slopes.length < 3 ? 0 : soft(median(slopes), error / Math.sqrt(80));
  const step = soft(median(compared.map(({ week, ratio }) => ratio - growth * week)), error);
  return Array.from({ length: WEEKS }, (_, week) => Math.exp(growth * (week + 1) + (week === 0 ? 0 : step)));
}

/**
 * The amount to add to a day if the last week has more than twice the count that the ratios predict from earlier weeks,
 * as for a metric that was zero before. A level that has lasted for four days is normal.
 */
export function raised(expected: readonly number[], last: readonly number[]): number {
  const usual = median(expected);
  const missing = median(last) - usual;
  return missing > usual ? missing : 0;
}
