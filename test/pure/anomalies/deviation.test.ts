// Scores of counts and rates against the exact tails that they stand for.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countRange, countScore, median, rateScore, trimmedMean } from "../../../workers/domain/anomalies/deviation";

/** Upper tail of a normal (Abramowitz & Stegun 7.1.26 is too coarse in the tail: Lentz's continued fraction). */
function normalTail(z: number): number {
  if (z < 1) return 1 - simpson(z);
  let fraction = 0;
  for (let step = 60; step > 0; step--) fraction = step / (z + fraction);
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / (z + fraction);
}
/** Φ(z) by Simpson's rule from −8. */
function simpson(z: number): number {
  const [steps, from] = [400, -8];
  const width = (z - from) / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-((from + step * width) ** 2) / 2);
  }
  return (sum * width) / 3 / Math.sqrt(2 * Math.PI);
}
/** The normal deviate with this upper tail. */
function deviate(tail: number): number {
  let [low, high] = [-8, 38];
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return low;
}

/** Probability of `count` or more of a negative binomial with this mean and excess; Poisson without excess. */
function exactTail(count: number, mean: number, excess: number): number {
  const size = 1 / excess;
  let term = excess === 0 ? Math.exp(-mean) : (1 + excess * mean) ** -size;
  let [below, above] = [0, 0];
  for (let each = 0; each < count + 3000; each++) {
    if (each < count) below += term;
    else above += term;
    term *= excess === 0 ? mean / (each + 1) : ((each + size) / (each + 1)) * ((excess * mean) / (1 + excess * mean));
  }
  return above < 0.5 ? above : 1 - below;
}

describe("the score of a count", () => {
  it("is the normal deviate of the exact Poisson tail, never too large and hardly too small", () => {
    for (const mean of [0.05, 0.5, 2, 8, 30, 150])
      for (const count of [1, 2, 4, 8, 15, 30, 60, 200, 300]) {
        const tail = exactTail(count, mean, 0);
        if (tail > 0.02 || tail < 1e-60) continue;
        const short = deviate(tail) - countScore(count, mean, { dispersion: 1, excess: 0 });
        expect.soft(short).toBeGreaterThan(-0.001);
        expect.soft(short).toBeLessThan(mean < 2 ? 0.35 : 0.1);
      }
  });

  it("is that of the exact negative binomial tail, within three tenths of a deviation", () => {
    for (const excess of [0.01, 0.05, 0.3])
      for (const mean of [2, 20, 100])
        for (const factor of [1.5, 2, 3, 5]) {
          const count = Math.round(mean * factor);
          const tail = exactTail(count, mean, excess);
          if (tail > 0.02 || tail < 1e-40) continue;
          expect.soft(Math.abs(countScore(count, mean, { dispersion: 1, excess }) - deviate(tail))).toBeLessThan(0.3);
        }
  });

  it("of nothing at all is that of the exact chance of nothing", () => {
    for (const mean of [5, 10, 20, 50])
      expect(-countScore(0, mean, { dispersion: 1, excess: 0 })).toBeCloseTo(deviate(Math.exp(-mean)), 0);
  });

  it("grows with the count and shrinks with noise", () => {
    const noise = fc.record({
      dispersion: fc.double({ min: 1, max: 8, noNaN: true }),
      excess: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.nat(2000),
        fc.nat(200),
        fc.double({ min: 0.01, max: 1500, noNaN: true }),
        noise,
        (count, more, mean, each) => {
          const score = countScore(count, mean, each);
          expect(Number.isFinite(score)).toBe(true);
          expect(countScore(count + more, mean, each)).toBeGreaterThanOrEqual(score - 1e-9);
          const noisier = { dispersion: each.dispersion, excess: each.excess + 0.5 };
          expect(Math.abs(countScore(count, mean, noisier))).toBeLessThanOrEqual(Math.abs(score) + 1e-9);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });
});

it("a range holds its mean, and is wider for more deviations", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 1e6, noNaN: true }),
      fc.double({ min: 0, max: 0.5, noNaN: true }),
      (mean, excess) => {
        const [near, far] = [1.28, 1.96].map((deviations) => countRange(mean, { dispersion: 1.5, excess }, deviations));
        expect([0, far!.low, near!.low, mean, near!.high, far!.high]).toEqual(
          [0, far!.low, near!.low, mean, near!.high, far!.high].sort((a, b) => a - b),
        );
      },
    ),
    { numRuns: 200, seed: 8 },
  );
});

it("a rate is as far from another as a binomial is, less when visits go together", () => {
  expect(rateScore(70, 100, 0.5, 0)).toBeCloseTo(4.1, 0);
  expect(rateScore(30, 100, 0.5, 0)).toBeCloseTo(-4.1, 0);
  expect(rateScore(70, 100, 0.5, 0.05)).toBeLessThan(2.5);
});

it("the middle of numbers and their mean without the extremes are what they are called", () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2.5);
  const many = Array.from({ length: 41 }, (_, at) => (at * 17) % 41);
  expect(median(many)).toBe(20);
  expect(trimmedMean([1, 2, 3, 4, 1000])).toBe(3);
  expect(trimmedMean([1, 2])).toBe(1.5);
});
