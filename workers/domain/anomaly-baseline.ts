// What a property's hours and days usually count: medians of the same hour of the week over six weeks, their level, their noise.
import type { Calendar } from "./anomaly-calendar";
import { type CountNoise, median, trimmedMean } from "./deviation";

const WEEK = 7;
const WEEKS = 6;
const HOURS = 24;
/** Evidence is gathered over 1 to so many hours that follow one another. */
export const LONGEST_RUN = 12;
/** Days of data before anything is said of hours, and of days. */
const LEAST_DAYS = { hour: 7, day: 14 };
/** No site is steadier than 5 %. */
const LEAST_EXCESS = 0.0025;
/** Counts in an hour below which the hours before and after are drawn in, as a median of few counts is coarse. */
const FEW = 20;
/** Share of days, the least like the others, that do not tell of noise: they may be anomalies. */
const LEFT_OUT = 0.1;
/** What the noise of normal counts is short of by leaving those out: of sums over an hour's runs, of single days. */
const MADE_UP = { hour: 1.3, day: 1.6 };
/** "Hardly ever": the least that is expected of an hour. */
const LEAST_HOUR = 0.02;

/** The counts of a metric by day and hour of the clock; NaN for hours that a day does not have. */
export interface Hourly {
  values: Float64Array;
  byClock: Float64Array;
  totals: number[];
}

/** What one local day should count, by what lies before it. */
export interface Expectation {
  /** By hour of the clock, for a whole hour. */
  hours: number[];
  /** Variance of each hour around its median, from its own MAD: large for an hour that differs from week to week. */
  ownVariance: number[];
  /** Noise of sums over 1, 2 … LONGEST_RUN hours, of all hours together: six values alone tell little of their spread. */
  noise: CountNoise[];
  /** Weeks it rests on; less than 3 when days of the week had to be pooled. */
  weeks: number;
  /** Expected of the hours of the baseline, by position from `firstHour`. */
  fitted: Float64Array;
  firstHour: number;
}

export interface DayExpectation {
  mean: number;
  ownVariance: number;
  noise: CountNoise;
  weeks: number;
  fitted: number[];
  firstDay: number;
}

export function hourlyFor(calendar: Calendar, values: Float64Array): Hourly {
  const days = calendar.dates.length;
  const byClock = new Float64Array(days * HOURS).fill(Number.NaN);
  const seen = new Uint8Array(days * HOURS);
  const totals = new Array<number>(days).fill(0);
  for (let hour = 0; hour < values.length; hour++) {
    const day = calendar.dayOfHour[hour]!;
    totals[day]! += values[hour]!;
    // Half an hour, as Lord Howe has when its clocks move, is no sample.
    if (calendar.hourEnd[hour]! - calendar.hourStart[hour]! < 3600) continue;
    const cell = day * HOURS + calendar.hourOfDay[hour]!;
    byClock[cell] = seen[cell] ? (byClock[cell]! + values[hour]!) / 2 : values[hour]!;
    seen[cell] = 1;
  }
  return { values, byClock, totals };
}

/**
 * How much more the last week counts than earlier ones, by weeks back: the median over the weekdays of their ratios, which
 * three anomalous days do not move. Of few counts little is believed.
 */
export function levels(totals: readonly number[], day: number, first: number): number[] {
  const found = [1];
  for (let week = 1; week < WEEKS; week++) {
    const ratios: number[] = [];
    const counts: number[] = [];
    for (let back = 1; back <= WEEK; back++) {
      const [now, then] = [day - back, day - back - week * WEEK];
      if (then < first) continue;
      ratios.push((totals[now]! + 1) / (totals[then]! + 1));
      counts.push(totals[now]! + totals[then]!);
    }
    if (ratios.length < WEEK) {
      found.push(found.at(-1)!);
      continue;
    }
    const counted = median(counts) * WEEK;
    found.push(median(ratios) ** (counted / (counted + 200)));
  }
  return found;
}

/** The days whose hours stand for those of a day: the same weekday, or all of the working days or weekend of a new property. */
function samplesFor(day: number, back: number, count: number, weekday: (day: number) => number): number[] {
  const days: number[] = [];
  if (count >= 3 * WEEK) {
    for (let sample = day - back; sample >= day - count; sample -= WEEK) days.push(sample);
    return days;
  }
  const weekend = (each: number) => weekday(each) % WEEK === 0 || weekday(each) % WEEK === 6;
  for (let sample = day - 1; sample >= day - count; sample--)
    if (weekend(sample) === weekend(day - back)) days.push(sample);
  return days;
}

