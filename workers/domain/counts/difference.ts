// Finds differences between the counts of the lake and those in D1.
import { FACTS, type Fact, type Facts } from "../events/catalog";
import { noFacts, type Rollup } from "./rollup";

export interface Difference {
  /** `hour 1700000000`, `page 2026-11-22 /pricing`; tables other than the rollups add their name in front. */
  where: string;
  fact: Fact;
  lake: number;
  rollup: number;
}

/** Counts by their place. */
export type Flat = Map<string, Partial<Facts>>;

/** Counts by their place, without places whose counts are all zero. Each place begins with `prefix`. */
export function flatten(rollup: Rollup, prefix = ""): Map<string, Facts> {
  const flat = new Map<string, Facts>();
  const put = (where: string, facts: Facts) => {
    if (FACTS.some((fact) => facts[fact] !== 0)) flat.set(prefix + where, facts);
  };
  for (const [hour, facts] of rollup.hours) put(`hour ${hour}`, facts);
  for (const [dimension, dates] of rollup.days)
    for (const [date, values] of dates)
      for (const [value, facts] of values) put(`${dimension} ${date} ${value}`, facts);
  return flat;
}

/** The differences between two sets of counts, by fact. */
export function* differing(lake: Flat, kept: Flat): Generator<Difference> {
  const compare = function* (where: string, counted: Partial<Facts>, known: Partial<Facts>): Generator<Difference> {
    for (const fact of FACTS) {
      const difference = { where, fact, lake: counted[fact] ?? 0, rollup: known[fact] ?? 0 };
      if (difference.lake !== difference.rollup) yield difference;
    }
  };
  for (const [where, counted] of lake) yield* compare(where, counted, kept.get(where) ?? {});
  for (const [where, known] of kept) if (!lake.has(where)) yield* compare(where, noFacts(), known);
}

/** The differences between two rollups, by fact. */
export const differencesOf = (lake: Rollup, rollup: Rollup): Difference[] => [
  ...differing(flatten(lake), flatten(rollup)),
];

/** A difference as short text for a report. */
export const toText = ({ where, fact, lake, rollup }: Difference): string =>
  `${where}: ${fact} ${rollup} instead of ${lake}`;
