// Portions: a long list, processed in several steps of a Workflow. Step names contain a portion's numbers. A Workflow
// that resumes after a deployment finds its finished steps by name, so neither the names nor the size of a task's
// portions may change.

/** A Workflow may have 1,024 steps. Half of them leaves room for the steps before and after the portions. */
const MOST_STEPS = 500;

export interface Portion<T> {
  items: T[];
  /** The number of the portion, from 1. */
  number: number;
  /** The positions of its first and last item in the whole list, from 1. */
  from: number;
  to: number;
}

/** The items per step for the whole list to fit into a Workflow; at least `least`. */
export const stepSize = (items: number, least = 1): number => Math.max(least, Math.ceil(items / MOST_STEPS));

/** Cuts a list into portions of `size` items, in order. The last may have fewer. */
export function inPortions<T>(items: readonly T[], size: number): Portion<T>[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => {
    const portion = items.slice(i * size, (i + 1) * size);
    return { items: portion, number: i + 1, from: i * size + 1, to: i * size + portion.length };
  });
}
