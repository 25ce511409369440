// Cuts a list into portions of limited size.

/** The items in order, in portions with a total size of at most `max`. A larger item is a portion of its own. */
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
