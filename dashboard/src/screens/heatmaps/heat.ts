// Prepares heatmaps for drawing: the size of the picture, the cells of its table, and the curve of scroll reach. Pure.
import { HEAT_ROW_PIXELS, type HeatCell, type HeatWidth, REACH_STEP } from "../../../../workers/domain/counts/insight";
import { words } from "../../words/heatmaps";

/** `pixels`: a typical width of the page. `fold`: where the first screen of a typical device ends. */
export const WIDTHS = {
  phone: { ...words.widths.phone, pixels: 390, fold: 680 },
  tablet: { ...words.widths.tablet, pixels: 820, fold: 1000 },
  desktop: { ...words.widths.desktop, pixels: 1280, fold: 800 },
} as const satisfies Record<HeatWidth, { label: string; hint: string; pixels: number; fold: number }>;

export interface HeatPicture {
  /** The rows with any counts, at least those of the first screen, and some room below. */
  rows: number;
  /** The most frequent first, for the table. */
  cells: HeatCell[];
}

export function toHeatPicture(cells: readonly HeatCell[], width: HeatWidth): HeatPicture {
  const deepest = cells.reduce((rows, [, row]) => Math.max(rows, row + 1), 0);
  return {
    rows: Math.max(deepest, Math.ceil(WIDTHS[width].fold / HEAT_ROW_PIXELS)) + 3,
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
