// Texts of one event in detail: its figures, its props, and the visits with it.
export const words = {
  figuresFailed: "The figures could not be loaded.",
  revenue: "Revenue",
  average: "Average",
  unconverted: (amounts: string): string => `Not included, because there is no exchange rate: ${amounts}.`,
  trend: "Events over time",
  trendFailed: "Events over time could not be loaded.",
  propsFailed: "The props could not be loaded.",
  noValues: "No values in this period.",
  visits: "Visits with these events",
  rows: {
    "event:page": { title: "Pages", head: "Page" },
    "visit:source": { title: "Sources", head: "Source" },
    "visit:country": { title: "Countries", head: "Country" },
    "visit:device": { title: "Devices", head: "Device" },
  },
  rowsFailed: (title: string): string => `${title} could not be loaded.`,
} as const;
