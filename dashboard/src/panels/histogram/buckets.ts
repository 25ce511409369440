// The buckets of a histogram in their own order, with their shares. Pure.
import type { Row } from "../../data/question";

export interface HistogramBucket {
  label: string;
  value: number;
  /** Of all buckets, 0 to 1. */
  share: number;
}

/**
 * All buckets, also those without a row. Rows of other values, such as `(none)`, belong to no bucket.
 * @param rows of a question by the dimension of the buckets.
 * @param labels the names of the buckets, lowest first, such as DURATION_BUCKETS of the domain.
 * @param metric the position of the metric in the question.
 */
export function toBuckets(rows: readonly Row[], labels: readonly string[], metric = 0): HistogramBucket[] {
  const values = new Map(rows.map(({ dimensions, metrics }) => [dimensions[0], metrics[metric] ?? 0]));
  const of = labels.reduce((sum, label) => sum + (values.get(label) ?? 0), 0);
  return labels.map((label) => {
    const value = values.get(label) ?? 0;
    return { label, value, share: of > 0 ? value / of : 0 };
  });
}
