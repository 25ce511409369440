// A track: observed and expected values of one metric along a row of hours or days, and sums over parts of it.
import { LONGEST_RUN } from "../baseline/noise";
import { type CountNoise, countRange, countScore, rateRange, rateScore } from "../deviation";

/** A bounce rate needs at least this many visits. */
export const LEAST_VISITS = 40;
/** 95 % of a normal distribution lie within this many deviations. */
const NORMAL_95 = 1.96;

/** The numbers of a time: counts, or the percentages of a bounce rate. */
export interface Measure {
  observed: number;
  expected: number | null;
  low: number | null;
  high: number | null;
}

/** Observed and expected values, by position of the hour or day. */
export interface Track {
  starts: readonly number[];
  ends: readonly number[];
  hits: Float64Array;
  /** Visits of a bounce rate; null for a count. */
  trials: Float64Array | null;
  /** Expected count, or rate; NaN without an expectation. */
  expected: Float64Array;
  /** Noise of the sum over a run that ends at a position. */
  noiseAt: (position: number, run: number) => CountNoise;
  /** Variance of each position beyond that noise. */
  beyond: Float64Array;
  correlationAt: (position: number) => number;
}

/** Points as columns: hits and trials by position. Points that do not start a bucket are ignored. */
export function columns(starts: readonly number[], points: Iterable<readonly [number, number, number]>) {
  const position = new Map(starts.map((start, at) => [start, at]));
  const [hits, trials] = [new Float64Array(starts.length), new Float64Array(starts.length)];
  for (const [start, value, of] of points) {
    const at = position.get(start);
    if (at === undefined) continue;
    hits[at] = Math.max(0, value);
    trials[at] = of;
  }
  return { hits, trials };
}

/** Sums over positions [from, to] of a track: observed, expected, and the score of their difference. */
export function weigh(track: Track, from: number, to: number) {
  let [hits, trials, expected, beyond] = [0, 0, 0, 0];
  for (let at = from; at <= to; at++) {
    hits += track.hits[at]!;
    if (track.trials) {
      trials += track.trials[at]!;
      expected += track.trials[at]! * track.expected[at]!;
    } else {
      expected += track.expected[at]!;
      beyond += track.beyond[at]!;
    }
  }
  if (!track.trials) {
    if (Number.isNaN(expected)) return { observed: hits, expected, trials, noise: null, score: 0 };
    const pooled = track.noiseAt(to, Math.min(LONGEST_RUN, to - from + 1));
    const noise = { dispersion: pooled.dispersion, excess: pooled.excess + beyond / expected ** 2 };
    return { observed: hits, expected, trials, noise, score: countScore(hits, expected, noise) };
  }
  const rate = trials > 0 ? expected / trials : Number.NaN;
  const known = trials >= LEAST_VISITS && !Number.isNaN(rate);
  const score = known ? rateScore(hits, trials, rate, track.correlationAt(to)) : 0;
  return { observed: trials > 0 ? (100 * hits) / trials : 0, expected: 100 * rate, trials, noise: null, score };
}
export type Weight = ReturnType<typeof weigh>;

/** The numbers of [start, end). */
export function measureOf(track: Track, start: number, end: number): Measure {
  const from = track.starts.findIndex((each, at) => each >= start && track.ends[at]! > each);
  let to = from;
  while (to + 1 < track.ends.length && track.ends[to + 1]! <= end) to++;
  const { observed, expected, trials, noise } = weigh(track, from, to);
  if (Number.isNaN(expected)) return { observed, expected: null, low: null, high: null };
  if (track.trials) {
    const { low, high } = rateRange(trials, expected / 100, track.correlationAt(to), NORMAL_95);
    return { observed, expected, low: 100 * low, high: 100 * high };
  }
  return { observed, expected, ...countRange(expected, noise!, NORMAL_95) };
}
