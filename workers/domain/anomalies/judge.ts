// Judging the hours and days of one metric: each by what lies before it, and by the limits of the owner.
import type { AnomalyMetric, AnomalySettings, DayPoint, Grain, HourPoint } from "./anomaly";
import {
  type DayExpectation,
  type Expectation,
  expectDay,
  expectHours,
  type Hourly,
  hourlyFor,
  LONGEST_RUN,
  varianceBeyond,
} from "./baseline";
import type { Calendar } from "./calendar";
import { type CountNoise, countRange, countScore, rateRange, rateScore } from "./deviation";
import { expectRate, expectRates, type RateExpectation, type Rates } from "./rate";

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

/** Numbers of a time: counts, or the percent of a bounce rate. */
export interface Measure {
  observed: number;
  expected: number | null;
  low: number | null;
  high: number | null;
}

export interface Judgement {
  metric: AnomalyMetric;
  verdicts: Verdict[];
  /** The numbers of [start, end) of hours or days; bounce rates in percent. */
  measure: (grain: Grain, start: number, end: number) => Measure;
}

interface Sensitive {
  /** Standard deviations that an hour, and a day, must lie apart. 4.5 is one chance in 300,000, 3.6 one in 6,000. */
  hour: number;
  day: number;
  /** Counts, and points of a bounce rate, by which it must differ at least. */
  counts: number;
  points: number;
}
export const SENSITIVITY: Record<AnomalySettings["sensitivity"], Sensitive> = {
  low: { hour: 5.5, day: 4.6, counts: 20, points: 15 },
  standard: { hour: 4.5, day: 3.6, counts: 10, points: 10 },
  high: { hour: 3.9, day: 3.2, counts: 6, points: 7 },
};

/** A new property's limits are wider: what its weeks are like is not known yet. */
const wideFor = (weeks: number): number => (weeks < 3 ? 1.4 : weeks < 5 ? 1.1 : 1);
/** What happened on so many days of the baseline is usual, however unlikely the formula finds it. */
const USUAL_DAYS = 4;
/** Visits under which a bounce rate is no rate. */
export const LEAST_VISITS = 40;
/** What must have been expected of a time for its silence to be an outage. */
const LEAST_SILENCE = 10;
/** Metrics of which less is no anomaly: nobody is woken because errors stopped. */
const ONLY_UP: ReadonlySet<AnomalyMetric> = new Set(["not_found", "errors"]);
/** Variance over mean of what one visitor does, at least: a reader of 15 pages at night is no spike. */
const CLUMP: Record<AnomalyMetric, number> = {
  visitors: 1,
  pageviews: 4,
  events: 5,
  bounce_rate: 1,
  not_found: 2,
  errors: 2,
};
/** How many times the least counts a metric must differ by: a visitor views several pages. */
const PER_VISITOR: Partial<Record<AnomalyMetric, number>> = { pageviews: 2.5, events: 3 };
/** Part of the limits at which less is anomalous: days of few are rarer than days of many (their logarithms are even). */
const DOWN = 0.87;
/** Percent by which there must be more 404s or errors at least: less than double worries nobody. */
const LEAST_MORE = 100;
/** Deviations between which 95 % of a normal lie. */
const NORMAL_95 = 1.96;

interface Task {
  hours: readonly HourPoint[] | undefined;
  days: readonly DayPoint[] | undefined;
  /** First day of the baseline, as a position. */
  baselineFrom: number;
  settings: AnomalySettings;
}
interface Judged {
  firstDay: number;
  until: number;
}

/** What was seen and expected, by position of the hour or the day. */
interface Track {
  starts: readonly number[];
  ends: readonly number[];
  hits: Float64Array;
  /** Visits of a bounce rate; null of a count. */
  trials: Float64Array | null;
  /** Expected count, or rate; NaN where nothing can be said. */
  expected: Float64Array;
  /** Noise of the sum over a run that ends at a position. */
  noiseAt: (position: number, run: number) => CountNoise;
  /** Variance of each position beyond that noise. */
  beyond: Float64Array;
  correlationAt: (position: number) => number;
}

/** Points as columns: hits and trials by position. What lies at no beginning of a bucket is left out. */
function columns(starts: readonly number[], points: Iterable<readonly [number, number, number]>) {
  const position = new Map(starts.map((start, at) => [start, at]));
  const [hits, trials] = [new Float64Array(starts.length), new Float64Array(starts.length)];
  for (const [start, value, of] of points) {
    const at = position.get(start);
    if (at === undefined) continue;
    hits[at] = Math.max(0, value);
    trials[at] = of;
  }
  return { hits, trials };
}

