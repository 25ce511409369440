// The usual bounce rate of a property by hour of the week, with the spread that the number of visits does not explain.
import type { Calendar } from "../calendar";
import { median } from "../deviation";
import { HOURS, WEEK } from "./span";

const LEAST_DAYS = 14;
/** Weight of the property's usual rate, in visits, against one hour of the week. */
const PRIOR = 60;
/** Minimum spread between hours: 3 points at a rate of 50 %. No site's rates are more uniform. */
const LEAST_CORRELATION = 0.0036;
const MADE_UP = 1.5;

/** Bounces and visits by position of the hour or of the day. */
export interface Rates {
  hits: Float64Array;
  trials: Float64Array;
}

export interface RateExpectation {
  /** By hour of the clock; one value for a day. */
  rates: number[];
  /** Correlation of the visits of one time (beta-binomial). */
  correlation: number;
  weeks: number;
}

const sums = (values: Float64Array, from: number, to: number): number => {
  let sum = 0;
  for (let at = from; at < to; at++) sum += values[at]!;
  return sum;
};

/** The median rate of the days that have enough visits. */
function rateOfDays(days: readonly { hits: number; trials: number }[]): number | null {
  const rates = days.filter(({ trials }) => trials >= 5).map(({ hits, trials }) => hits / trials);
  return rates.length < 5 ? null : median(rates);
}

const inside = (rate: number): number => Math.min(0.98, Math.max(0.02, rate));

/**
 * Correlation by moments: variance over binomial variance is 1 + (n − 1) · correlation. Excludes the most deviant
 * tenth.
 */
function correlationOf(times: readonly { hits: number; trials: number; rate: number }[]): number {
  const ratios = times
    .filter(({ trials }) => trials >= 5)
    .map(({ hits, trials, rate }) => ({
      trials,
      ratio: (hits - trials * rate) ** 2 / (trials * rate * (1 - rate)),
    }))
    .sort((a, b) => a.ratio - b.ratio);
  const kept = ratios.slice(0, ratios.length - Math.ceil(ratios.length * 0.1));
  if (kept.length === 0) return 0.05;
  const ratio = (MADE_UP * kept.reduce((sum, time) => sum + time.ratio, 0)) / kept.length;
  const trials = kept.reduce((sum, time) => sum + time.trials, 0) / kept.length;
  return Math.max(LEAST_CORRELATION, (ratio - 1) / Math.max(1, trials - 1));
}

function usualRate(days: readonly { hits: number; trials: number }[]): number | null {
  // A rate that has lasted for most of two weeks is the usual one, whatever it was before.
  return rateOfDays(days.slice(-2 * WEEK)) ?? rateOfDays(days);
}

/** The expected rates of a day's hours; null without enough history. */
export function expectRates(calendar: Calendar, rates: Rates, day: number, first: number): RateExpectation | null {
  const count = Math.min(6 * WEEK, day - first);
  if (count < LEAST_DAYS) return null;
  const before = Array.from({ length: count }, (_, at) => day - count + at);
  const days = before.map((each) => {
    const [from, to] = [calendar.firstHour[each]!, calendar.firstHour[each + 1]!];
    return { hits: sums(rates.hits, from, to), trials: sums(rates.trials, from, to) };
  });
  const usual = usualRate(days);
  if (usual === null) return null;
  // Three hours around each hour of the clock on the same weekday, as differences from the rates of their days.
  const hours = Array.from({ length: HOURS }, (_, hour) => {
    let [apart, trials] = [0, 0];
    for (let back = WEEK; back <= count; back += WEEK) {
      const { hits, trials: ofDay } = days[count - back]!;
      const at = calendar.firstHour[day - back]! + hour;
      const [from, to] = [Math.max(calendar.firstHour[day - back]!, at - 1), Math.min(rates.hits.length, at + 2)];
      const seen = sums(rates.trials, from, to);
      if (seen === 0 || ofDay === 0) continue;
      apart += Math.max(-0.2, Math.min(0.2, sums(rates.hits, from, to) / seen - hits / ofDay)) * seen;
      trials += seen;
    }
    return inside(usual + apart / (trials + PRIOR));
  });
  // Times of three hours, because single hours with few visits say nothing about the spread of rates.
  const times: { hits: number; trials: number; rate: number }[] = [];
  for (let at = calendar.firstHour[day - count]!; at + 3 <= calendar.firstHour[day]!; at += 3)
    times.push({ hits: sums(rates.hits, at, at + 3), trials: sums(rates.trials, at, at + 3), rate: inside(usual) });
  return { rates: hours, correlation: correlationOf(times), weeks: count / WEEK };
}

/** The expected rate of a day. */
export function expectRate(rates: Rates, day: number, first: number): RateExpectation | null {
  const count = Math.min(6 * WEEK, day - first);
  if (count < LEAST_DAYS) return null;
  const days = Array.from({ length: count }, (_, at) => {
    const each = day - count + at;
    return { hits: rates.hits[each]!, trials: rates.trials[each]!, weekday: (count - at) % WEEK };
  });
  const usual = usualRate(days);
  if (usual === null) return null;
  const same = days.filter(({ weekday, trials }) => weekday === 0 && trials >= 5);
  const own = same.length < 3 ? usual : median(same.map(({ hits, trials }) => hits / trials));
  const rate = inside((own + usual) / 2);
  const correlation = correlationOf(days.map((each) => ({ ...each, rate: inside(usual) })));
  return { rates: [rate], correlation, weeks: count / WEEK };
}
