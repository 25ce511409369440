// What a property's hours and days usually count: medians of the same hour of the week over six weeks, their level, their noise.
import type { Grain } from "./anomaly";
import type { Calendar } from "./calendar";
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
const LEFT_OUT = { hour: 0.1, day: 0.15 };
/** What the noise of normal counts is short of by leaving those out: of sums over an hour's runs, of single days. */
const MADE_UP = { hour: 1.3, day: 2.1 };
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

const soft = (value: number, by: number): number => Math.sign(value) * Math.max(0, Math.abs(value) - by);

/**
 * By what the counts of earlier weeks are multiplied to be at the level of today, by weeks back: a growth that goes on and a
 * step that the last week made. Each week is compared by the median over its weekdays of the logarithms of their ratios,
 * which three anomalous days do not move; growth is the median of all slopes (Theil 1950, Sen 1968); and of both only what
 * exceeds their own error is believed (soft threshold, Donoho 1995), so that a steady site keeps its six weeks as they are.
 */
export function levels(totals: readonly number[], day: number, first: number): number[] {
  const compared: { week: number; ratio: number; error: number }[] = [];
  for (let week = 1; week < WEEKS && day - WEEK * (week + 1) >= first; week++) {
    const ratios: number[] = [];
    for (let back = 1; back <= WEEK; back++)
      ratios.push(Math.log((totals[day - back]! + 1) / (totals[day - back - week * WEEK]! + 1)));
    const ratio = median(ratios);
    const error = (1.4826 * 1.2533 * median(ratios.map((each) => Math.abs(each - ratio)))) / Math.sqrt(WEEK);
    compared.push({ week, ratio, error });
  }
  if (compared.length === 0) return new Array<number>(WEEKS).fill(1);
  const error = median(compared.map((each) => each.error));
  const slopes = compared.flatMap((a, at) =>
    compared.slice(at + 1).map((b) => (b.ratio - a.ratio) / (b.week - a.week)),
  );
  // Five weeks, each with half of the squared error, whose squared distances from their middle sum up to ten: half of that.
  const growth = slopes.length < 3 ? 0 : soft(median(slopes), error / Math.sqrt(80));
  const step = soft(median(compared.map(({ week, ratio }) => ratio - growth * week)), error);
  return Array.from({ length: WEEKS }, (_, week) => Math.exp(growth * (week + 1) + (week === 0 ? 0 : step)));
}

