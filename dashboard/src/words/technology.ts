// Texts of the technology screen.
import { inSentence } from "../../../workers/domain/wording/label";

export const words = {
  title: "Technology",
  lead: "Compare two dimensions, such as browser and device. Click a value to filter.",
  matrix: "Matrix",
  combinations: "Combinations",
  rows: "Rows",
  columns: "Columns",
  metric: "Metric",
  severalValues: "Visitors who used several values on one day count once for each.",
  none: "No visitors in this period",
  noneHint: "Try a longer period.",
  noneFiltered: "No visitors match these filters",
  noneFilteredHint: "Remove a filter to see more.",

  by: (metric: string, rows: string, columns: string): string =>
    `${metric} by ${inSentence(rows)} and ${inSentence(columns)}`,
  asMatrix: (caption: string): string => `${caption}, matrix`,
  others: (count: string): string => `${count} others`,
  only: (value: string): string => `Filter by ${value}`,
  cell: (row: string, column: string, share: string): string => `${row} and ${column}: ${share} of all`,
  all: "All",

  combinationsLabel: "Combinations, all metrics",
  combinationsCaption: "Combinations of browser, operating system, device and screen",
  pager: "Pages of combinations",
  previous: "Previous",
  next: "Next",
  range: (first: string, last: string, total: string): string => `${first}–${last} of ${total}`,
} as const;