/** Variance by the median absolute deviation: 1.4826 · MAD is the standard deviation of a normal (Rousseeuw & Croux 1993). */
function varianceOf(values: readonly number[]): number {
  if (values.length < 4) return 0;
  const middle = median(values);
  return (1.4826 * median(values.map((value) => Math.abs(value - middle)))) ** 2;
}

interface Typical {
  mean: number;
  ownVariance: number;
}

/** What an hour of the clock counts on some days, brought to the level of today. */
function typicalHours(hourly: Hourly, days: readonly number[], scale: (day: number) => number): Typical[] {
  const at = (day: number, hour: number) => hourly.byClock[day * HOURS + hour]! * scale(day);
  return Array.from({ length: HOURS }, (_, hour) => {
    const own: number[] = [];
    const around: number[] = [];
    for (const day of days) {
      const value = at(day, hour);
      if (Number.isNaN(value)) continue;
      own.push(value);
      const near = [hour - 1, hour, hour + 1].filter((each) => each >= 0 && each < HOURS).map((each) => at(day, each));
      const there = near.filter((each) => !Number.isNaN(each));
      around.push(there.reduce((sum, each) => sum + each, 0) / there.length);
    }
    if (own.length === 0) return { mean: LEAST_HOUR, ownVariance: 0 };
    const pooled = trimmedMean(around);
    const trust = Math.min(1, pooled / FEW);
    const mean = Math.max(LEAST_HOUR, trust * median(own) + (1 - trust) * pooled);
    return { mean, ownVariance: varianceOf(own) };
  });
}

interface Spread {
  squares: number;
  mean: number;
  counted: number;
}

/** Variance over mean, without the days that are least like the others. */
function dispersionOf(days: readonly Spread[], madeUp: number): { ratio: number; mean: number } {
  const told = days.filter(({ counted }) => counted > 0).sort((a, b) => a.squares / a.mean - b.squares / b.mean);
  const kept = told.slice(0, told.length - Math.ceil(told.length * LEFT_OUT));
  const sum = (pick: (spread: Spread) => number) => kept.reduce((total, spread) => total + pick(spread), 0);
  const mean = sum((spread) => spread.mean);
  if (mean === 0) return { ratio: 1, mean: 1 };
  return { ratio: (madeUp * sum((spread) => spread.squares)) / mean, mean: mean / sum((spread) => spread.counted) };
}

/** How much wider the next count lies than the baseline around its own median of `n` (variance of a median: π/2n). */
const widened = (n: number): number => (n / Math.max(1, n - 1)) * (1 + Math.PI / 2 / n);

/** The noise of sums over a run of hours: by the line through quiet and busy times, variance/mean = dispersion + excess · mean. */
function runNoise(calendar: Calendar, apart: Float64Array, fit: Float64Array, first: number, run: number, n: number) {
  const hours = apart.length - 1;
  const middle = (fit[hours]! / hours) * run;
  const [quiet, busy] = [new Map<number, Spread>(), new Map<number, Spread>()];
  for (let end = run; end <= hours; end++) {
    const mean = fit[end]! - fit[end - run]!;
    const day = calendar.dayOfHour[first + end - 1]!;
    const half = mean > middle ? busy : quiet;
    const spread = half.get(day) ?? { squares: 0, mean: 0, counted: 0 };
    half.set(day, spread);
    spread.squares += (apart[end]! - apart[end - run]!) ** 2;
    spread.mean += mean;
    spread.counted++;
  }
  const low = dispersionOf([...quiet.values()], MADE_UP.hour);
  const high = dispersionOf([...busy.values()], MADE_UP.hour);
  const slope = Math.max(0, (high.ratio - low.ratio) / Math.max(0.1, high.mean - low.mean));
  const dispersion = Math.max(1, low.ratio - slope * low.mean);
  const excess = Math.max(LEAST_EXCESS, (Math.max(low.ratio, high.ratio) - dispersion) / high.mean);
  return { dispersion: Math.max(1, dispersion * widened(n)), excess: excess * widened(n) };
}

