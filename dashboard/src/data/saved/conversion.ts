// Figures of conversions: the metrics of a page that is filtered by a goal, their labels and their formats. Pure.
import { METRICS } from "../../../../workers/domain/events/catalog";
import {
  isOfCounts,
  type MetricValue,
  type QueryMetric,
  type ScanMetricName,
} from "../../../../workers/domain/queries/metric";
import { words } from "../../words/saved/goals";
import { formatMoney } from "../detail/money";
import { type Filter, hasGoal } from "../filters/filter";
import { formatCount, formatMetric, LOCALE, NOTHING } from "../format";

export type { MetricValue, QueryMetric };

/** The cards under a goal, the most important first. */
export const CONVERSION_METRICS = [
  "visitors",
  "events",
  "conversion_rate",
  "total_revenue",
  "average_revenue",
] as const satisfies readonly QueryMetric[];

/** The columns of "details" under a goal. */
export const CONVERSION_COLUMNS: readonly QueryMetric[] = ["visitors", "events", "group_conversion_rate"];

const SCANNED: Partial<Record<ScanMetricName, string>> = words.metrics;

/** The label of a metric. Under a goal, visitors are those who converted. */
export function metricLabel(metric: QueryMetric, filters: readonly Filter[] = []): string {
  if (!isOfCounts(metric)) return SCANNED[metric] ?? metric;
  if (hasGoal(filters) && metric === "visitors") return words.uniqueConversions;
  if (hasGoal(filters) && metric === "events") return words.totalConversions;
  return METRICS[metric].label;
}

const rates = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });

/**
 * "2.4%": most conversion rates are small, so their decimals count.
 * @param converted how many: a rate of some is never zero.
 */
export const formatRate = (percent: number, converted = 0): string =>
  percent === 0 && converted > 0 ? `<${rates.format(0.1)}%` : `${rates.format(percent)}%`;

/** "0.5 pts", "1 pt": the size of a rate's change. */
export const formatPoints = (points: number): string => words.points(points, rates.format(points));

/** @param exact writes amounts and counts in full, for tables. */
export function formatValue(metric: QueryMetric, value: MetricValue | undefined, exact = false): string {
  if (value === null || value === undefined) return NOTHING;
  if (typeof value === "object") return formatMoney(value, exact ? "exact" : "short");
  if (isOfCounts(metric)) return formatMetric(metric, value, exact);
  return metric === "users" ? formatCount(value) : formatRate(value);
}
