// Texts of panels that several screens use: the map of the world, the grid of weekdays and hours, histograms.
export const words = {
  table: "Table",
  /** The row of what saved counts of a day do not list. */
  rest: "All others",
  restHint:
    "Some days have too many values to count each on its own, and too many events to be read. Totals are exact.",

  map: {
    country: "Country",
    /** The start of the map's description; the title follows. */
    label: (title: string): string => `Map of the world: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
    none: "No locations in this period.",
  },

  week: {
    weekday: "Weekday",
    hour: (hour: number): string => `${String(hour).padStart(2, "0")}:00`,
    /** "Tuesday, 14:00–15:00" */
    when: (weekday: string, hour: number): string =>
      `${weekday}, ${String(hour).padStart(2, "0")}:00–${String(hour + 1).padStart(2, "0")}:00`,
    value: (when: string, value: string, metric: string): string => `${when}: ${value} ${metric}`,
    busiest: (when: string, value: string, metric: string): string => `Busiest: ${when} (${value} ${metric})`,
    notIncluded: "not in this period",
    sum: "Total of the period",
    mean: "Average per hour",
    none: "No data in this period.",
    zero: "0",
    range: (from: string, to: string): string => (from === to ? from : `${from}–${to}`),
  },

  histogram: {
    share: "Share",
    none: "No data in this period.",
  },
} as const;