/** Sums over positions [from, to] of a track: what was seen, what was expected, and how far apart they are. */
function weigh(track: Track, from: number, to: number) {
  let [hits, trials, expected, beyond] = [0, 0, 0, 0];
  for (let at = from; at <= to; at++) {
    hits += track.hits[at]!;
    if (track.trials) {
      trials += track.trials[at]!;
      expected += track.trials[at]! * track.expected[at]!;
    } else {
      expected += track.expected[at]!;
      beyond += track.beyond[at]!;
    }
  }
  if (!track.trials) {
    if (Number.isNaN(expected)) return { observed: hits, expected, trials, noise: null, score: 0 };
    const pooled = track.noiseAt(to, Math.min(LONGEST_RUN, to - from + 1));
    const noise = { dispersion: pooled.dispersion, excess: pooled.excess + beyond / expected ** 2 };
    return { observed: hits, expected, trials, noise, score: countScore(hits, expected, noise) };
  }
  const rate = trials > 0 ? expected / trials : Number.NaN;
  const known = trials >= LEAST_VISITS && !Number.isNaN(rate);
  const score = known ? rateScore(hits, trials, rate, track.correlationAt(to)) : 0;
  return { observed: trials > 0 ? (100 * hits) / trials : 0, expected: 100 * rate, trials, noise: null, score };
}
type Weight = ReturnType<typeof weigh>;

const strengthOf = (metric: AnomalyMetric, score: number, limit: number, weeks: number): number =>
  Math.abs(score) / (limit * wideFor(weeks) * (score < 0 && metric !== "bounce_rate" ? DOWN : 1));

function isLarge(metric: AnomalyMetric, { observed, expected }: Weight, settings: AnomalySettings): boolean {
  const { counts, points } = SENSITIVITY[settings.sensitivity];
  const difference = Math.abs(observed - expected);
  if (metric === "bounce_rate") return difference >= points;
  const least = ONLY_UP.has(metric) ? Math.max(LEAST_MORE, settings.least_change) : settings.least_change;
  return difference >= counts * (PER_VISITOR[metric] ?? 1) && difference * 100 >= least * expected;
}

/** The run of hours that ends with one and lies farthest apart, if the last hour made it more surprising. */
function farthestRun(track: Track, at: number, first: number): { from: number; weight: Weight } | null {
  const last = weigh(track, at, at);
  let best = { from: at, weight: last };
  for (let from = at - 1; from > at - LONGEST_RUN && from >= first; from--) {
    const weight = weigh(track, from, at);
    if (Math.abs(weight.score) > Math.abs(best.weight.score)) best = { from, weight };
  }
  const { from, weight } = best;
  if (from === at) return best;
  // A normal hour after an anomalous run would be drawn into it.
  if (last.observed > last.expected !== weight.score > 0) return null;
  const without = weigh(track, from, at - 1);
  return Math.abs(weight.score) >= Math.abs(without.score) || Math.abs(last.score) >= 2 ? best : null;
}

/** Days of the baseline on which a run of as many hours was as far apart on the same side. */
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

/** Crossings of the owner's limits at one position. */
function crossed(track: Track, at: number, metric: AnomalyMetric, grain: Grain, settings: AnomalySettings): Side[] {
  const visits = track.trials?.[at] ?? 0;
  if (track.trials && visits < LEAST_VISITS) return [];
  const value = track.trials ? (100 * track.hits[at]!) / visits : track.hits[at]!;
  return settings.limits
    .filter((limit) => limit.metric === metric && limit.grain === grain)
    .flatMap(({ above, below }): Side[] => {
      if (above !== undefined && value > above) return ["up"];
      return below !== undefined && value < below ? ["down"] : [];
    });
}

function limitVerdicts(track: Track, at: number, metric: AnomalyMetric, grain: Grain, settings: AnomalySettings) {
  const [start, end] = [track.starts[at]!, track.ends[at]!];
  return crossed(track, at, metric, grain, settings).map(
    (side): Verdict => ({ metric, grain, side, start, end, strength: 0, score: 0, reason: "limit", silent: false }),
  );
}

