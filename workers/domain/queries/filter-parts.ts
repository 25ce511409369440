// The dimensions that a caller's filters name.

/**
 * The dimensions on which filters have conditions. Operands, not values: a value may be written like a dimension.
 * @param inDone whether conditions in `has_done` count too. They are about the visit, not about the event.
 */
export function dimensionsIn(filter: unknown, inDone: boolean): string[] {
  if (!Array.isArray(filter)) return [];
  const [operator, second] = filter as unknown[];
  if (typeof second === "string") return [second];
  if (!Array.isArray(second) || (!inDone && (operator === "has_done" || operator === "has_not_done"))) return [];
  return operator === "and" || operator === "or"
    ? second.flatMap((inner) => dimensionsIn(inner, inDone))
    : dimensionsIn(second, inDone);
}
