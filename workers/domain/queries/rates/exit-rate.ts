// The exit rate: visits that ended on a page by its page views. With filters these are the page views of the visits whose
// exits are counted, so a rate stays a share of them.

import { scanDimensionFor } from "../../analysis/dimensions";
import type { Ask, CountedRow } from "../../analysis/question";

/** What page views are grouped by, for each dimension of exits. */
const PAGE_OF = new Map([
  ["visit:exit_page", "event:page"],
  ["visit:exit_page_group", "event:page_group"],
]);

/** A page view has no other event's name or button: beside exits, only dimensions of the visit tell its page views apart. */
const groupOfViews = (dimension: string): string | null =>
  PAGE_OF.get(dimension) ?? (scanDimensionFor(dimension)?.group.level === "visit" ? dimension : null);

/** Null where exits are not asked for by page. */
export function toExitAsk(plain: Ask): Ask | null {
  if (!plain.groups.some((name) => PAGE_OF.has(name))) return null;
  const groups = [...new Set(plain.groups.flatMap((name) => groupOfViews(name) ?? []))];
  return { ...plain, groups, base: { without: "exits", filters: [] } };
}

type Key = Pick<CountedRow, "bucket" | "values">;

const keyOf = ({ bucket, values }: Key): string => JSON.stringify([bucket, values]);

/**
 * The page views of the page on which the visits of a row ended.
 * @param groups of the answer's rows.
 */
export function toExitViews(groups: readonly string[], rows: readonly CountedRow[]): (row: Key) => number | undefined {
  const views = new Map(rows.map((row) => [keyOf(row), row.counts.pageviews]));
  const ofViews = groups.map(groupOfViews);
  const places = [...new Set(ofViews)].flatMap((name) => (name === null ? [] : [ofViews.indexOf(name)]));
  return ({ bucket, values }) => views.get(keyOf({ bucket, values: places.map((place) => values[place] ?? null) }));
}
