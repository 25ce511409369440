// Finds the value of a dimension that explains most of an anomaly: a source, a country, a page.
import { addDays } from "../time/zone";
import { countScore, trimmedMean } from "./deviation";

/** The observed and the expected count of a dimension's value in the anomalous time. */
export interface Part {
  /** As in the catalogue: `visit:source`. */
  dimension: string;
  value: string;
  observed: number;
  expected: number;
}

export interface Explanation extends Part {
  /**
   * This value's percentage of the whole deviation. It can exceed 100, because other values may deviate the other way.
   */
  share: number;
  /** This value's percentage of the expected count. Its share would be the same if it deviated like everything else. */
  usual: number;
}

/** A value must explain at least this percentage of the deviation, … */
const LEAST_SHARE = 25;
/**
 * … exceed the share that its size alone gives it by this many points (a country does not explain a site with one
 * country), …
 */
const LEAST_BEYOND = 15;
/** … and be no coincidence: this many standard deviations, assuming Poisson counts. */
const LEAST_SCORE = 3;

/**
 * Surprise as in Adtributor (Bhagwan et al. 2014, "Adtributor: Revenue Debugging in Advertising Systems", §3.2): the
 * term of a value in the Jensen–Shannon divergence between the expected and the observed shares.
 */
function surprise(expected: number, observed: number): number {
  const term = (share: number) => (share > 0 ? share * Math.log((2 * share) / (expected + observed)) : 0);
  return (term(expected) + term(observed)) / 2;
}

/**
 * The values that explain the deviation of a whole (`observed` and `expected` are its counts in the same time), best
 * first, one per dimension. A value qualifies if its explanatory power (Adtributor's term for its part of the
 * deviation) is large for its size; the order is by surprise. Empty if all values moved alike.
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

/** A row of the rollups: a value's count on a local date. */
export interface ValueDay {
  dimension: string;
  value: string;
  date: string;
  count: number;
}

const WEEKS = 6;

/** The dates to compare some dates with: the same weekdays of the six weeks before the first of them. */
export function comparedDates(dates: readonly string[]): string[] {
  const first = [...dates].sort()[0];
  if (first === undefined) return [];
  const compared = new Set<string>();
  for (const date of dates)
    for (let back = 7; back <= WEEKS * 7 + 7 * dates.length; back += 7) {
      const before = addDays(date, -back);
      if (before < first && before >= addDays(first, -7 * WEEKS)) compared.add(before);
    }
  return [...compared].sort();
}

/**
 * Parts for `explain` from rollups, which have values by day only: each value's count on the anomalous dates, and the
 * mean of its weekdays in the six weeks before, without the lowest and the highest. `portion` is the fraction of the
 * dates that has passed (0–1, weighted by the usual counts until now), so that at noon half of a day's count is not a
 * drop.
 */
export function toParts(rows: readonly ValueDay[], dates: readonly string[], portion = 1): Part[] {
  const compared = comparedDates(dates);
  const known = new Set(rows.map(({ date }) => date));
  const weekday = (date: string): number => new Date(`${date}T00:00:00Z`).getUTCDay();
  const values = new Map<string, { dimension: string; value: string; counts: Map<string, number> }>();
  for (const { dimension, value, date, count } of rows) {
    const key = `${dimension}\n${value}`;
    const entry = values.get(key) ?? { dimension, value, counts: new Map<string, number>() };
    entry.counts.set(date, (entry.counts.get(date) ?? 0) + count);
    values.set(key, entry);
  }
  return [...values.values()].map(({ dimension, value, counts }) => {
    let [observed, expected] = [0, 0];
    for (const date of dates) {
      observed += counts.get(date) ?? 0;
      // A date without any counts is before the property's first data.
      const like = compared.filter((each) => known.has(each) && weekday(each) === weekday(date));
      if (like.length > 0) expected += trimmedMean(like.map((each) => counts.get(each) ?? 0));
    }
    return { dimension, value, observed, expected: expected * portion };
  });
}
