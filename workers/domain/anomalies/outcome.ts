// Converts the owner's settings for the judge, and the judge's result into the record that is stored and sent.
import {
  ANOMALY_GROUPS,
  ANOMALY_METRICS,
  type Anomaly,
  type AnomalyQuestion,
  type AnomalySettings,
  type Limit,
} from "./anomaly";
import { dateOf } from "./calendar";
import type { Known } from "./find";
import { LEAST_VISITS } from "./judge/track";
import type { Alerts, AnomalyRecord } from "./record";

/** Limits are per hour. */
export function toAnomalySettings({ enabled, sensitivity, least_change_percent, limits }: Alerts): AnomalySettings {
  const hourly = ANOMALY_METRICS.flatMap((metric): Limit[] => {
    const { upper = null, lower = null } = limits[metric] ?? {};
    if (upper === null && lower === null) return [];
    const above = upper === null ? {} : { above: upper };
    const below = lower === null ? {} : { below: lower };
    return [{ metric, grain: "hour", ...above, ...below }];
  });
  return { enabled, sensitivity, least_change: least_change_percent, limits: hourly, ignore: [] };
}

/**
 * −log10 of the probability of a deviation this large on either side, by the upper bound of the normal's tail in
 * Abramowitz & Stegun 7.1.13, which is exact at 0 and in the limit, and at most 6 % too large.
 */
export const rarity = (deviations: number): number =>
  deviations ** 2 / (2 * Math.LN10) +
  Math.log10((Math.sqrt(2 * Math.PI) * (deviations + Math.sqrt(deviations ** 2 + 8 / Math.PI))) / 4);

/** The owner's limit that was crossed within an anomaly. */
function thresholdOf(anomaly: Anomaly, { hours, days, settings, timezone }: AnomalyQuestion) {
  const { metric, direction, start, end, reason } = anomaly;
  const limit = settings.limits.find((each) => each.metric === metric);
  const of = direction === "spike" ? "upper" : "lower";
  const bound = of === "upper" ? limit?.above : limit?.below;
  if (limit === undefined || bound === undefined) return null;
  if (reason === "limit") return { limit: bound, of } as const;
  const last = dateOf(end - 1, timezone);
  const points =
    limit.grain === "hour"
      ? (hours[metric] ?? []).filter(({ hour }) => hour >= start && hour < end)
      : (days[metric] ?? []).filter(({ date }) => date >= dateOf(start, timezone) && date <= last);
  const values =
    metric === "bounce_rate"
      ? points.flatMap(({ value, of: visits = 0 }) => (visits < LEAST_VISITS ? [] : [(100 * value) / visits]))
      : points.map(({ value }) => value);
  const isCrossed = values.some((value) => (of === "upper" ? value > bound : value < bound));
  return isCrossed ? ({ limit: bound, of } as const) : null;
}

/**
 * The record of an anomaly, without its explanation. If a limit was crossed and there is no baseline, the expected
 * value is the limit.
 * @param now ms since 1970: a day that is not over ends here.
 */
export function toRecord(anomaly: Anomaly, question: AnomalyQuestion, now: number): AnomalyRecord {
  const { metric, metrics, grains, direction, severity, start, end, observed, score } = anomaly;
  const threshold = thresholdOf(anomaly, question);
  const allowed = threshold?.limit ?? 0;
  return {
    metric,
    metrics: metrics.filter((each) => each !== metric),
    grain: grains.includes("hour") ? "hour" : "day",
    direction,
    severity,
    started_at: start * 1000,
    ended_at: Math.min(end * 1000, now),
    observed: rounded(observed),
    expected: rounded(anomaly.expected ?? allowed),
    low: rounded(anomaly.low ?? (direction === "spike" ? 0 : allowed)),
    high: rounded(anomaly.high ?? allowed),
    score: rounded(rarity(score)),
    explanation: null,
    threshold,
  };
}

/** A hundredth of a visitor is precise enough, and judging the same anomaly again gives the same record. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;

export const toKnown = (id: string, { metric, direction, started_at, ended_at }: AnomalyRecord): Known => ({
  id,
  group: ANOMALY_GROUPS[metric],
  direction,
  start: started_at / 1000,
  end: ended_at / 1000,
});

/** Whether a record equals the stored one, ignoring the explanation. */
export function isUnchanged(a: AnomalyRecord, b: AnomalyRecord): boolean {
  const plain = (record: AnomalyRecord) => JSON.stringify({ ...record, explanation: null });
  return plain(a) === plain(b);
}
