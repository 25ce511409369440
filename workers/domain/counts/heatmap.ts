// Heatmaps: reads the clicks, moves and scroll depths in a `heatmap` event. Invalid parts are ignored, and the counts
// of a single event are limited.
import type { PropValue } from "../events/event";
import { HEAT_COLUMNS, HEAT_ROWS, HEAT_WIDTHS, type HeatWidth, REACH_STEP } from "./insight";

/** The maximum per cell and event: as many clicks as a person can make between two beacons of a view. */
export const MOST_CLICKS = 100;
/** Moves are sampled every 100 ms at most: a minute in one cell. */
export const MOST_MOVES = 600;

export const isHeatWidth = (text: unknown): text is HeatWidth => HEAT_WIDTHS.includes(text as HeatWidth);

const CELL = /^([0-9a-z]),([0-9a-z]{1,2}),([0-9a-z]{1,6})$/;

/**
 * `col,row,count;…` in base 36 → counts by `col,row` in base 10, at most `most` each. The first entry of a repeated
 * cell counts.
 */
export function toCells(text: PropValue | undefined, most: number): Map<string, number> {
  const cells = new Map<string, number>();
  if (typeof text !== "string") return cells;
  for (const part of text.split(";")) {
    const [column, row, count] = (CELL.exec(part) ?? []).slice(1).map((digits) => Number.parseInt(digits, 36));
    if (column === undefined || column >= HEAT_COLUMNS || row! >= HEAT_ROWS || count === 0) continue;
    const cell = `${column},${row}`;
    if (!cells.has(cell)) cells.set(cell, Math.min(count!, most));
  }
  return cells;
}

const isPercent = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= 100;

/**
 * The steps (5, 10, … 100 %) that a view reached after its last report. `from` is the reported depth, absent the first
 * time.
 */
export function stepsReached(from: PropValue | undefined, to: PropValue | undefined): number[] {
  const before = from === undefined ? 0 : from;
  if (!isPercent(to) || !isPercent(before)) return [];
  const steps: number[] = [];
  for (let step = (Math.floor(before / REACH_STEP) + 1) * REACH_STEP; step <= to; step += REACH_STEP) steps.push(step);
  return steps;
}

/** True for the first heatmap event of a view. Each view has one. */
export const beginsView = (from: PropValue | undefined, to: PropValue | undefined): boolean =>
  from === undefined && isPercent(to);
