// Segments and the filters of a page: how one becomes the other, and whether they differ. Pure.
import { type Filter, OPERATORS, type Operator, SEGMENT, type Tree, toTree, toTrees } from "../filters/filter";
import type { SavedFilter, Segment } from "./requests";

const isOperator = (value: unknown): value is Operator => OPERATORS.includes(value as Operator);

/** One filter of the page; null for trees that a chip cannot show. */
function toChip(tree: readonly unknown[]): Filter | null {
  const [operator, dimension, values] = tree;
  if (!isOperator(operator)) return null;
  if (operator === "has_done" || operator === "has_not_done") {
    const inner = Array.isArray(dimension) ? toChip(dimension) : null;
    return inner?.operator === "is" ? { ...inner, operator } : null;
  }
  if (typeof dimension !== "string" || !Array.isArray(values) || values.length === 0) return null;
  const chip: Filter = { operator, dimension, values: values.map(String) };
  // A chip has one way to compare letters. Where the tree has another, a chip would change the answer.
  return JSON.stringify(toTree(chip)) === JSON.stringify(tree) ? chip : null;
}

/** The filters of the page that mean the same; null if chips cannot show the tree. */
export function toChips(filter: SavedFilter): Filter[] | null {
  const [operator, parts] = filter;
  const trees = operator === "and" && Array.isArray(parts) ? (parts as readonly unknown[][]) : [filter];
  const chips = trees.map((tree) => toChip(tree));
  return chips.every((chip) => chip !== null) ? chips : null;
}

const joined = (trees: readonly Tree[]): SavedFilter => (trees.length === 1 ? trees[0]! : ["and", trees]);

/** True for the filter that applies exactly this segment. */
export const isSegmentChip = ({ operator, dimension, values }: Filter, id?: string): boolean =>
  dimension === SEGMENT && operator === "is" && values.length === 1 && (id === undefined || values[0] === id);

export const segmentChip = (id: string): Filter => ({ operator: "is", dimension: SEGMENT, values: [id] });

/** The segment of the page: applied as a chip, or taken apart into its filters to edit it. */
export function appliedSegment(
  filters: readonly Filter[],
  editedId: string | null,
  segments: readonly Segment[],
): Segment | null {
  const chips = filters.filter((one) => isSegmentChip(one));
  const id = editedId ?? (chips.length === 1 ? chips[0]!.values[0] : undefined);
  return segments.find((one) => one.id === id) ?? null;
}

/** True if the filters select other visits than the segment. */
export function isEdited(filters: readonly Filter[], segment: Segment): boolean {
  if (filters.length === 1 && isSegmentChip(filters[0]!, segment.id)) return false;
  const chips = toChips(segment.filter);
  return chips === null || JSON.stringify(chips) !== JSON.stringify(filters);
}

/**
 * The tree that saves these filters as a segment. Segments must not use segments, so those are replaced by their trees;
 * null if there are no filters, or a segment is unknown or negated.
 */
export function toSegmentFilter(filters: readonly Filter[], segments: readonly Segment[]): SavedFilter | null {
  const trees = filters.flatMap((filter): (Tree | null)[] => {
    if (filter.dimension !== SEGMENT) return toTrees([filter]);
    const used = filter.values.map((id) => segments.find((one) => one.id === id)?.filter ?? null);
    if (used.some((one) => one === null)) return [null];
    const any: Tree = used.length === 1 ? used[0]! : ["or", used];
    if (filter.operator === "is_not") return [["not", any]];
    if (filter.operator !== "is") return [null];
    const [operator, parts] = any;
    return operator === "and" ? (parts as Tree[]) : [any];
  });
  return trees.length > 0 && trees.every((tree) => tree !== null) ? joined(trees) : null;
}
