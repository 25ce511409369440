// A verdict states that some hours, or a day, of a metric are anomalous.
import type { AnomalyMetric, AnomalySettings, Grain } from "../anomaly";
import { isLarge, ONLY_UP, SENSITIVITY, strengthOf } from "./sensitivity";
import type { Measure, Weight } from "./track";

export type Side = "up" | "down";

/** Some hours, or a day, of a metric are anomalous. It becomes known at their end. */
export interface Verdict {
  metric: AnomalyMetric;
  grain: Grain;
  side: Side;
  /** Epoch seconds. */
  start: number;
  end: number;
  /**
   * The score as a multiple of the sensitivity's limit; an anomaly has at least 1. 0 if an owner's limit was crossed.
   */
  strength: number;
  score: number;
  reason: "baseline" | "limit";
  /** Nothing was observed in a time with a high expected count. */
  silent: boolean;
}

export interface Judgement {
  metric: AnomalyMetric;
  verdicts: Verdict[];
  /** The numbers of [start, end) of hours or days; bounce rates in percent. */
  measure: (grain: Grain, start: number, end: number) => Measure;
}

/** A deviation that occurred on this many days of the baseline is normal, however unlikely by the formula. */
const USUAL_DAYS = 4;
/** Minimum expected count for silence to be an outage. */
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
  /** Days of the baseline that deviated as much on the same side. Called last, because it is the slowest check. */
  alikeDays: () => number;
}

/** Null if the time is not anomalous: the deviation or difference is too small, fewer is good, or it is usual. */
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
