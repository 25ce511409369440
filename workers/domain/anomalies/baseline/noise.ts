// The noise of a metric: how far normal counts lie from their medians, measured on the baseline itself.
import type { Grain } from "../anomaly";
import type { CountNoise } from "../deviation";

/** The longest run of consecutive hours over which evidence is collected. */
export const LONGEST_RUN = 12;
/** No site is steadier than 5 %. */
export const LEAST_EXCESS = 0.0025;
/** Share of the most deviant days that the estimate excludes, because they may be anomalies. */
const LEFT_OUT = { hour: 0.1, day: 0.15 };
/** Corrects the noise of normal counts for excluding those days: for sums over an hour's runs, and for single days. */
const MADE_UP = { hour: 1.3, day: 2.1 };

/** Variance over mean by days, without the most deviant ones. `mean` is the mean of one time. */
export function dispersionOf(squares: Float64Array, means: Float64Array, counted: Float64Array, grain: Grain) {
  const days: number[] = [];
  for (let day = 0; day < counted.length; day++) if (counted[day]! > 0) days.push(day);
  days.sort((a, b) => squares[a]! / means[a]! - squares[b]! / means[b]!);
  let [square, mean, times] = [0, 0, 0];
  for (let rank = 0; rank < days.length - Math.ceil(days.length * LEFT_OUT[grain]); rank++) {
    square += squares[days[rank]!]!;
    mean += means[days[rank]!]!;
    times += counted[days[rank]!]!;
  }
  return mean === 0 ? { ratio: 1, mean: 1 } : { ratio: (MADE_UP[grain] * square) / mean, mean: mean / times };
}

/**
 * How much wider the next count spreads than the baseline around its own median of `n` (variance of a median: π/2n).
 */
export const widened = (n: number): number => (n / Math.max(1, n - 1)) * (1 + Math.PI / 2 / n);

/**
 * Cumulative sums of the baseline up to each hour: the fitted counts and the differences from them; and the day of each
 * hour.
 */
export interface Sums {
  fit: Float64Array;
  apart: Float64Array;
  day: Int32Array;
  days: number;
}

/**
 * The noise of sums over a run of hours, by the line through quiet and busy times: variance/mean = dispersion + excess
 * · mean.
 */
function runNoise({ fit, apart, day, days }: Sums, run: number, n: number, clump: number): CountNoise {
  const hours = day.length;
  const middle = (fit[hours]! / hours) * run;
  const table = Array.from({ length: 6 }, () => new Float64Array(days));
  const [squares, means, counted] = [table.slice(0, 2), table.slice(2, 4), table.slice(4, 6)];
  for (let end = run; end <= hours; end++) {
    const mean = fit[end]! - fit[end - run]!;
    const half = mean > middle ? 1 : 0;
    const at = day[end - 1]!;
    squares[half]![at]! += (apart[end]! - apart[end - run]!) ** 2;
    means[half]![at]! += mean;
    counted[half]![at]! += 1;
  }
  const low = dispersionOf(squares[0]!, means[0]!, counted[0]!, "hour");
  const high = dispersionOf(squares[1]!, means[1]!, counted[1]!, "hour");
  const slope = Math.max(0, (high.ratio - low.ratio) / Math.max(0.1, high.mean - low.mean));
  const dispersion = Math.max(1, low.ratio - slope * low.mean);
  const excess = Math.max(LEAST_EXCESS, (Math.max(low.ratio, high.ratio) - dispersion) / high.mean);
  return { dispersion: Math.max(clump, dispersion * widened(n)), excess: excess * widened(n) };
}

/** Runs with an estimate of their own. The other lengths are interpolated linearly. */
const MEASURED_RUNS = [1, 3, 6, 12] as const;

export function noiseByRun(sums: Sums, n: number, clump: number): CountNoise[] {
  const measured = MEASURED_RUNS.map((run) => runNoise(sums, run, n, clump));
  return Array.from({ length: LONGEST_RUN }, (_, at) => {
    const above = MEASURED_RUNS.findIndex((run) => run >= at + 1);
    const below = Math.max(0, above - 1);
    const [near, far] = [MEASURED_RUNS[below]!, MEASURED_RUNS[above]!];
    const part = far === near ? 0 : (at + 1 - near) / (far - near);
    const between = (key: keyof CountNoise) => (1 - part) * measured[below]![key] + part * measured[above]![key];
    return { dispersion: between("dispersion"), excess: between("excess") };
  });
}

/**
 * The noise that the own variance of an hour or day adds to the common noise: a quarter of the difference, because it
 * rests on six values.
 */
export function varianceBeyond({ dispersion, excess }: CountNoise, mean: number, ownVariance: number): number {
  return Math.max(0, ownVariance - dispersion * mean - excess * mean * mean) / 4;
}
