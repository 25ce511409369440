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
import { formatTick } from "../data/format";
import { type ChartMetric, formatCharted, unitOf } from "../data/saved/charted";
import type { Point, Series } from "../data/series";
import { type Colours, readColours, readFont } from "./colours";
import { DASH, drawNames, FORECAST, hasForecast, hasKey } from "./names";
import { type Places, reportPlaces } from "./places";

Chart.register(CategoryScale, Filler, LinearScale, LineController, LineElement, PointElement);

export interface Picture {
  series: Series;
  metric: ChartMetric;
  /** The metric of a second line, with a scale of its own on the right. */
  second: ChartMetric | null;
  /** The names of the line and its comparison. */
  names: { now: string; before: string };
  /** True if the comparison is with other visitors at the same time. */
  isVersus?: boolean;
}

export interface Hover {
  index: number;
  /** Pixels from the left of the canvas. */
  x: number;
}

export interface LineChart {
  show: (picture: Picture) => void;
  /** The bucket at a distance from the left, in pixels: the nearest one. */
  indexAt: (x: number) => number | null;
  /** The place between two buckets, or at an end: 0 is in front of the first bucket. */
  edgeOf: (index: number) => number;
  /** Draws the hairline at a bucket that the pointer is not on; null draws none. */
  point: (index: number | null) => void;
  destroy: () => void;
}

const NARROW = 620;
/** Tick steps for durations. */
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const LINES = 5;

/** The distance between grid lines: round, and large enough that at most five lines reach above the highest point. */
function stepFor(metric: ChartMetric, top: number): number {
  const unit = unitOf(metric);
  const least = top / LINES;
  if (unit === "seconds") return SECONDS.find((step) => step >= least) ?? Math.ceil(least / 3600) * 3600;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= least) ?? least;
  // There are no half visitors.
  return unit === "count" ? Math.max(1, Math.ceil(step)) : step;
}

type Dataset = ChartDataset<"line", (number | null)[]>;

function toDatasets({ series, second }: Picture, colours: Colours): Dataset[] {
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
    ...(second
      ? [
          {
            ...line(
              points.map((point) => point.second ?? null),
              colours.second,
            ),
            borderWidth: 2,
            order: 1,
            segment: {
              borderDash: ({ p1DataIndex }: { p1DataIndex: number }) => (p1DataIndex === running ? DASH : undefined),
            },
            yAxisID: "second",
          },
        ]
      : []),
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
      if (chart.width >= NARROW) drawNames(chart, picture, colours(), readFont());
      ctx.restore();
    },
  };
}

/**
 * @param onHover called with the bucket under the pointer, or null when the pointer leaves.
 * @param onPlaces called when the buckets have moved.
 */
export function createLineChart(
  canvas: HTMLCanvasElement,
  onHover: (hover: Hover | null) => void,
  onPlaces: (places: Places) => void,
): LineChart {
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
      reportPlaces(onPlaces),
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
    const isKeyed = picture !== undefined && hasKey(picture);
    const compared = series?.points.some(({ before }) => before !== null) ? picture?.names.before : "";
    const atEnd = isKeyed ? [] : [picture?.names.now ?? "", compared ?? ""];
    const names = isAhead ? [FORECAST] : atEnd;
    chart.ctx.font = `500 12px ${readFont()}`;
    const room = names.length > 0 ? Math.max(...names.map((name) => chart.ctx.measureText(name).width)) + 14 : 4;
    const isWide = width >= NARROW;
    chart.options.layout = { padding: { top: isKeyed && isWide ? 28 : 8, right: isWide ? room : 4 } };
  }

  const valueScale = (metric: ChartMetric, top: number, colour: string) => {
    // A site without visitors still has a scale.
    const step = stepFor(metric, top || LINES);
    return {
      beginAtZero: true,
      max: Math.max(1, Math.ceil(top / step)) * step,
      border: { display: false },
      ticks: {
        color: colour,
        font: { family: readFont(), size: 12 },
        padding: 10,
        stepSize: step,
        callback: (value: string | number) =>
          formatCharted(metric, Number(value), picture?.series.currency ?? null, "round"),
      },
    };
  };

  function scales({ series, metric, second }: Picture): void {
    const { points, interval } = series;
    const top = Math.max(
      0,
      ...points.flatMap(({ value, before, forecast }) => [value ?? 0, before ?? 0, forecast?.high80 ?? 0]),
    );
    const topOfSecond = Math.max(0, ...points.map((point) => point.second ?? 0));
    const ofDays = points[0]?.label.slice(0, 10) !== points.at(-1)?.label.slice(0, 10) && points.length > 30;
    chart.options.scales = {
      x: {
        grid: { display: false },
        border: { color: colours.line },
        ticks: {
          color: colours.faint,
          font: { family: readFont(), size: 12 },
          maxRotation: 0,
          autoSkipPadding: 28,
          callback: (_, index) => formatTick(points[index]?.label ?? "", interval, ofDays),
        },
      },
      y: { ...valueScale(metric, top, colours.faint), grid: { color: colours.line, drawTicks: false } },
      ...(second && {
        second: {
          ...valueScale(second, topOfSecond, colours.second),
          position: "right" as const,
          grid: { display: false },
        },
      }),
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
    indexAt(x) {
      const count = picture?.series.points.length ?? 0;
      const value = chart.scales.x?.getValueForPixel(x);
      return count === 0 || value === undefined ? null : Math.min(count - 1, Math.max(0, Math.round(value)));
    },
    edgeOf(index) {
      const { left, right } = chart.chartArea;
      const place = (at: number): number => chart.scales.x?.getPixelForValue(at) ?? left;
      return Math.min(right, Math.max(left, (place(index - 1) + place(index)) / 2));
    },
    point(index) {
      const isThere = index !== null && index < (picture?.series.points.length ?? 0);
      chart.setActiveElements(isThere ? [{ datasetIndex: 0, index }] : []);
      chart.draw();
    },
    destroy() {
      canvas.removeEventListener("mouseleave", leave);
      chart.destroy();
    },
  };
}
