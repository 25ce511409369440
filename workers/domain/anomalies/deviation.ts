// How many standard deviations a count or a rate lies from its expectation, and its normal range.

/** The noise of counts: variance = dispersion · mean + excess · mean². Poisson is (1, 0). */
export interface CountNoise {
  /** Above 1 if counts come in clumps, such as the page views of one visit. */
  dispersion: number;
  /** Square of the coefficient of variation that remains for large counts. */
  excess: number;
}

/** Smaller means are treated as this one: "hardly ever". */
const LEAST_MEAN = 1e-6;

/** −2 log likelihood ratio of a negative binomial count against its mean (McCullagh & Nelder 1989, §2.3 and §11.2). */
function deviance(count: number, mean: number, excess: number): number {
  const own = count > 0 ? count * Math.log(count / mean) : 0;
  // Without excess the limit is Poisson. Below 1e-9 the general formula loses precision.
  if (excess < 1e-9) return 2 * (own - (count - mean));
  return 2 * (own - (count + 1 / excess) * Math.log((1 + excess * count) / (1 + excess * mean)));
}

/**
 * Standard deviations by which a count is above (+) or below (−) its mean: the signed root of the deviance of a
 * negative binomial, with a continuity correction of one half (Pierce & Schafer 1986, "Residuals in generalized linear
 * models"). Compared with the exact Poisson tail it is never too large; it is too small by 0.33 at an expectation of
 * 0.05 and by less than 0.1 from 2 on, which deviation.test.ts checks. With dispersion above 1 it counts clumps: count
 * / dispersion has the variance of a negative binomial with mean / dispersion.
 */
export function countScore(count: number, mean: number, noise: CountNoise): number {
  const clump = noise.dispersion;
  const expected = Math.max(LEAST_MEAN, mean / clump);
  const toward = count > mean ? -0.5 : 0.5;
  const corrected = (count + toward) / clump;
  if ((corrected - expected) * toward > 0) return 0;
  return -Math.sign(toward) * Math.sqrt(Math.max(0, deviance(corrected, expected, noise.excess)));
}

/** The counts at `deviations` below and above the mean, where countScore without its correction has that value. */
export function countRange(mean: number, noise: CountNoise, deviations: number): { low: number; high: number } {
  const clump = noise.dispersion;
  const expected = Math.max(LEAST_MEAN, mean / clump);
  const target = deviations * deviations;
  const solve = (inside: number, outside: number): number => {
    let [near, far] = [inside, outside];
    for (let step = 0; step < 60; step++) {
      const middle = (near + far) / 2;
      if (deviance(middle, expected, noise.excess) < target) near = middle;
      else far = middle;
    }
    return near;
  };
  let outside = expected + 1;
  while (deviance(outside, expected, noise.excess) < target && outside < 1e15) outside *= 2;
  const low = deviance(0, expected, noise.excess) < target ? 0 : solve(expected, 0);
  return { low: low * clump, high: solve(expected, outside) * clump };
}

/** The number of independent trials that equals `trials` whose outcomes correlate by `correlation` (beta-binomial). */
const worth = (trials: number, correlation: number): number => trials / (1 + Math.max(0, trials - 1) * correlation);

/**
 * Standard deviations by which `hits` of `trials` are above or below a rate: the arcsine transformation of Anscombe
 * (1948, "The transformation of Poisson, binomial and negative-binomial data"), with the equivalent trials of a
 * beta-binomial.
 */
export function rateScore(hits: number, trials: number, rate: number, correlation: number): number {
  const n = worth(trials, correlation);
  const share = Math.min(1, Math.max(0, ((hits / trials) * n + 0.375) / (n + 0.75)));
  return 2 * Math.sqrt(n + 0.5) * (Math.asin(Math.sqrt(share)) - Math.asin(Math.sqrt(rate)));
}

/** The rates at `deviations` below and above a rate. */
export function rateRange(trials: number, rate: number, correlation: number, deviations: number) {
  const wide = deviations / (2 * Math.sqrt(worth(trials, correlation) + 0.5));
  const angle = Math.asin(Math.sqrt(rate));
  const at = (turned: number) => Math.sin(Math.min(Math.PI / 2, Math.max(0, turned))) ** 2;
  return { low: at(angle - wide), high: at(angle + wide) };
}

/** The median; the mean of both middle values for an even number of values; NaN without values. */
export function median(values: readonly number[]): number {
  const sorted = values.slice();
  // Insertion sort for short lists, because each day takes thousands of medians of six values.
  if (sorted.length > 24) sorted.sort((a, b) => a - b);
  else
    for (let at = 1; at < sorted.length; at++) {
      const value = sorted[at]!;
      let to = at;
      for (; to > 0 && sorted[to - 1]! > value; to--) sorted[to] = sorted[to - 1]!;
      sorted[to] = value;
    }
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Mean without the smallest and the largest of at least five values. */
export function trimmedMean(values: readonly number[]): number {
  let [total, least, most] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    total += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return values.length < 5 ? total / values.length : (total - least - most) / (values.length - 2);
}
