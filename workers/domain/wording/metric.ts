// Values of metrics for people. Their names are the labels of the catalogue (events/catalog.ts).
import { METRICS, type MetricName } from "../events/catalog";
import { formatDuration } from "./duration";
import { formatCount, formatDecimal, formatPercent, formatShort, NOTHING } from "./number";

/** @param exact writes counts in full (`12,840`) for screens with enough room; otherwise they are short (`12.8k`). */
export function formatMetric(
  name: MetricName,
  value: number | null | undefined,
  locale: string,
  exact: boolean,
): string {
  if (value === null || value === undefined) return NOTHING;
  switch (METRICS[name].unit) {
    case "count":
      return exact ? formatCount(value, locale) : formatShort(value, locale);
    case "percent":
      return formatPercent(value, locale);
    case "seconds":
      return formatDuration(value, locale);
    case "ratio":
      return formatDecimal(value, locale);
  }
}
