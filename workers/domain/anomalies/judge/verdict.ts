// A verdict: that some hours, or a day, of a metric are anomalous; and when it is given.
import type { AnomalyMetric, AnomalySettings, Grain } from "../anomaly";
import { isLarge, ONLY_UP, SENSITIVITY, strengthOf } from "./sensitivity";
import type { Measure, Weight } from "./track";

export type Side = "up" | "down";

/** That some hours, or a day, of a metric are anomalous. It is known when they are over. */
export interface Verdict {
  metric: AnomalyMetric;
  grain: Grain;
  side: Side;
  /** Epoch seconds. */
  start: number;
  end: number;
  /** Standard deviations over the limit of the sensitivity: 1 is just anomalous. 0 where a limit of the owner was crossed. */
  strength: number;
  score: number;
  reason: "baseline" | "limit";
  /** Nothing at all in a time in which much was expected. */
  silent: boolean;
}

export interface Judgement {
  metric: AnomalyMetric;
  verdicts: Verdict[];
  /** The numbers of [start, end) of hours or days; bounce rates in percent. */
  measure: (grain: Grain, start: number, end: number) => Measure;
}

/** What happened on so many days of the baseline is usual, however unlikely the formula finds it. */
const USUAL_DAYS = 4;
/** What must have been expected of a time for its silence to be an outage. */
const LEAST_SILENCE = 10;

/** The time that was weighed. */
interface Weighed {
  metric: AnomalyMetric;
  grain: Grain;
  weight: Weight;
  /** Weeks of the baseline. */
  weeks: number;
  /** Epoch seconds. */
  start: number;
  end: number;
  /** Days of the baseline that were as far apart on the same side. Asked last, since counting them takes longest. */
  alikeDays: () => number;
}

/** Null where the time is not anomalous: too close, too small, less of what is bad, or usual. */
export function toVerdict(weighed: Weighed, settings: AnomalySettings): Verdict | null {
  const { metric, grain, weight, weeks, start, end, alikeDays } = weighed;
  const strength = strengthOf(metric, weight.score, SENSITIVITY[settings.sensitivity][grain], weeks);
  if (strength < 1 || !isLarge(metric, weight, settings)) return null;
  const side = weight.score > 0 ? "up" : "down";
  if (side === "down" && ONLY_UP.has(metric)) return null;
  if (alikeDays() >= USUAL_DAYS) return null;
  const silent = metric !== "bounce_rate" && weight.observed === 0 && weight.expected >= LEAST_SILENCE;
  return { metric, grain, side, start, end, strength, score: Math.abs(weight.score), reason: "baseline", silent };
}
