// Judges the hours and days of one metric by their baseline and by the owner's limits.
import type { AnomalyMetric } from "../anomaly";
import type { Calendar } from "../calendar";
import { judgeDays } from "./days";
import { judgeHours } from "./hours";
import type { JudgedTime, Subject } from "./subject";
import { measureOf } from "./track";
import type { Judgement } from "./verdict";

export function judgeMetric(metric: AnomalyMetric, calendar: Calendar, time: JudgedTime, subject: Subject): Judgement {
  const hours = subject.hours ? judgeHours(metric, calendar, time, subject) : null;
  const days = subject.days ? judgeDays(metric, calendar, time, subject) : null;
  return {
    metric,
    verdicts: [...(hours?.verdicts ?? []), ...(days?.verdicts ?? [])],
    measure: (grain, start, end) => measureOf((grain === "hour" ? hours : days)!.track, start, end),
  };
}
