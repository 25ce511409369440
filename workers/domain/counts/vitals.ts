// Web vitals: ratings, and additive buckets for quantiles. After DDSketch (Masson, Rim, Lee, 2019): buckets grow by a
// factor, so every quantile has the same relative error, however many samples there are.
import { VITALS, type Vital } from "./insight";

export const RATINGS = ["good", "needs-improvement", "poor"] as const;
export type Rating = (typeof RATINGS)[number];

/**
 * The upper limits of "good" and of "needs improvement": https://web.dev/articles/vitals. CLS has no unit; the others
 * are ms.
 */
const LIMITS: Record<Vital, readonly [good: number, fair: number]> = {
  LCP: [2500, 4000],
  INP: [200, 500],
  CLS: [0.1, 0.25],
  FCP: [1800, 3000],
  TTFB: [800, 1800],
};

export const isVital = (text: unknown): text is Vital => VITALS.includes(text as Vital);

export function ratingFor(metric: Vital, value: number): Rating {
  const [good, fair] = LIMITS[metric];
  if (value <= good) return "good";
  return value <= fair ? "needs-improvement" : "poor";
}

/** The growth factor of the buckets. A bucket's value is at most (GROWTH − 1) / (GROWTH + 1) = 2.44 % off. */
const GROWTH = 1.05;
/** Smaller values share a bucket: a tenth of a microsecond, or an invisible layout shift. */
const SMALLEST = 1e-4;
/** Larger values share a bucket: an hour (ms). There are at most 453 buckets. */
const LARGEST = 3_600_000;

export const bucketFor = (value: number): number =>
  Math.floor(Math.log(Math.min(Math.max(value, SMALLEST), LARGEST)) / Math.log(GROWTH));

/**
 * The representative value of a bucket: proportionally as far from its start as from its end. CLS with three decimals.
 */
export function valueOfBucket(metric: Vital, bucket: number): number {
  const value = (2 * GROWTH ** (bucket + 1)) / (GROWTH + 1);
  return metric === "CLS" ? Math.round(value * 1000) / 1000 : Math.round(value);
}

/**
 * The bucket of the 75th percentile: the first at or below which at least three quarters of the samples lie.
 * @param counted how many samples a bucket has; a bucket may occur several times.
 */
export function toQuantile(counted: readonly (readonly [bucket: number, samples: number])[]): number {
  const all = counted.reduce((sum, [, samples]) => sum + samples, 0);
  let upTo = 0;
  for (const [bucket, samples] of counted.toSorted(([a], [b]) => a - b)) {
    upTo += samples;
    if (4 * upTo >= 3 * all) return bucket;
  }
  throw new RangeError("a quantile needs samples");
}
