// The names of the lines, drawn on the chart: at their ends, or above it where the ends have no room.
import type { Chart } from "chart.js";
import { metricLabel } from "../data/saved/conversion";
import type { Series } from "../data/series";
import { words } from "../words/overview";
import type { Colours } from "./colours";
import type { Picture } from "./line-chart";

export const FORECAST = words.trend.forecast;
export const DASH = [4, 4];

export function drawNames(chart: Chart, picture: Picture, colours: Colours, font: string): void {
  const { names, series } = picture;
  if (hasForecast(series)) drawForecastName(chart, colours, font);
  if (hasKey(picture)) {
    drawKey(chart, picture, colours, font);
    return;
  }
  const ends = [names.now, names.before].map((name, index) => {
    const points = chart.getDatasetMeta(index).data;
    const values = chart.data.datasets[index]?.data as (number | null)[];
    const last = values.findLastIndex((value) => value !== null);
    const point = points[last];
    return point ? { name, x: point.x + 8, y: point.y } : null;
  });
  const [now, before] = ends;
  if (now && before && Math.abs(now.x - before.x) < 90 && Math.abs(now.y - before.y) < 16) {
    const middle = (now.y + before.y) / 2;
    const down = now.y > before.y ? 1 : -1;
    now.y = middle + 8 * down;
    before.y = middle - 8 * down;
  }
  const { ctx } = chart;
  ctx.font = `500 12px ${font}`;
  ctx.textBaseline = "middle";
  for (const [index, end] of ends.entries()) {
    if (!end) continue;
    ctx.fillStyle = index === 0 ? colours.accent : colours.faint;
    ctx.fillText(end.name, end.x, end.y);
  }
}

/**
 * A forecast begins at the ends of the lines, and a second scale stands there, so the names are above the chart, each
 * after a piece of its line.
 */
function drawKey(chart: Chart, { names, second, series: { points } }: Picture, colours: Colours, font: string): void {
  const { ctx, chartArea } = chart;
  const y = chartArea.top - 14;
  const isCompared = points.some(({ before }) => before !== null);
  const entries: [string, string, number[]][] = [[names.now, colours.accent, []]];
  if (second) entries.push([metricLabel(second), colours.second, []]);
  if (isCompared) entries.push([names.before, colours.before, DASH]);
  ctx.font = `500 12px ${font}`;
  ctx.textBaseline = "middle";
  let x = chartArea.left;
  for (const [name, colour, dash] of entries) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 2;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(x + 20, y);
    ctx.stroke();
    ctx.fillStyle = colours.faint;
    ctx.fillText(name, x + 26, y);
    x += ctx.measureText(name).width + 46;
  }
  ctx.setLineDash([]);
}

export const hasForecast = ({ points }: Series): boolean => points.some(({ forecast }) => forecast);

/** In the margin, at the end of the band. */
function drawForecastName(chart: Chart, colours: Colours, font: string): void {
  const highs = chart.getDatasetMeta(4).data;
  const point = highs.at(-1);
  if (!point) return;
  const { ctx, chartArea } = chart;
  ctx.font = `500 12px ${font}`;
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.faint;
  ctx.fillText(FORECAST, chartArea.right + 8, point.y);
}

/** True if the names are above the chart. */
export const hasKey = ({ series, second }: Picture): boolean => second !== null || hasForecast(series);
