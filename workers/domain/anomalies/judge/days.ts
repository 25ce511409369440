// Judges each day of a metric.
import type { AnomalyMetric } from "../anomaly";
import { type DayExpectation, expectDay } from "../baseline/days";
import { varianceBeyond } from "../baseline/noise";
import { expectRate, type RateExpectation, type Rates } from "../baseline/rate";
import type { Calendar } from "../calendar";
import { countScore } from "../deviation";
import { limitVerdicts } from "./owner-limits";
import { CLUMP, type JudgedTime, type Subject } from "./subject";
import { columns, type Track, weigh } from "./track";
import { toVerdict, type Verdict } from "./verdict";

/** Days of the baseline that deviated as much on the same side. */
function usualDays(totals: readonly number[], { fitted, firstDay, noise }: DayExpectation, score: number): number {
  return fitted.filter((mean, at) => {
    const own = countScore(totals[firstDay + at]!, mean, noise);
    return own > 0 === score > 0 && Math.abs(own) >= Math.abs(score);
  }).length;
}

export function judgeDays(metric: AnomalyMetric, calendar: Calendar, time: JudgedTime, subject: Subject) {
  const isRate = metric === "bounce_rate";
  const position = new Map(calendar.dates.map((date, at) => [date, calendar.dayStart[at]!]));
  const points = (subject.days ?? []).flatMap(({ date, value, of }) => {
    const start = position.get(date);
    return start === undefined ? [] : [[start, value, of ?? 0] as const];
  });
  const rates: Rates = columns(calendar.dayStart, points);
  const totals = [...rates.hits];
  const expected = new Float64Array(totals.length).fill(Number.NaN);
  const counts: (DayExpectation | null)[] = [];
  const shares: (RateExpectation | null)[] = [];
  const track: Track = {
    starts: calendar.dayStart,
    ends: calendar.dayEnd,
    hits: rates.hits,
    trials: isRate ? rates.trials : null,
    expected,
    noiseAt: (at) => counts[at]!.noise,
    beyond: new Float64Array(totals.length),
    correlationAt: (at) => shares[at]!.correlation,
  };
  const verdicts: Verdict[] = [];
  for (let day = time.firstDay; day < totals.length && calendar.dayEnd[day]! <= time.until; day++) {
    if (calendar.dayEnd[day] === calendar.dayStart[day]) continue;
    verdicts.push(...limitVerdicts(track, day, metric, "day", subject.settings));
    const count = isRate ? null : expectDay(calendar, totals, day, subject.baselineFrom, CLUMP[metric]);
    const share = isRate ? expectRate(rates, day, subject.baselineFrom) : null;
    counts[day] = count;
    shares[day] = share;
    const usual = count?.mean ?? share?.rates[0];
    if (usual === undefined) continue;
    expected[day] = usual;
    if (count) track.beyond[day] = varianceBeyond(count.noise, usual, count.ownVariance);
    const weight = weigh(track, day, day);
    const weeks = count?.weeks ?? share!.weeks;
    const alikeDays = () => (count ? usualDays(totals, count, weight.score) : 0);
    const [start, end] = [calendar.dayStart[day]!, calendar.dayEnd[day]!];
    const verdict = toVerdict({ metric, grain: "day", weight, weeks, start, end, alikeDays }, subject.settings);
    if (verdict) verdicts.push(verdict);
  }
  return { track, verdicts };
}
