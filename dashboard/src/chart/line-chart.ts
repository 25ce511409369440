// The only file that uses Chart.js. Draws a line, its comparison in a lighter colour, its current bucket dashed, and
// names at the ends.
import {
  CategoryScale,
  Chart,
  type ChartDataset,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  type Plugin,
  PointElement,
} from "chart.js";
import { METRICS, type MetricName } from "../../../workers/domain/events/catalog";
import { formatMetric, formatTick } from "../data/format";
import type { Point, Series } from "../data/series";
import { words } from "../words/overview";
import { type Colours, readColours, readFont } from "./colours";

Chart.register(CategoryScale, Filler, LinearScale, LineController, LineElement, PointElement);

export interface Picture {
  series: Series;
  metric: MetricName;
  /** The names of the line and its comparison. */
  names: { now: string; before: string };
}

export interface Hover {
  index: number;
  /** Pixels from the left of the canvas. */
  x: number;
}

export interface LineChart {
  show: (picture: Picture) => void;
  destroy: () => void;
}

const FORECAST = words.trend.forecast;
const DASH = [4, 4];
const NARROW = 620;
/** Tick steps for durations. */
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const LINES = 5;

/** The distance between grid lines: round, and large enough that at most five lines reach above the highest point. */
function stepFor(metric: MetricName, top: number): number {
  const { unit } = METRICS[metric];
  const least = top / LINES;
  if (unit === "seconds") return SECONDS.find((step) => step >= least) ?? Math.ceil(least / 3600) * 3600;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= least) ?? least;
  // There are no half visitors.
  return unit === "count" ? Math.max(1, Math.ceil(step)) : step;
}

type Dataset = ChartDataset<"line", (number | null)[]>;

function toDatasets({ series }: Picture, colours: Colours): Dataset[] {
  const { points, running } = series;
  const isAlone = (values: (number | null)[], index: number): boolean =>
    (values[index - 1] ?? null) === null && (values[index + 1] ?? null) === null;
  const line = (values: (number | null)[], colour: string): Dataset => ({
    data: values,
    borderColor: colour,
    pointBackgroundColor: colour,
    pointBorderWidth: 0,
    // A point without neighbours has no line, so draw a dot.
    pointRadius: ({ dataIndex }) => (isAlone(values, dataIndex) ? 3 : 0),
    pointHoverRadius: 4,
    borderJoinStyle: "round",
    borderCapStyle: "round",
  });
  return [
    {
      ...line(
        points.map((point) => point.value),
        colours.accent,
      ),
      borderWidth: 2,
      order: 0,
      segment: { borderDash: ({ p1DataIndex }) => (p1DataIndex === running ? DASH : undefined) },
      // A ring on days with an anomaly.
      ...(points.some((point) => point.marked) && {
        pointRadius: points.map((point, index) =>
          point.marked
            ? 4
            : isAlone(
                  points.map((one) => one.value),
                  index,
                )
              ? 3
              : 0,
        ),
        pointBorderWidth: points.map((point) => (point.marked ? 2 : 0)),
        pointBorderColor: colours.mark,
        pointBackgroundColor: points.map((point) => (point.marked ? colours.surface : colours.accent)),
      }),
    },
    {
      ...line(
        points.map((point) => point.before),
        colours.before,
      ),
      borderWidth: 1.5,
      borderDash: DASH,
      order: 1,
    },
    ...(hasForecast(series) ? forecastDatasets(points, line, colours) : []),
    {
      // Draws the fill below the line separately, because a dashed segment would leave a seam in it.
      ...line(
        points.map((point) => point.value),
        colours.accent,
      ),
      borderWidth: 0,
      pointRadius: 0,
      pointHoverRadius: 0,
      fill: true,
      backgroundColor: colours.fill,
      order: 2,
    },
  ];
}

/** The forecast: a dashed line in the band of the 80% range. */
function forecastDatasets(
  points: readonly Point[],
  line: (values: (number | null)[], colour: string) => Dataset,
  colours: Colours,
): Dataset[] {
  const edge = (values: (number | null)[]): Dataset => ({
    ...line(values, colours.before),
    borderWidth: 0,
    pointRadius: 0,
    pointHoverRadius: 0,
    order: 3,
  });
  return [
    {
      ...line(
        points.map(({ forecast }) => forecast?.value ?? null),
        colours.accent,
      ),
      borderWidth: 1.5,
      borderDash: [2, 4],
      order: 1,
    },
    edge(points.map(({ forecast }) => forecast?.low80 ?? null)),
    { ...edge(points.map(({ forecast }) => forecast?.high80 ?? null)), fill: "-1", backgroundColor: colours.band },
  ];
}

/** Draws the names at the ends of the lines, so that no legend is needed, and the hairline at the pointer. */
function annotate(current: () => Picture | undefined, colours: () => Colours): Plugin<"line"> {
  return {
    id: "annotate",
    afterDatasetsDraw(chart) {
      const picture = current();
      if (!picture) return;
      const { ctx, chartArea } = chart;
      ctx.save();
      const active = chart.getActiveElements()[0];
      if (active) {
        ctx.strokeStyle = colours().hair;
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(active.element.x, chartArea.top);
        ctx.lineTo(active.element.x, chartArea.bottom);
        ctx.stroke();
      }
      if (chart.width >= NARROW) drawNames(chart, picture, colours());
      ctx.restore();
    },
  };
}

