// Which value of which dimension explains an anomaly most: a source, a country, a page.
import { countScore } from "./deviation";

/** What a value of a dimension counted in the anomalous time, and what it should have counted. */
export interface Part {
  /** As in the catalogue: `visit:source`. */
  dimension: string;
  value: string;
  observed: number;
  expected: number;
}

export interface Explanation extends Part {
  /** Percent of the whole deviation that is this value's. Others may go the other way: it can exceed 100. */
  share: number;
  /** Percent of the expected that is this value's: what its share would be if it were like everything else. */
  usual: number;
}

/** A value explains at least so many percent of the deviation, */
const LEAST_SHARE = 25;
/** and so many points more than by its size alone: a site of one country is not explained by that country. */
const LEAST_BEYOND = 15;
/** It is no chance: counts so many standard deviations apart, if they were Poisson. */
const LEAST_SCORE = 3;

/**
 * Surprise of Adtributor (Bhagwan et al. 2014, "Adtributor: Revenue Debugging in Advertising Systems", §3.2): the term of a
 * value in the Jensen–Shannon divergence between the shares that were expected and those that were observed.
 */
function surprise(expected: number, observed: number): number {
  const term = (share: number) => (share > 0 ? share * Math.log((2 * share) / (expected + observed)) : 0);
  return (term(expected) + term(observed)) / 2;
}

/**
 * The values that explain the deviation of a whole (`observed` and `expected` are its counts in the same time), the best
 * first, one of each dimension: those whose explanatory power (Adtributor's: their part of the deviation) is large for
 * their size, by surprise. Empty where everything moved alike.
 */
export function explain(parts: readonly Part[], whole: { observed: number; expected: number }): Explanation[] {
  const deviation = whole.observed - whole.expected;
  if (deviation === 0) return [];
  const seen = new Set<string>();
  return parts
    .map((part) => ({
      ...part,
      share: (100 * (part.observed - part.expected)) / deviation,
      usual: whole.expected > 0 ? (100 * part.expected) / whole.expected : 0,
      surprise: surprise(
        whole.expected > 0 ? part.expected / whole.expected : 0,
        whole.observed > 0 ? part.observed / whole.observed : 0,
      ),
    }))
    .filter(({ observed, expected, share, usual }) => {
      const score = countScore(observed, expected, { dispersion: 1, excess: 0 });
      return share >= LEAST_SHARE && share - usual >= LEAST_BEYOND && Math.abs(score) >= LEAST_SCORE;
    })
    .sort(
      (a, b) =>
        b.surprise - a.surprise || b.share - a.share || (a.dimension + a.value < b.dimension + b.value ? -1 : 1),
    )
    .filter(({ dimension }) => !seen.has(dimension) && seen.add(dimension))
    .map(({ surprise: _, ...explanation }) => explanation);
}
