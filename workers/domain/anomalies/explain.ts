// Which value of which dimension explains an anomaly most: a source, a country, a page.
import { addDays } from "../time/zone";
import { countScore, trimmedMean } from "./deviation";

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

/** A row of the rollups: what a value counted on a local date. */
export interface ValueDay {
  dimension: string;
  value: string;
  date: string;
  count: number;
}

const WEEKS = 6;

/** The dates with which some dates are compared: the same weekdays of the six weeks before the first of them. */
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
 * Parts for `explain` from rollups, which know values by day only: what each value counted on the anomalous dates, and on
 * their weekdays in the six weeks before, without the least and the most. `portion` is how much of the dates is over (0–1,
 * by what is usually counted until now): half of what a whole day expects is no drop at noon.
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
      // A date of which nothing at all is known is before the property's time.
      const like = compared.filter((each) => known.has(each) && weekday(each) === weekday(date));
      if (like.length > 0) expected += trimmedMean(like.map((each) => counts.get(each) ?? 0));
    }
    return { dimension, value, observed, expected: expected * portion };
  });
}
