// Cutting a list into portions that fit somewhere.

/** The items in their order, in portions of at most `max`, by the size of each; a larger one is a portion alone. */
export function cutBySize<T>(items: readonly T[], sizeOf: (item: T) => number, max: number): T[][] {
  const portions: T[][] = [];
  let portion: T[] = [];
  let filled = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (filled + size > max && portion.length > 0) {
      portions.push(portion);
      portion = [];
      filled = 0;
    }
    portion.push(item);
    filled += size;
  }
  if (portion.length > 0) portions.push(portion);
  return portions;
}
