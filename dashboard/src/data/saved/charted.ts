// The metrics that the chart can draw: those of counts, and under a goal or with revenue those that only a scan can tell.
// Their units, and their values as numbers, text and changes. Pure.
import { METRICS, type MetricName } from "../../../../workers/domain/events/catalog";
import { changeOf } from "../../../../workers/domain/queries/change";
import { isOfCounts, type MetricValue, type QueryMetric } from "../../../../workers/domain/queries/metric";
import { signed } from "../../../../workers/domain/wording/number";
import { formatMoney, isMoney } from "../detail/money";
import { type Filter, hasGoal } from "../filters/filter";
import { type Change, formatMetric, NOTHING, toChange } from "../format";
import { formatPoints, formatRate } from "./conversion";

/** The metrics of revenue, in the order of the cards. */
export const REVENUE_METRICS = ["total_revenue", "average_revenue"] as const;
const SCANNED = ["conversion_rate", ...REVENUE_METRICS] as const;
export type ChartMetric = MetricName | (typeof SCANNED)[number];

export const isChartMetric = (name: QueryMetric): name is ChartMetric =>
  isOfCounts(name) || SCANNED.some((scanned) => scanned === name);

/** From a URL, whose filters may have lost their goal; null for anything else. */
export function readChartMetric(name: string | undefined, filters: readonly Filter[]): ChartMetric | null {
  if (name === undefined || (!Object.hasOwn(METRICS, name) && !SCANNED.some((scanned) => scanned === name)))
    return null;
  // Without a goal, everybody converts.
  return name === "conversion_rate" && !hasGoal(filters) ? null : (name as ChartMetric);
}

export type Unit = (typeof METRICS)[MetricName]["unit"] | "money";

export const unitOf = (metric: ChartMetric): Unit =>
  isOfCounts(metric) ? METRICS[metric].unit : metric === "conversion_rate" ? "percent" : "money";

/** True for metrics that grow during a day: of a part of it they cannot be compared with a whole one. */
export const isAdded = (metric: ChartMetric): boolean => unitOf(metric) === "count" || metric === "total_revenue";

/** The value of a bucket without visitors, whose answer has no row: nothing was earned. Rates and means do not exist. */
export const emptyValue = (metric: ChartMetric): number | null => (isAdded(metric) ? 0 : null);

/** The height of a value on the chart. */
export const toNumber = (value: MetricValue | undefined): number | null =>
  isMoney(value) ? value.value : (value ?? null);

/** A value of the chart. @param currency of amounts; null if the answer has none. */
export function formatCharted(
  metric: ChartMetric,
  value: number | null | undefined,
  currency: string | null,
  length: "exact" | "short" | "round" = "short",
): string {
  if (value === null || value === undefined) return NOTHING;
  if (isOfCounts(metric)) return formatMetric(metric, value, length === "exact");
  if (metric === "conversion_rate") return formatRate(value);
  return currency === null ? formatMetric("events", value) : formatMoney({ value, currency }, length);
}

/** The change for people. Amounts of different currencies have none. */
export function toChartChange(
  metric: ChartMetric,
  now: MetricValue | undefined,
  before: MetricValue | undefined,
): Change | null {
  if (isMoney(now) && isMoney(before) && now.currency !== before.currency) return null;
  const [value, former] = [toNumber(now), toNumber(before)];
  if (isOfCounts(metric)) return toChange(metric, value, former);
  // Like any count: more is better.
  if (metric !== "conversion_rate") return toChange("events", value, former);
  const moved = changeOf(metric, former, value, "plausible");
  if (moved === null) return null;
  const text = signed(moved, formatPoints(Math.abs(moved)));
  if (moved === 0) return { text, direction: "flat", better: null };
  return { text, direction: moved > 0 ? "up" : "down", better: moved > 0 };
}
