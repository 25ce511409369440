// Reproducible random numbers: the same seed gives the same draws.
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

export interface Random {
  /** 0 ≤ x < 1. */
  unit(): number;
  /** A whole number, both ends included. */
  int(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** Picks an item with a probability proportional to its weight. */
  weighted<T>(items: readonly T[], weight: (item: T) => number): T;
  /** A duration with a long tail: half are below the median, few are very long. */
  logNormal(median: number, spread: number): number;
  /** A Poisson draw: the number of occurrences if `mean` are expected. */
  poisson(mean: number): number;
}

/** Spreads neighbouring seeds far apart (the finalizer of MurmurHash3), so that person 7 is nothing like person 8. */
function mix(seed: number, part: number): number {
  let hash = Math.imul(seed ^ part, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** A random source for one purpose, named by numbers, so that it does not depend on the draws of others. */
export function randomFor(seed: number, ...purpose: number[]): Random {
  const generator = xoroshiro128plus(purpose.reduce(mix, mix(seed, 0x2545f491)));
  const unit = (): number => uniformFloat64(generator);
  const int = (min: number, max: number): number => min + Math.floor(unit() * (max - min + 1));
  function pick<T>(items: readonly T[]): T {
    const item = items[int(0, items.length - 1)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
  function weighted<T>(items: readonly T[], weight: (item: T) => number): T {
    let left = unit() * items.reduce((sum, item) => sum + weight(item), 0);
    for (const item of items) {
      left -= weight(item);
      if (left < 0) return item;
    }
    return pick(items);
  }
  function logNormal(median: number, spread: number): number {
    const normal = Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
    return median * Math.exp(spread * normal);
  }
  function poisson(mean: number): number {
    // In pieces, because e^-mean vanishes for large means.
    if (mean > 30) return poisson(30) + poisson(mean - 30);
    let count = -1;
    for (let product = 1, floor = Math.exp(-mean); product >= floor; product *= unit()) count++;
    return count;
  }
  return { unit, int, chance: (probability) => unit() < probability, pick, weighted, logNormal, poisson };
}
