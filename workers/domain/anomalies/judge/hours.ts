// Judges the hours of a metric. Evidence is collected over the 1 to 12 hours that end with each hour: an afternoon
// slightly too quiet in every hour is as anomalous as one silent hour.
import type { AnomalyMetric } from "../anomaly";
import { type Expectation, expectHours } from "../baseline/hours";
import { LONGEST_RUN, varianceBeyond } from "../baseline/noise";
import { expectRates, type RateExpectation, type Rates } from "../baseline/rate";
import { type Hourly, hourlyFor } from "../baseline/typical";
import type { Calendar } from "../calendar";
import { countScore } from "../deviation";
import { limitVerdicts } from "./owner-limits";
import { CLUMP, type JudgedTime, type Subject } from "./subject";
import { columns, type Track, type Weight, weigh } from "./track";
import { toVerdict, type Verdict } from "./verdict";

/** The run of hours ending at `at` with the greatest deviation, if its last hour made it more surprising. */
function farthestRun(track: Track, at: number, first: number): { from: number; weight: Weight } | null {
  const last = weigh(track, at, at);
  let best = { from: at, weight: last };
  for (let from = at - 1; from > at - LONGEST_RUN && from >= first; from--) {
    const weight = weigh(track, from, at);
    if (Math.abs(weight.score) > Math.abs(best.weight.score)) best = { from, weight };
  }
  const { from, weight } = best;
  if (from === at) return best;
  // Otherwise a normal hour after an anomalous run would become part of it.
  if (last.observed > last.expected !== weight.score > 0) return null;
  const without = weigh(track, from, at - 1);
  return Math.abs(weight.score) >= Math.abs(without.score) || Math.abs(last.score) >= 2 ? best : null;
}

/** Days of the baseline on which a run of this many hours deviated as much on the same side. */
function usualDays(hourly: Hourly, calendar: Calendar, expectation: Expectation, run: number, score: number): number {
  const days = new Set<number>();
  const { fitted, firstHour } = expectation;
  let [seen, mean] = [0, 0];
  for (let at = 0; at < fitted.length; at++) {
    seen += hourly.values[firstHour + at]!;
    mean += fitted[at]!;
    if (at >= run) {
      seen -= hourly.values[firstHour + at - run]!;
      mean -= fitted[at - run]!;
    }
    if (at < run - 1 || seen > mean !== score > 0) continue;
    const day = calendar.dayOfHour[firstHour + at]!;
    if (days.has(day)) continue;
    if (Math.abs(countScore(seen, mean, expectation.noise[run - 1]!)) >= Math.abs(score)) days.add(day);
  }
  return days.size;
}

export function judgeHours(metric: AnomalyMetric, calendar: Calendar, time: JudgedTime, subject: Subject) {
  const isRate = metric === "bounce_rate";
  const points = (subject.hours ?? []).map(({ hour, value, of }) => [hour, value, of ?? 0] as const);
  const rates: Rates = columns(calendar.hourStart, points);
  const hourly = hourlyFor(calendar, rates.hits);
  const expected = new Float64Array(calendar.hourStart.length).fill(Number.NaN);
  const counts: (Expectation | null)[] = [];
  const shares: (RateExpectation | null)[] = [];
  const track: Track = {
    starts: calendar.hourStart,
    ends: calendar.hourEnd,
    hits: rates.hits,
    trials: isRate ? rates.trials : null,
    expected,
    noiseAt: (at, run) => counts[calendar.dayOfHour[at]!]!.noise[run - 1]!,
    beyond: new Float64Array(expected.length),
    correlationAt: (at) => shares[calendar.dayOfHour[at]!]!.correlation,
  };
  const verdicts: Verdict[] = [];
  for (let day = time.firstDay; day < calendar.dates.length; day++) {
    const [from, to] = [calendar.firstHour[day]!, calendar.firstHour[day + 1]!];
    counts[day] = isRate ? null : expectHours(calendar, hourly, day, subject.baselineFrom, CLUMP[metric]);
    shares[day] = isRate ? expectRates(calendar, rates, day, subject.baselineFrom) : null;
    const hours = counts[day]?.hours ?? shares[day]?.rates;
    const weeks = counts[day]?.weeks ?? shares[day]?.weeks ?? 0;
    const firstKnown = calendar.firstHour[time.firstDay]!;
    for (let at = from; at < to && calendar.hourEnd[at]! <= time.until; at++) {
      verdicts.push(...limitVerdicts(track, at, metric, "hour", subject.settings));
      if (!hours) continue;
      const length = isRate ? 1 : (calendar.hourEnd[at]! - calendar.hourStart[at]!) / 3600;
      const clock = calendar.hourOfDay[at]!;
      expected[at] = hours[clock]! * length;
      const count = counts[day];
      if (count) track.beyond[at] = varianceBeyond(count.noise[0]!, expected[at]!, count.ownVariance[clock]!);
      const found = farthestRun(track, at, firstKnown);
      if (!found) continue;
      const { from: began, weight } = found;
      const alikeDays = () => (isRate ? 0 : usualDays(hourly, calendar, counts[day]!, at - began + 1, weight.score));
      const [start, end] = [calendar.hourStart[began]!, calendar.hourEnd[at]!];
      const verdict = toVerdict({ metric, grain: "hour", weight, weeks, start, end, alikeDays }, subject.settings);
      if (verdict) verdicts.push(verdict);
    }
  }
  return { track, verdicts };
}
