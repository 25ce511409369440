// Anomalies: the input of the search, the owner's settings, and the result.

export const ANOMALY_METRICS = ["visitors", "pageviews", "events", "bounce_rate", "not_found", "errors"] as const;
export type AnomalyMetric = (typeof ANOMALY_METRICS)[number];
export type Grain = "hour" | "day";
export type Severity = "notice" | "warning" | "critical";
export type Direction = "spike" | "drop" | "outage";
export type Sensitivity = "low" | "standard" | "high";

/** Metrics that move together are one anomaly. */
export const ANOMALY_GROUPS = {
  visitors: "traffic",
  pageviews: "traffic",
  events: "traffic",
  bounce_rate: "bounce_rate",
  not_found: "not_found",
  errors: "errors",
} as const satisfies Record<AnomalyMetric, string>;
export type AnomalyGroup = (typeof ANOMALY_GROUPS)[AnomalyMetric];

/** A threshold set by the owner, such as errors above 50 in an hour. For `bounce_rate` in percent. */
export interface Limit {
  metric: AnomalyMetric;
  grain: Grain;
  above?: number;
  below?: number;
}

export interface AnomalySettings {
  enabled: boolean;
  sensitivity: Sensitivity;
  /** Percent by which a count must differ from the expected. A bounce rate has a minimum change in points instead. */
  least_change: number;
  limits: readonly Limit[];
  /** Metrics that are not judged. */
  ignore: readonly AnomalyMetric[];
}

/** `value` is a count. For `bounce_rate` it is the bounces and `of` the visits. A bucket without a point counts 0. */
export interface HourPoint {
  /** Start of the local hour, epoch seconds. */
  hour: number;
  value: number;
  of?: number;
}
export interface DayPoint {
  /** Local date, `YYYY-MM-DD`. */
  date: string;
  value: number;
  of?: number;
}

/** Days of the baseline: six weeks. */
export const BASELINE_DAYS = 42;
/** Days before `from` that are judged again, so that a continuing anomaly keeps its start and its id. */
export const FOLLOWED_DAYS = 14;
/** Days of points needed before `from`: the baseline, the days judged again, and a day for the first run of hours. */
export const HISTORY_DAYS = BASELINE_DAYS + FOLLOWED_DAYS + 1;

export interface AnomalyQuestion {
  timezone: string;
  /** Points in any order, each bucket at most once, from HISTORY_DAYS before `from`. A metric without series is not judged. */
  hours: Partial<Record<AnomalyMetric, readonly HourPoint[]>>;
  days: Partial<Record<AnomalyMetric, readonly DayPoint[]>>;
  /** Only anomalies that ended after this are returned; epoch seconds. */
  from: number;
  /** Hours and days up to this are judged; epoch seconds. Everything before it must be counted already. */
  until: number;
  settings: AnomalySettings;
  /** First local date of a metric that was measured only after the first data of the property. */
  since?: Partial<Record<AnomalyMetric, string>>;
}

export interface Anomaly {
  /** Built from the group, the side and the first verdict, so it does not change while the anomaly continues. */
  id: string;
  group: AnomalyGroup;
  /** The metric that deviates most, to which the numbers below belong. */
  metric: AnomalyMetric;
  metrics: AnomalyMetric[];
  grains: Grain[];
  /** `outage`: no events in a time with a high expected count. */
  direction: Direction;
  severity: Severity;
  /** `limit` if only the owner's threshold was crossed. */
  reason: "baseline" | "limit";
  /** Epoch seconds. Covers the anomalous hours so far, or the anomalous days if no hour was anomalous. */
  start: number;
  end: number;
  /** Sums over the anomalous time, including quiet hours in between; for `bounce_rate` in percent. */
  observed: number;
  /** Null if a threshold was crossed and there is no baseline yet. */
  expected: number | null;
  /** The range that holds 95 % of normal values. */
  low: number | null;
  high: number | null;
  /** Difference in percent of the expected; null if nothing was expected. */
  change: number | null;
  /** Standard deviations of the most surprising hours or day; 0 if only a limit was crossed. */
  score: number;
}