function drawNames(chart: Chart, { names, series }: Picture, colours: Colours): void {
  if (hasForecast(series)) {
    drawForecastName(chart, colours);
    drawKey(chart, names, series, colours);
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
  ctx.font = `500 12px ${readFont()}`;
  ctx.textBaseline = "middle";
  for (const [index, end] of ends.entries()) {
    if (!end) continue;
    ctx.fillStyle = index === 0 ? colours.accent : colours.faint;
    ctx.fillText(end.name, end.x, end.y);
  }
}

/**
 * With a forecast, its band begins at the ends of the lines, so their names are above the chart, each after a piece of
 * its line.
 */
function drawKey(chart: Chart, names: Picture["names"], { points }: Series, colours: Colours): void {
  const { ctx, chartArea } = chart;
  const y = chartArea.top - 14;
  const isCompared = points.some(({ before }) => before !== null);
  const entries: [string, string, number[]][] = [[names.now, colours.accent, []]];
  if (isCompared) entries.push([names.before, colours.before, DASH]);
  ctx.font = `500 12px ${readFont()}`;
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

const hasForecast = ({ points }: Series): boolean => points.some(({ forecast }) => forecast);

/** In the margin, at the end of the band. */
function drawForecastName(chart: Chart, colours: Colours): void {
  const highs = chart.getDatasetMeta(4).data;
  const point = highs.at(-1);
  if (!point) return;
  const { ctx, chartArea } = chart;
  ctx.font = `500 12px ${readFont()}`;
  ctx.textBaseline = "middle";
  ctx.fillStyle = colours.faint;
  ctx.fillText(FORECAST, chartArea.right + 8, point.y);
}

/** @param onHover called with the bucket under the pointer, or null when the pointer leaves. */
export function createLineChart(canvas: HTMLCanvasElement, onHover: (hover: Hover | null) => void): LineChart {
  let picture: Picture | undefined;
  let colours = readColours();

  const chart = new Chart<"line", (number | null)[], string>(canvas, {
    type: "line",
    data: { labels: [], datasets: [] },
    plugins: [
      annotate(
        () => picture,
        () => colours,
      ),
    ],
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false, axis: "x" },
      events: ["mousemove", "mouseout", "touchstart", "touchmove", "click"],
      elements: { line: { tension: 0 } },
      onHover: (_, [hit]) => onHover(hit ? { index: hit.index, x: hit.element.x } : null),
      onResize: (_, { width }) => picture && reserve(width),
    },
  });
  const leave = (): void => onHover(null);
  canvas.addEventListener("mouseleave", leave);

  /** Reserves room for the names to the right of the lines, except on narrow screens. */
  function reserve(width: number): void {
    const series = picture?.series;
    const isAhead = series !== undefined && hasForecast(series);
    const compared = series?.points.some(({ before }) => before !== null) ? picture?.names.before : "";
    const names = isAhead ? [FORECAST] : [picture?.names.now ?? "", compared ?? ""];
    chart.ctx.font = `500 12px ${readFont()}`;
    const room = picture ? Math.max(...names.map((name) => chart.ctx.measureText(name).width)) + 14 : 0;
    const isWide = width >= NARROW;
    chart.options.layout = { padding: { top: isAhead && isWide ? 28 : 8, right: isWide ? room : 4 } };
  }

  function scales({ series, metric }: Picture): void {
    const top = Math.max(
      0,
      ...series.points.flatMap(({ value, before, forecast }) => [value ?? 0, before ?? 0, forecast?.high80 ?? 0]),
    );
    const font = { family: readFont(), size: 12 };
    // A site without visitors still has a scale.
    const step = stepFor(metric, top || LINES);
    chart.options.scales = {
      x: {
        grid: { display: false },
        border: { color: colours.line },
        ticks: {
          color: colours.faint,
          font,
          maxRotation: 0,
          autoSkipPadding: 28,
          callback: (_, index) => formatTick(series.points[index]?.label ?? "", series.interval),
        },
      },
      y: {
        beginAtZero: true,
        max: Math.max(1, Math.ceil(top / step)) * step,
        grid: { color: colours.line, drawTicks: false },
        border: { display: false },
        ticks: {
          color: colours.faint,
          font,
          padding: 10,
          stepSize: step,
          callback: (value) => formatMetric(metric, Number(value)),
        },
      },
    };
  }

  return {
    show(next) {
      picture = next;
      colours = readColours();
      scales(next);
      reserve(chart.width);
      chart.data = { labels: next.series.points.map((point) => point.label), datasets: toDatasets(next, colours) };
      chart.update();
    },
    destroy() {
      canvas.removeEventListener("mouseleave", leave);
      chart.destroy();
    },
  };
}