/** Counts to expect in the hours of a day; null while there is too little before it. */
export function expectHours(calendar: Calendar, hourly: Hourly, day: number, first: number): Expectation | null {
  const count = Math.min(WEEK * WEEKS, day - first);
  if (count < LEAST_DAYS.hour) return null;
  const weekday = (each: number) => new Date(`${calendar.dates[each]!}T00:00:00Z`).getUTCDay();
  const level = levels(hourly.totals, day, first);
  const weekOf = (each: number) => Math.floor((day - each - 1) / WEEK);
  const scale = (each: number) => level[weekOf(each)]!;
  const typical = new Map<number, Typical[]>();
  for (let back = 1; back <= WEEK; back++) {
    const days = samplesFor(day, back, count, weekday);
    typical.set(back % WEEK, days.length < 2 ? [] : typicalHours(hourly, days, scale));
  }
  const today = typical.get(0)!;
  const hours = today.map(({ mean }) => mean);
  const ownVariance = today.map((hour) => hour.ownVariance);
  if (hours.length === 0) return null;
  const firstHour = calendar.firstHour[day - count]!;
  const size = calendar.firstHour[day]! - firstHour;
  const fitted = new Float64Array(size);
  const [fit, apart] = [new Float64Array(size + 1), new Float64Array(size + 1)];
  for (let hour = 0; hour < size; hour++) {
    const sample = calendar.dayOfHour[firstHour + hour]!;
    const whole = (calendar.hourEnd[firstHour + hour]! - calendar.hourStart[firstHour + hour]!) / 3600;
    const cell = typical.get((day - sample) % WEEK)![calendar.hourOfDay[firstHour + hour]!]?.mean ?? Number.NaN;
    const value = hourly.values[firstHour + hour]!;
    fitted[hour] = Number.isNaN(cell) ? value : (cell * whole) / scale(sample);
    fit[hour + 1] = fit[hour]! + fitted[hour]!;
    apart[hour + 1] = apart[hour]! + value - fitted[hour]!;
  }
  const weeks = count / WEEK;
  const samples = weeks < 3 ? Math.max(2, count / 4) : weeks;
  const noise = Array.from({ length: LONGEST_RUN }, (_, run) =>
    runNoise(calendar, apart, fit, firstHour, run + 1, samples),
  );
  return { hours: raised(hours, hourly.totals, day, first), ownVariance, noise, weeks, fitted, firstHour };
}

/**
 * Where the last week counts far more than ratios can tell (a metric that was nothing before), its hours are expected
 * evenly: what has been so for four days is usual.
 */
function raised(hours: readonly number[], totals: readonly number[], day: number, first: number): number[] {
  const last = totals.slice(Math.max(first, day - WEEK), day);
  const sum = hours.reduce((total, hour) => total + hour, 0);
  const missing = median(last) - sum;
  return missing > sum ? hours.map((hour) => hour + missing / HOURS) : [...hours];
}

/** Noise in which the own variance of an hour or day has a quarter's say, where it is the larger. */
export function withOwn(noise: CountNoise, mean: number, ownVariance: number): CountNoise {
  const pooled = noise.dispersion * mean + noise.excess * mean * mean;
  const more = Math.max(0, ownVariance / pooled - 1) / 4;
  return { dispersion: noise.dispersion, excess: noise.excess + (more * pooled) / (mean * mean) };
}

/** The count to expect of a day. */
export function expectDay(calendar: Calendar, totals: readonly number[], day: number, first: number) {
  const count = Math.min(WEEK * WEEKS, day - first);
  if (count < LEAST_DAYS.day) return null;
  const weekday = (each: number) => new Date(`${calendar.dates[each]!}T00:00:00Z`).getUTCDay();
  const level = levels(totals, day, first);
  const scale = (each: number) => level[Math.floor((day - each - 1) / WEEK)]!;
  const typical = new Map<number, Typical>();
  for (let back = 1; back <= WEEK; back++) {
    const values = samplesFor(day, back, count, weekday).map((each) => totals[each]! * scale(each));
    const pooled = trimmedMean(values);
    const trust = Math.min(1, pooled / FEW);
    const mean = Math.max(LEAST_HOUR * HOURS, trust * median(values) + (1 - trust) * pooled);
    typical.set(back % WEEK, { mean, ownVariance: varianceOf(values) });
  }
  const firstDay = day - count;
  const fitted = Array.from(
    { length: count },
    (_, at) => typical.get((count - at) % WEEK)!.mean / scale(firstDay + at),
  );
  const spreads = fitted.map((mean, at) => ({ squares: (totals[firstDay + at]! - mean) ** 2, mean, counted: 1 }));
  const { ratio, mean } = dispersionOf(spreads, MADE_UP.day);
  const weeks = count / WEEK;
  const wider = widened(weeks < 3 ? Math.max(2, count / 4) : weeks);
  // Days count much: what is beyond Poisson is taken as excess, except where hardly anything is counted.
  const clumped = mean < FEW ? Math.max(1, ratio) : 1;
  const excess = Math.max(LEAST_EXCESS, (ratio - clumped) / mean);
  const noise = { dispersion: clumped * (mean < FEW ? wider : 1), excess: excess * wider };
  const { mean: expected, ownVariance } = typical.get(0)!;
  const usual = median(totals.slice(Math.max(first, day - WEEK), day));
  return {
    mean: usual > 2 * expected ? usual : expected,
    ownVariance,
    noise,
    weeks,
    fitted,
    firstDay,
  } satisfies DayExpectation;
}
