// Figures of any metric as text: counts, rates, and amounts of money. Pure.

import { METRICS } from "../../../../workers/domain/events/catalog";
import { isOfCounts, type QueryMetric, SCAN_METRICS } from "../../../../workers/domain/queries/metric";
import { words } from "../../words/detail/figures";
import { formatCount, formatMetric, NOTHING } from "../format";
import { formatRate } from "../saved/conversion";
import { formatMoney, isMoney } from "./money";

/** @param value as an answer has it: a number, an amount, or null. */
export function formatFigure(name: QueryMetric, value: unknown): string {
  if (isMoney(value)) return formatMoney(value);
  if (typeof value !== "number") return NOTHING;
  if (isOfCounts(name)) return formatMetric(name, value, true);
  return SCAN_METRICS[name].unit === "percent" ? formatRate(value) : formatCount(value);
}

export const metricLabel = (name: QueryMetric): string =>
  isOfCounts(name) ? METRICS[name].label : words.metrics[name];
