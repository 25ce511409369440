// An anomaly as it is stored and sent: the judge's result (anomaly.ts) with its explanation.
import { z } from "zod";
import { ANOMALY_METRICS, type AnomalyMetric } from "./anomaly";

export type { AnomalyMetric };

export interface AnomalyRecord {
  metric: AnomalyMetric;
  /** Other metrics that moved with it. */
  metrics: AnomalyMetric[];
  grain: "hour" | "day";
  direction: "spike" | "drop" | "outage";
  severity: "notice" | "warning" | "critical";
  /** ms since 1970: start of its first and end of its last bucket. */
  started_at: number;
  ended_at: number;
  /** Over its whole time; bounce rates in percent. */
  observed: number;
  expected: number;
  low: number;
  high: number;
  /** How unlikely: −log10 of the chance. */
  score: number;
  /** The dimension value that explains most of it; null if none stands out. */
  explanation: { dimension: string; value: string; observed: number; expected: number; share_percent: number } | null;
  /** Set if the owner's own limit was crossed. */
  threshold: { limit: number; of: "upper" | "lower" } | null;
}

/** GET /api/v1/properties/{site_id}/anomalies: times are ISO 8601. */
export interface AnomalyView extends Omit<AnomalyRecord, "started_at" | "ended_at"> {
  id: string;
  started_at: string;
  ended_at: string;
  dismissed: boolean;
}
export interface AnomaliesView {
  anomalies: AnomalyView[];
}

/** GET /api/v1/properties/{site_id}/forecast?metric=visitors */
export interface ForecastView {
  metric: "visitors" | "pageviews" | "events";
  /** Null with too little history (less than 14 days). */
  days: { date: string; value: number; low80: number; high80: number; low95: number; high95: number }[] | null;
}

const limits = z
  .strictObject({
    upper: z.number().min(0).max(1e12).nullable().default(null),
    lower: z.number().min(0).max(1e12).nullable().default(null),
  })
  .refine(({ upper, lower }) => upper === null || lower === null || lower < upper, {
    error: "limits must have lower below upper",
  });

export const alertsInput = z.strictObject({
  enabled: z.boolean().default(true),
  sensitivity: z.enum(["low", "standard", "high"]).default("standard"),
  /** Smaller changes, in percent, never raise an alert. The default is measured: docs/pipeline.md. */
  least_change_percent: z.int().min(0).max(1000).default(30),
  /** The owner's own limits by metric, per hour; bounce rates in percent. */
  limits: z.partialRecord(z.enum(ANOMALY_METRICS), limits).default({}),
});

export type Alerts = z.infer<typeof alertsInput>;
