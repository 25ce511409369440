// Sentences of the mail about an anomaly.
import type { AnomalyMetric, AnomalyRecord } from "../../anomalies/record";
import { ANOMALY_METRIC_NAMES } from "../../wording/anomaly";
import { inSentence } from "../../wording/label";

/** `More visitors than usual`, `No page views`, `JavaScript errors above your threshold`. */
export function headlineOf({ metric, direction, threshold }: AnomalyRecord): string {
  const name = ANOMALY_METRIC_NAMES[metric];
  if (threshold) return `${name} ${threshold.of === "upper" ? "above" : "below"} your threshold`;
  if (direction === "outage") return metric === "bounce_rate" ? "No visits" : `No ${inSentence(name)}`;
  const [more, fewer] = metric === "bounce_rate" ? ["Higher", "Lower"] : ["More", "Fewer"];
  return `${direction === "spike" ? more : fewer} ${inSentence(name)} than usual`;
}

export const previewOf = (metric: AnomalyMetric, observed: string, expected: string, started: string): string =>
  `${ANOMALY_METRIC_NAMES[metric]}: ${observed}, expected about ${expected}. Started ${started}.`;

export const explanationOf = (dimension: string, value: string, observed: string, expected: string, share: number) =>
  `The ${dimension} ${value} accounts for ${share}% of the difference: ${observed}, expected about ${expected}.`;

export const limitLabel = (of: "upper" | "lower"): string => `Your ${of} threshold`;
export const rangeOf = (low: string, high: string): string => `${low} to ${high}`;

export const ANOMALY_SENTENCES = {
  unexplained: "No single page, source, country or device explains this anomaly.",
  expected: "Expected",
  severity: "Severity",
  details: "Details",
  started: "Started",
  duration: "Duration",
  alsoAffected: "Also affected",
  once: "You get one email per anomaly. Change the sensitivity and the minimum change under Settings → Alerts.",
  link: "View anomalies",
  reason: "You receive this because anomaly alerts are on for this property.",
};