/** The days whose hours stand for those of a day: the same weekday, or all of the working days or weekend of a new property. */
function samplesFor(calendar: Calendar, day: number, back: number, count: number): number[] {
  const days: number[] = [];
  if (count >= 3 * WEEK) {
    for (let sample = day - back; sample >= day - count; sample -= WEEK) days.push(sample);
    return days;
  }
  const weekend = (each: number) => new Date(`${calendar.dates[each]!}T00:00:00Z`).getUTCDay() % 6 === 0;
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

/** The hours of a day at the level of today: each by itself, and the mean of it and those beside it. */
interface Row {
  own: Float64Array;
  around: Float64Array;
}

function rowFor({ byClock }: Hourly, day: number, scale: number): Row {
  const own = new Float64Array(HOURS);
  const around = new Float64Array(HOURS);
  for (let hour = 0; hour < HOURS; hour++) {
    own[hour] = byClock[day * HOURS + hour]! * scale;
    let [sum, there] = [0, 0];
    for (let near = Math.max(0, hour - 1); near <= Math.min(HOURS - 1, hour + 1); near++) {
      const beside = byClock[day * HOURS + near]!;
      if (Number.isNaN(beside)) continue;
      sum += beside;
      there++;
    }
    around[hour] = (sum * scale) / there;
  }
  return { own, around };
}

/** What the hours of the clock count on some days; their spread, which costs two medians each, where it is asked for. */
function typicalHours(rows: readonly Row[], spread: boolean): Typical[] {
  const found: Typical[] = [];
  for (let hour = 0; hour < HOURS; hour++) {
    const own: number[] = [];
    const around: number[] = [];
    for (const row of rows) {
      if (Number.isNaN(row.own[hour]!)) continue;
      own.push(row.own[hour]!);
      around.push(row.around[hour]!);
    }
    if (own.length === 0) {
      found.push({ mean: LEAST_HOUR, ownVariance: 0 });
      continue;
    }
    const pooled = trimmedMean(around);
    const trust = Math.min(1, pooled / FEW);
    const mean = Math.max(LEAST_HOUR, trust * median(own) + (1 - trust) * pooled);
    found.push({ mean, ownVariance: spread ? varianceOf(own) : 0 });
  }
  return found;
}

/** Variance over mean by days, without those that are least like the others: `mean` is that of one time. */
function dispersionOf(squares: Float64Array, means: Float64Array, counted: Float64Array, grain: Grain) {
  const told: number[] = [];
  for (let day = 0; day < counted.length; day++) if (counted[day]! > 0) told.push(day);
  told.sort((a, b) => squares[a]! / means[a]! - squares[b]! / means[b]!);
  let [square, mean, times] = [0, 0, 0];
  for (let rank = 0; rank < told.length - Math.ceil(told.length * LEFT_OUT[grain]); rank++) {
    square += squares[told[rank]!]!;
    mean += means[told[rank]!]!;
    times += counted[told[rank]!]!;
  }
  return mean === 0 ? { ratio: 1, mean: 1 } : { ratio: (MADE_UP[grain] * square) / mean, mean: mean / times };
}

/** How much wider the next count lies than the baseline around its own median of `n` (variance of a median: π/2n). */
const widened = (n: number): number => (n / Math.max(1, n - 1)) * (1 + Math.PI / 2 / n);

/** Sums of the baseline up to each hour: what was fitted, and what was counted beyond it; and the day of each hour. */
interface Sums {
  fit: Float64Array;
  apart: Float64Array;
  day: Int32Array;
  days: number;
}

/** The noise of sums over a run of hours: by the line through quiet and busy times, variance/mean = dispersion + excess · mean. */
function runNoise({ fit, apart, day, days }: Sums, run: number, n: number, clump: number): CountNoise {
  const hours = day.length;
  const middle = (fit[hours]! / hours) * run;
  const table = Array.from({ length: 6 }, () => new Float64Array(days));
  const [squares, means, counted] = [table.slice(0, 2), table.slice(2, 4), table.slice(4, 6)];
  for (let end = run; end <= hours; end++) {
    const mean = fit[end]! - fit[end - run]!;
    const half = mean > middle ? 1 : 0;
    const at = day[end - 1]!;
    squares[half]![at]! += (apart[end]! - apart[end - run]!) ** 2;
    means[half]![at]! += mean;
    counted[half]![at]! += 1;
  }
  const low = dispersionOf(squares[0]!, means[0]!, counted[0]!, "hour");
  const high = dispersionOf(squares[1]!, means[1]!, counted[1]!, "hour");
  const slope = Math.max(0, (high.ratio - low.ratio) / Math.max(0.1, high.mean - low.mean));
  const dispersion = Math.max(1, low.ratio - slope * low.mean);
  const excess = Math.max(LEAST_EXCESS, (Math.max(low.ratio, high.ratio) - dispersion) / high.mean);
  return { dispersion: Math.max(clump, dispersion * widened(n)), excess: excess * widened(n) };
}

/** Runs whose noise is estimated; that of the lengths between lies on the line between. */
const MEASURED_RUNS = [1, 3, 6, 12] as const;

function noiseByRun(sums: Sums, n: number, clump: number): CountNoise[] {
  const measured = MEASURED_RUNS.map((run) => runNoise(sums, run, n, clump));
  return Array.from({ length: LONGEST_RUN }, (_, at) => {
    const above = MEASURED_RUNS.findIndex((run) => run >= at + 1);
    const below = Math.max(0, above - 1);
    const [near, far] = [MEASURED_RUNS[below]!, MEASURED_RUNS[above]!];
    const part = far === near ? 0 : (at + 1 - near) / (far - near);
    const between = (key: keyof CountNoise) => (1 - part) * measured[below]![key] + part * measured[above]![key];
    return { dispersion: between("dispersion"), excess: between("excess") };
  });
}

/** Counts to expect in the hours of a day; null while there is too little before it. */
export function expectHours(
  calendar: Calendar,
  hourly: Hourly,
  day: number,
  first: number,
  clump: number,
): Expectation | null {
  const count = Math.min(WEEK * WEEKS, day - first);
  if (count < LEAST_DAYS.hour) return null;
  const level = levels(hourly.totals, day, first);
  const scale = (each: number) => level[Math.floor((day - each - 1) / WEEK)]!;
  const rows = new Map<number, Row>();
  for (let sample = day - count; sample < day; sample++) rows.set(sample, rowFor(hourly, sample, scale(sample)));
  const typical: Typical[][] = [];
  for (let back = 1; back <= WEEK; back++) {
    const days = samplesFor(calendar, day, back, count);
    typical[back % WEEK] =
      days.length < 2
        ? []
        : typicalHours(
            days.map((each) => rows.get(each)!),
            back === WEEK,
          );
  }
  const today = typical[0]!;
  if (today.length === 0) return null;
  const firstHour = calendar.firstHour[day - count]!;
  const size = calendar.firstHour[day]! - firstHour;
  const fitted = new Float64Array(size);
  const [fit, apart] = [new Float64Array(size + 1), new Float64Array(size + 1)];
  const dayOf = new Int32Array(size);
  for (let hour = 0; hour < size; hour++) {
    const sample = calendar.dayOfHour[firstHour + hour]!;
    const whole = (calendar.hourEnd[firstHour + hour]! - calendar.hourStart[firstHour + hour]!) / 3600;
    const cell = typical[(day - sample) % WEEK]![calendar.hourOfDay[firstHour + hour]!];
    const value = hourly.values[firstHour + hour]!;
    fitted[hour] = cell ? (cell.mean * whole) / scale(sample) : value;
    fit[hour + 1] = fit[hour]! + fitted[hour]!;
    apart[hour + 1] = apart[hour]! + value - fitted[hour]!;
    dayOf[hour] = sample - (day - count);
  }
  const weeks = count / WEEK;
  const samples = weeks < 3 ? Math.max(2, count / 4) : weeks;
  const sums = { fit, apart, day: dayOf, days: count };
  const noise = noiseByRun(sums, samples, clump);
  const week = typical.map((hours) => hours.reduce((sum, { mean }) => sum + mean, 0));
  const more = raised(week, hourly.totals.slice(Math.max(first, day - WEEK), day)) / HOURS;
  const hours = today.map(({ mean }) => mean + more);
  return { hours, ownVariance: today.map((hour) => hour.ownVariance), noise, weeks, fitted, firstHour };
}

/**
 * What is added to a day where the last week counts more than twice what ratios make of the weeks before it, as of a metric
 * that was nothing before: what has been so for four days is usual.
 */
function raised(expected: readonly number[], last: readonly number[]): number {
  const usual = median(expected);
  const missing = median(last) - usual;
  return missing > usual ? missing : 0;
}

/** What the own variance of an hour or day, six values' say, adds to the noise of all: a quarter of what it is more. */
export function varianceBeyond({ dispersion, excess }: CountNoise, mean: number, ownVariance: number): number {
  return Math.max(0, ownVariance - dispersion * mean - excess * mean * mean) / 4;
}

/** The count to expect of a day. */
export function expectDay(
  calendar: Calendar,
  totals: readonly number[],
  day: number,
  first: number,
  clump: number,
): DayExpectation | null {
  const count = Math.min(WEEK * WEEKS, day - first);
  if (count < LEAST_DAYS.day) return null;
  const level = levels(totals, day, first);
  const scale = (each: number) => level[Math.floor((day - each - 1) / WEEK)]!;
  const typical: Typical[] = [];
  for (let back = 1; back <= WEEK; back++) {
    const values = samplesFor(calendar, day, back, count).map((each) => totals[each]! * scale(each));
    const pooled = trimmedMean(values);
    const trust = Math.min(1, pooled / FEW);
    const mean = Math.max(LEAST_HOUR * HOURS, trust * median(values) + (1 - trust) * pooled);
    typical[back % WEEK] = { mean, ownVariance: varianceOf(values) };
  }
  const firstDay = day - count;
  const fitted = Array.from({ length: count }, (_, at) => typical[(count - at) % WEEK]!.mean / scale(firstDay + at));
  const squares = Float64Array.from(fitted, (mean, at) => (totals[firstDay + at]! - mean) ** 2);
  const once = new Float64Array(count).fill(1);
  const { ratio, mean } = dispersionOf(squares, Float64Array.from(fitted), once, "day");
  const weeks = count / WEEK;
  const wider = widened(weeks < 3 ? Math.max(2, count / 4) : weeks);
  // Days count much: what is beyond clumps is taken as excess, except where hardly anything is counted.
  const own = mean < FEW ? Math.max(clump, ratio * wider) : clump;
  const noise = { dispersion: own, excess: Math.max(LEAST_EXCESS, (ratio - own) / mean) * wider };
  const expected = typical[0]!;
  const more = raised(
    typical.map((each) => each.mean),
    totals.slice(Math.max(first, day - WEEK), day),
  );
  return { mean: expected.mean + more, ownVariance: expected.ownVariance, noise, weeks, fitted, firstDay };
}
