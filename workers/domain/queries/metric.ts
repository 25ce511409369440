// The metrics of a query: those that are made of counts, and those that only a scan can tell.
import { METRIC_NAMES, METRICS, type MetricName } from "../events/catalog";

/** An amount of money; of other currencies the answer's `meta` has the amounts. */
export interface Money {
  value: number;
  currency: string;
}

export type MetricValue = number | Money | null;

interface ScanMetric {
  unit: "count" | "percent" | "money";
}

/** docs/metrics.md defines each. */
export const SCAN_METRICS = {
  users: { unit: "count" },
  conversion_rate: { unit: "percent" },
  group_conversion_rate: { unit: "percent" },
  percentage: { unit: "percent" },
  exit_rate: { unit: "percent" },
  ctr: { unit: "percent" },
  total_revenue: { unit: "money" },
  average_revenue: { unit: "money" },
} as const satisfies Record<string, ScanMetric>;

export type ScanMetricName = keyof typeof SCAN_METRICS;
export type QueryMetric = MetricName | ScanMetricName;

export const QUERY_METRICS: readonly QueryMetric[] = [
  ...METRIC_NAMES,
  ...(Object.keys(SCAN_METRICS) as ScanMetricName[]),
];

export const isOfCounts = (name: QueryMetric): name is MetricName => Object.hasOwn(METRICS, name);
export const isQueryMetric = (name: string): name is QueryMetric =>
  Object.hasOwn(METRICS, name) || Object.hasOwn(SCAN_METRICS, name);
