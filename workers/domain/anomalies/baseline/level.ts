// The level of a metric: what the counts of earlier weeks are multiplied by to be comparable with today.
import { median } from "../deviation";
import { WEEK, WEEKS } from "./span";

const soft = (value: number, by: number): number => Math.sign(value) * Math.max(0, Math.abs(value) - by);

/**
 * By what the counts of earlier weeks are multiplied to be at the level of today, by weeks back: a growth that goes on and a
 * step that the last week made. Each week is compared by the median over its weekdays of the logarithms of their ratios,
 * which three anomalous days do not move; growth is the median of all slopes (Theil 1950, Sen 1968); and of both only what
 * exceeds their own error is believed (soft threshold, Donoho 1995), so that a steady site keeps its six weeks as they are.
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
  // Five weeks, each with half of the squared error, whose squared distances from their middle sum up to ten: half of that.
  const growth = slopes.length < 3 ? 0 : soft(median(slopes), error / Math.sqrt(80));
  const step = soft(median(compared.map(({ week, ratio }) => ratio - growth * week)), error);
  return Array.from({ length: WEEKS }, (_, week) => Math.exp(growth * (week + 1) + (week === 0 ? 0 : step)));
}

/**
 * What is added to a day where the last week counts more than twice what ratios make of the weeks before it, as of a metric
 * that was nothing before: what has been so for four days is usual.
 */
export function raised(expected: readonly number[], last: readonly number[]): number {
  const usual = median(expected);
  const missing = median(last) - usual;
  return missing > usual ? missing : 0;
}
