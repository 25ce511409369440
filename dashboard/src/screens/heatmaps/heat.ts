// Prepares heatmaps for drawing: cells sorted into a few shades, one path per shade, and the curve of scroll reach.
// Pure.
import {
  HEAT_COLUMNS,
  HEAT_ROW_PIXELS,
  type HeatCell,
  type HeatWidth,
  REACH_STEP,
} from "../../../../workers/domain/counts/insight";
import { words } from "../../words/heatmaps";

export const WIDTHS = {
  phone: { ...words.widths.phone, pixels: 390 },
  tablet: { ...words.widths.tablet, pixels: 820 },
  desktop: { ...words.widths.desktop, pixels: 1280 },
} as const satisfies Record<HeatWidth, { label: string; hint: string; pixels: number }>;

export const SHADES = 5;

export interface Shade {
  /** The range of counts in this shade, both included. */
  from: number;
  to: number;
  /** Its cells as one SVG path, in units of a column and a row. */
  path: string;
}

export interface HeatPicture {
  columns: number;
  /** The rows with any counts, and some room below. */
  rows: number;
  shades: Shade[];
  /** The most frequent first, for the table. */
  cells: HeatCell[];
}

/**
 * Shades by ratio, not by difference: one button gets most of the clicks of a page, and on a linear scale everything
 * else would be white.
 */
export function toHeatPicture(cells: readonly HeatCell[]): HeatPicture {
  const top = Math.max(1, ...cells.map(([, , count]) => count));
  const bounds = [...new Set(Array.from({ length: SHADES }, (_, i) => Math.ceil(top ** ((i + 1) / SHADES))))];
  const shades = bounds.map((to, index): Shade => {
    const from = index === 0 ? 1 : bounds[index - 1]! + 1;
    const path = cells
      .filter(([, , count]) => count >= from && count <= to)
      .map(([column, row]) => `M${column} ${row}h1v1h-1z`)
      .join("");
    return { from, to, path };
  });
  const deepest = cells.reduce((rows, [, row]) => Math.max(rows, row + 1), 0);
  return {
    columns: HEAT_COLUMNS,
    rows: Math.max(deepest + 2, 15),
    shades,
    cells: [...cells].sort((a, b) => b[2] - a[2] || a[1] - b[1] || a[0] - b[0]),
  };
}

/** "240–280 px" from the top of the page. */
export const depthOf = (row: number): string => words.depth(`${row * HEAT_ROW_PIXELS}–${(row + 1) * HEAT_ROW_PIXELS}`);

/** The share of views that reached each depth in percent. All views reach the top. */
export function toReach(reach: readonly number[], views: number): { depth: number; views: number; share: number }[] {
  const of = Math.max(views, reach[0] ?? 0, 1);
  return [
    { depth: 0, views: of, share: 100 },
    ...reach.map((count, index) => ({ depth: (index + 1) * REACH_STEP, views: count, share: (count / of) * 100 })),
  ];
}

/** The deepest step that at least half of the views reached. */
export const medianDepth = (reach: readonly number[], views: number): number =>
  toReach(reach, views).findLast(({ share }) => share >= 50)?.depth ?? 0;