function judgeHours(metric: AnomalyMetric, calendar: Calendar, judged: Judged, task: Task) {
  const isRate = metric === "bounce_rate";
  const points = (task.hours ?? []).map(({ hour, value, of }) => [hour, value, of ?? 0] as const);
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
  const { hour: limit } = SENSITIVITY[task.settings.sensitivity];
  for (let day = judged.firstDay; day < calendar.dates.length; day++) {
    const [from, to] = [calendar.firstHour[day]!, calendar.firstHour[day + 1]!];
    counts[day] = isRate ? null : expectHours(calendar, hourly, day, task.baselineFrom, CLUMP[metric]);
    shares[day] = isRate ? expectRates(calendar, rates, day, task.baselineFrom) : null;
    const hours = counts[day]?.hours ?? shares[day]?.rates;
    const weeks = counts[day]?.weeks ?? shares[day]?.weeks ?? 0;
    const firstKnown = calendar.firstHour[judged.firstDay]!;
    for (let at = from; at < to && calendar.hourEnd[at]! <= judged.until; at++) {
      verdicts.push(...limitVerdicts(track, at, metric, "hour", task.settings));
      if (!hours) continue;
      const length = isRate ? 1 : (calendar.hourEnd[at]! - calendar.hourStart[at]!) / 3600;
      const clock = calendar.hourOfDay[at]!;
      expected[at] = hours[clock]! * length;
      const count = counts[day];
      if (count) track.beyond[at] = varianceBeyond(count.noise[0]!, expected[at]!, count.ownVariance[clock]!);
      const found = farthestRun(track, at, firstKnown);
      if (!found) continue;
      const { weight } = found;
      const side = weight.score > 0 ? "up" : "down";
      const strength = strengthOf(metric, weight.score, limit, weeks);
      if (strength < 1 || !isLarge(metric, weight, task.settings)) continue;
      if (side === "down" && ONLY_UP.has(metric)) continue;
      const run = at - found.from + 1;
      if (!isRate && usualDays(hourly, calendar, counts[day]!, run, weight.score) >= USUAL_DAYS) continue;
      const silent = !isRate && weight.observed === 0 && weight.expected >= LEAST_SILENCE;
      const [start, end] = [calendar.hourStart[found.from]!, calendar.hourEnd[at]!];
      const score = Math.abs(weight.score);
      verdicts.push({ metric, grain: "hour", side, start, end, strength, score, reason: "baseline", silent });
    }
  }
  return { track, verdicts };
}

function judgeDays(metric: AnomalyMetric, calendar: Calendar, judged: Judged, task: Task) {
  const isRate = metric === "bounce_rate";
  const position = new Map(calendar.dates.map((date, at) => [date, calendar.dayStart[at]!]));
  const points = (task.days ?? []).flatMap(({ date, value, of }) => {
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
  const { day: limit } = SENSITIVITY[task.settings.sensitivity];
  for (let day = judged.firstDay; day < totals.length && calendar.dayEnd[day]! <= judged.until; day++) {
    if (calendar.dayEnd[day] === calendar.dayStart[day]) continue;
    verdicts.push(...limitVerdicts(track, day, metric, "day", task.settings));
    const count = isRate ? null : expectDay(calendar, totals, day, task.baselineFrom, CLUMP[metric]);
    const share = isRate ? expectRate(rates, day, task.baselineFrom) : null;
    counts[day] = count;
    shares[day] = share;
    const usual = count?.mean ?? share?.rates[0];
    if (usual === undefined) continue;
    expected[day] = usual;
    if (count) track.beyond[day] = varianceBeyond(count.noise, usual, count.ownVariance);
    const weight = weigh(track, day, day);
    const side = weight.score > 0 ? "up" : "down";
    const strength = strengthOf(metric, weight.score, limit, count?.weeks ?? share!.weeks);
    if (strength < 1 || !isLarge(metric, weight, task.settings)) continue;
    if (side === "down" && ONLY_UP.has(metric)) continue;
    if (count) {
      const alike = count.fitted.filter((mean, at) => {
        const score = countScore(totals[count.firstDay + at]!, mean, count.noise);
        return score > 0 === weight.score > 0 && Math.abs(score) >= Math.abs(weight.score);
      });
      if (alike.length >= USUAL_DAYS) continue;
    }
    const silent = !isRate && weight.observed === 0 && weight.expected >= LEAST_SILENCE;
    const [start, end] = [calendar.dayStart[day]!, calendar.dayEnd[day]!];
    const score = Math.abs(weight.score);
    verdicts.push({ metric, grain: "day", side, start, end, strength, score, reason: "baseline", silent });
  }
  return { track, verdicts };
}

function measureOf(track: Track, start: number, end: number): Measure {
  const from = track.starts.findIndex((each, at) => each >= start && track.ends[at]! > each);
  let to = from;
  while (to + 1 < track.ends.length && track.ends[to + 1]! <= end) to++;
  const { observed, expected, trials, noise } = weigh(track, from, to);
  if (Number.isNaN(expected)) return { observed, expected: null, low: null, high: null };
  if (track.trials) {
    const { low, high } = rateRange(trials, expected / 100, track.correlationAt(to), NORMAL_95);
    return { observed, expected, low: 100 * low, high: 100 * high };
  }
  return { observed, expected, ...countRange(expected, noise!, NORMAL_95) };
}

/** Judges the hours and days of one metric. */
export function judgeMetric(metric: AnomalyMetric, calendar: Calendar, judged: Judged, task: Task): Judgement {
  const hours = task.hours ? judgeHours(metric, calendar, judged, task) : null;
  const days = task.days ? judgeDays(metric, calendar, judged, task) : null;
  return {
    metric,
    verdicts: [...(hours?.verdicts ?? []), ...(days?.verdicts ?? [])],
    measure: (grain, start, end) => measureOf((grain === "hour" ? hours : days)!.track, start, end),
  };
}
