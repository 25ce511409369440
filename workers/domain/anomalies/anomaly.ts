// Anomalies of a property: what they are, what is asked to find them, and what the owner sets.

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

/** A fixed limit of the owner, e.g. errors above 50 in an hour. Of `bounce_rate` in percent. */
export interface Limit {
  metric: AnomalyMetric;
  grain: Grain;
  above?: number;
  below?: number;
}

export interface AnomalySettings {
  enabled: boolean;
  sensitivity: Sensitivity;
  /** Percent by which a count must differ from what was expected. A bounce rate has its own least change in points. */
  least_change: number;
  limits: readonly Limit[];
  /** Metrics that the owner does not want to hear of. */
  ignore: readonly AnomalyMetric[];
}

/** `value` is the count; of `bounce_rate` it is the bounces, `of` the visits. A bucket without a point counts 0. */
export interface HourPoint {
  /** Beginning of the local hour, epoch seconds. */
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
/** An anomaly that goes on is followed for so long before the judged time, so that it keeps its beginning and its id. */
export const FOLLOWED_DAYS = 14;
/** Days before `from` of which points are wanted: baseline, what is followed, and a day for the hours that lead in. */
export const HISTORY_DAYS = BASELINE_DAYS + FOLLOWED_DAYS + 1;

export interface AnomalyQuestion {
  timezone: string;
  /** Points in any order, each bucket at most once, from HISTORY_DAYS before `from`. A metric without series is not judged. */
  hours: Partial<Record<AnomalyMetric, readonly HourPoint[]>>;
  days: Partial<Record<AnomalyMetric, readonly DayPoint[]>>;
  /** Anomalies are answered that had not ended before this; epoch seconds. */
  from: number;
  /** Hours and days that end until this are judged; epoch seconds. What is not counted yet must lie after it. */
  until: number;
  settings: AnomalySettings;
  /** Local date from which a metric has been measured, where that is later than the first data of the property. */
  since?: Partial<Record<AnomalyMetric, string>>;
}

export interface Anomaly {
  /** Of the group, the side and the first verdict: the same when it goes on and when the same data are judged again. */
  id: string;
  group: AnomalyGroup;
  /** The metric that deviates most; the numbers below are its. */
  metric: AnomalyMetric;
  metrics: AnomalyMetric[];
  grains: Grain[];
  /** `outage`: nothing at all for a time in which much was expected. */
  direction: Direction;
  severity: Severity;
  /** `limit` where only a limit of the owner was crossed. */
  reason: "baseline" | "limit";
  /** Epoch seconds, of its anomalous hours so far; of its days where no hour stood out. */
  start: number;
  end: number;
  /** Sums over the anomalous time, quiet hours between included; of `bounce_rate` in percent. */
  observed: number;
  /** Null where there is no baseline yet and a limit was crossed. */
  expected: number | null;
  /** The range in which 95 % of such times lie. */
  low: number | null;
  high: number | null;
  /** Percent of the expected; null where nothing was expected. */
  change: number | null;
  /** Standard deviations of the most surprising hours or day; 0 where only a limit was crossed. */
  score: number;
}
