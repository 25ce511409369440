// The density of clicks or moves: each cell of the grid is a soft spot, and where spots overlap they add up. A few samples
// are enough, because the browser smooths the picture when it enlarges it. Pure.
import { HEAT_COLUMNS, HEAT_ROW_PIXELS, type HeatCell } from "../../../../workers/domain/counts/insight";

/** Distance of the samples in pixels of the page. */
export const SAMPLE = 10;
/** The standard deviation of a spot in pixels of the page: about the size of a button. */
const SPREAD = 26;
/** Farther away, even a thousand clicks add too little to see. */
const REACH = 4.5 * SPREAD;
/** The level of a single click. */
const ONE = 0.34;
/** One button gets most of the clicks of a page: with the share itself as level, everything else would be pale. */
const CURVE = 0.55;

export interface Density {
  /** The size of the picture in samples. */
  width: number;
  height: number;
  /** Clicks around each sample, row by row. One click alone is 1 at its middle. */
  values: Float32Array;
  most: number;
}

const heightAt = (distance: number): number => Math.exp(-(distance ** 2) / (2 * SPREAD ** 2));

/** The samples of an axis that a spot reaches, and how much of it they get. */
function samplesAround(middle: number, count: number): [sample: number, height: number][] {
  const first = Math.max(0, Math.ceil((middle - REACH) / SAMPLE - 0.5));
  const last = Math.min(count - 1, Math.floor((middle + REACH) / SAMPLE - 0.5));
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => {
    const sample = first + step;
    return [sample, heightAt((sample + 0.5) * SAMPLE - middle)];
  });
}

/**
 * @param pixels the width of the page in CSS pixels.
 * @param rows the rows of the grid that the picture shows.
 */
export function toDensity(cells: readonly HeatCell[], pixels: number, rows: number): Density {
  const width = Math.ceil(pixels / SAMPLE);
  const height = Math.ceil((rows * HEAT_ROW_PIXELS) / SAMPLE);
  const values = new Float32Array(width * height);
  for (const [column, row, count] of cells) {
    const across = samplesAround(((column + 0.5) / HEAT_COLUMNS) * pixels, width);
    const down = samplesAround((row + 0.5) * HEAT_ROW_PIXELS, height);
    for (const [y, high] of down) for (const [x, wide] of across) values[y * width + x]! += count * high * wide;
  }
  return { width, height, values, most: values.reduce((most, value) => Math.max(most, value), 0) };
}

/** 0 for nothing, 1 for the most. */
export function levelOf(value: number, most: number): number {
  if (value <= 1 || most <= 1) return ONE * Math.max(0, Math.min(1, value));
  return ONE + (1 - ONE) * Math.min(1, (value - 1) / (Math.max(most, 2) - 1)) ** CURVE;
}

interface Stop {
  level: number;
  colour: readonly [red: number, green: number, blue: number];
  opacity: number;
}

/** From nothing over blue (few) and yellow to red (most): on light and dark pages alike. */
export const STOPS: readonly Stop[] = [
  { level: 0, colour: [47, 128, 222], opacity: 0 },
  { level: 0.16, colour: [47, 128, 222], opacity: 0.4 },
  { level: 0.4, colour: [38, 176, 176], opacity: 0.62 },
  { level: 0.6, colour: [122, 196, 82], opacity: 0.72 },
  { level: 0.8, colour: [250, 186, 38], opacity: 0.82 },
  { level: 1, colour: [224, 56, 40], opacity: 0.9 },
];

function colourAt(level: number): [number, number, number, number] {
  const place = Math.max(
    1,
    STOPS.findIndex((stop) => stop.level >= level),
  );
  const [from, to] = [STOPS[place - 1]!, STOPS[place]!];
  const part = (level - from.level) / (to.level - from.level);
  const mix = (a: number, b: number): number => a + (b - a) * part;
  const [red, green, blue] = [0, 1, 2].map((i) => mix(from.colour[i]!, to.colour[i]!)) as [number, number, number];
  return [red, green, blue, mix(from.opacity, to.opacity) * 255];
}

const SHADES = 255;

/** The picture as pixels: red, green, blue and opacity of each sample. */
export function toPixels({ values, most }: Density): Uint8ClampedArray<ArrayBuffer> {
  const colours = Array.from({ length: SHADES + 1 }, (_, shade) => colourAt(shade / SHADES));
  const pixels = new Uint8ClampedArray(values.length * 4);
  for (const [sample, value] of values.entries())
    if (value > 0) pixels.set(colours[Math.round(levelOf(value, most) * SHADES)]!, sample * 4);
  return pixels;
}

/** The colours of the legend, from one click to the most. */
export const LEGEND_COLOURS: readonly string[] = Array.from({ length: 9 }, (_, step) => {
  const [red, green, blue, opacity] = colourAt(ONE + ((1 - ONE) * step) / 8);
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)} / ${(opacity / 255).toFixed(2)})`;
});
