// Where a chart has its buckets, so that elements of the page can stand on them.
import type { Plugin } from "chart.js";

export interface Places {
  /** Pixels from the left of the canvas to each bucket. */
  xs: readonly number[];
  /** The upper and lower edge of the lines' area. */
  top: number;
  bottom: number;
}

/** Reports the places whenever the chart has been laid out again. */
export const reportPlaces = (report: (places: Places) => void): Plugin<"line"> => ({
  id: "places",
  afterUpdate({ data, scales, chartArea }) {
    const axis = scales.x;
    if (!axis || !chartArea) return;
    const xs = (data.labels ?? []).map((_, index) => axis.getPixelForValue(index));
    report({ xs, top: chartArea.top, bottom: chartArea.bottom });
  },
});
