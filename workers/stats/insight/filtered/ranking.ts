// The order of lists, as the counts in D1 have it: the most frequent first, equal ones by text.
import type { CountedRow } from "../../../domain/analysis/question";
import { compareTexts } from "../../../domain/queries/text-order";
import type { Counted } from "../../../storage/counts/details";

/** The rows whose first value is the part, by the value after it. */
export const countedIn = (rows: readonly CountedRow[], part: string): Counted[] =>
  rows
    .filter(({ values }) => values[0] === part)
    .map(({ values, counts }) => ({ value: values[1]!, events: counts.events }));

export const inOrder = (counted: readonly Counted[]): Counted[] =>
  counted.toSorted((a, b) => b.events - a.events || compareTexts(a.value, b.value));
