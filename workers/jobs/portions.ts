// Portions: a long list handled in several steps of a Workflow. Step names are made of a portion's numbers. A Workflow that
// an update interrupts finds its finished steps by name, so neither the names nor the cut of a task may change.

/** A Workflow may have 1,024 steps. Half of them leaves room for what a task does before and after its portions. */
const MOST_STEPS = 500;

export interface Portion<T> {
  items: T[];
  /** Its place among the portions, beginning at 1. */
  number: number;
  /** The places of its first and last item in the whole list, beginning at 1. */
  from: number;
  to: number;
}

/** How many items a step must take for the whole list to fit into a Workflow; at least `least`. */
export const stepSize = (items: number, least = 1): number => Math.max(least, Math.ceil(items / MOST_STEPS));

/** Cuts a list, in its order, into portions of `size` items; the last may have fewer. */
export function inPortions<T>(items: readonly T[], size: number): Portion<T>[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => {
    const portion = items.slice(i * size, (i + 1) * size);
    return { items: portion, number: i + 1, from: i * size + 1, to: i * size + portion.length };
  });
}
