// Forecasts the next days of a property: Holt–Winters with a weekly season, and prediction intervals.
import { addDays } from "../time/zone";
import type { DayPoint } from "./anomaly";
import { countRange, median } from "./deviation";

export interface ForecastDay {
  date: string;
  /** The expected count: the median, not rounded. */
  expected: number;
  low80: number;
  high80: number;
  low95: number;
  high95: number;
}

export interface Forecast {
  /** `average` if counts are too low to show a season. */
  method: "holt-winters" | "average";
  /** Days of data behind it. */
  basis: number;
  days: ForecastDay[];
}

const WEEK = 7;
const LEAST_DAYS = 14;
/** Older days say nothing about the next week, and cost time. */
const MOST_DAYS = 182;
/** Below this many visitors per day, the forecast is the average of four weeks. */
const FEW = 3;
const NORMAL = { 80: 1.2816, 95: 1.96 };

/**
 * Smoothing of level, trend and season, and the damping of the trend. β and γ are those of Hyndman's error correction
 * form.
 */
interface Parameters {
  alpha: number;
  beta: number;
  gamma: number;
  phi: number;
}

interface State {
  level: number;
  trend: number;
  /** The last entry belongs to the day before the next. */
  season: number[];
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Level and season of the first two or four weeks: medians by weekday around their middle, without a trend. */
function initialState(values: readonly number[]): State {
  const weeks = Math.min(4, Math.floor(values.length / WEEK));
  const level = median(values.slice(0, weeks * WEEK));
  const season = Array.from({ length: WEEK }, (_, weekday) =>
    median(Array.from({ length: weeks }, (_week, week) => values[week * WEEK + weekday]! - level)),
  );
  const shift = mean(season);
  return { level: level + shift, trend: 0, season: season.map((each) => each - shift) };
}

/** Limits an error to two and a half deviations. A larger one is an anomaly, and the model should not learn it. */
const held = (error: number, sigma: number): number => Math.max(-2.5 * sigma, Math.min(2.5 * sigma, error));

/**
 * Runs the additive damped model in its error correction form (Holt 1957; Winters 1960; Gardner & McKenzie 1985;
 * Hyndman & Athanasopoulos, FPP3 §8.3–8.5), with limited errors as in robust Holt–Winters (Gelper, Fried & Croux 2010).
 */
function smooth(values: readonly number[], parameters: Parameters, sigma: number): { state: State; errors: number[] } {
  const { alpha, beta, gamma, phi } = parameters;
  const state = initialState(values);
  const errors: number[] = [];
  for (const value of values) {
    const season = state.season.shift()!;
    const before = state.level + phi * state.trend;
    const error = value - before - season;
    const believed = held(error, sigma);
    errors.push(error);
    state.level = before + alpha * believed;
    state.trend = phi * state.trend + beta * believed;
    state.season.push(season + gamma * believed);
  }
  return { state, errors };
}

/**
 * Sum of squared one-step errors after the first week, which the initial state already includes. Errors of anomalies
 * are limited.
 */
const lossOf = (errors: readonly number[], sigma: number): number =>
  errors.slice(WEEK).reduce((sum, error) => sum + held(error, sigma) ** 2, 0);

/** Searches a grid of common values, then neighbours of the best in ever smaller steps. At most 36 + 5 · 6 runs. */
function bestFor(values: readonly number[], sigma: number): Parameters {
  // Fewer than eight weeks do not show how a season changes. Parameters fitted to them would follow the noise.
  const long = values.length >= 8 * WEEK;
  const tried = (parameters: Parameters) => ({
    parameters,
    loss: lossOf(smooth(values, parameters, sigma).errors, sigma),
  });
  let best = tried({ alpha: 0.1, beta: 0, gamma: 0.05, phi: 0.9 });
  const consider = (parameters: Parameters) => {
    const next = tried(parameters);
    if (next.loss < best.loss * 0.999) best = next;
  };
  for (const alpha of [0.02, 0.05, 0.1, 0.2, 0.35, 0.5])
    for (const gamma of long ? [0.01, 0.05, 0.15] : [0])
      for (const slope of long ? [0, 0.1] : [0]) consider({ alpha, gamma, beta: alpha * slope, phi: 0.95 });
  for (let step = 0.5; step > 0.02; step /= 2) {
    const { alpha, beta, gamma, phi } = best.parameters;
    for (const factor of [1 / (1 + step), 1 + step]) {
      // The bounds are those of FPP3 §8.6: 0 < α < 1, β < α, γ < 1 − α.
      const nextAlpha = Math.min(0.9, alpha * factor);
      consider({ alpha: nextAlpha, beta: Math.min(beta, nextAlpha), gamma: Math.min(gamma, 1 - nextAlpha), phi });
      consider({ alpha, beta: Math.min(alpha, beta * factor), gamma, phi });
      consider({ alpha, beta, gamma: Math.min(1 - alpha, gamma * factor), phi });
    }
  }
  return best.parameters;
}

/** Standard deviation of the differences from a week before, over √2: the scale of the noise before a model exists. */
function firstSigma(values: readonly number[]): number {
  const apart = values.slice(WEEK).map((value, at) => Math.abs(value - values[at]!));
  return Math.max(1e-6, (1.4826 * median(apart)) / Math.SQRT2);
}

/**
 * Variance of each step ahead relative to the first (Hyndman et al. 2008, §6.4, class 1: 1 + Σ cⱼ², cⱼ = α + β(φ + … +
 * φʲ), and γ after each whole week).
 */
function widening({ alpha, beta, gamma, phi }: Parameters, steps: number): number[] {
  const found: number[] = [];
  let [sum, damped] = [1, 0];
  for (let step = 1; step <= steps; step++) {
    found.push(sum);
    damped += phi ** step;
    sum += (alpha + beta * damped + (step % WEEK === 0 ? gamma : 0)) ** 2;
  }
  return found;
}

/**
 * Quantile of Student's t from the normal's (Cornish–Fisher, Abramowitz & Stegun 26.7.5): a few errors say little about
 * their spread.
 */
const student = (normal: number, freedom: number): number =>
  normal +
  (normal ** 3 + normal) / (4 * freedom) +
  (5 * normal ** 5 + 16 * normal ** 3 + 3 * normal) / (96 * freedom ** 2);

/**
 * Transforms counts to a scale with uniform noise and an additive season: square roots for low counts, logarithms for
 * high ones.
 */
const ROOTS = {
  to: (count: number) => Math.sqrt(count + 0.375),
  from: (value: number) => Math.max(0, value) ** 2 - 0.375,
};
const LOGARITHMS = { to: Math.log1p, from: Math.expm1 };

function average(values: readonly number[], dates: readonly string[]): ForecastDay[] {
  const recent = values.slice(-4 * WEEK);
  const expected = mean(recent);
  const variance = recent.reduce((sum, value) => sum + (value - expected) ** 2, 0) / (recent.length - 1);
  const noise = { dispersion: Math.max(1, expected > 0 ? variance / expected : 1), excess: 0 };
  const [near, far] = [countRange(expected, noise, NORMAL[80]), countRange(expected, noise, NORMAL[95])];
  const ranges = { low80: near.low, high80: near.high, low95: far.low, high95: far.high };
  return dates.map((date) => ({ date, expected, ...ranges }));
}

/**
 * Forecasts `steps` days from `next` on, from the days before it (points in any order; missing days after the first
 * count 0). Null with less than 14 days of data. The ranges cover 80 and 95 % of such days and are never negative.
 */
export function forecast(points: readonly DayPoint[], next: string, steps = WEEK): Forecast | null {
  const counts = new Map(points.filter(({ date }) => date < next).map(({ date, value }) => [date, Math.max(0, value)]));
  const first = [...counts]
    .filter(([, value]) => value > 0)
    .map(([date]) => date)
    .sort()[0];
  if (first === undefined) return null;
  const earliest = addDays(next, -MOST_DAYS);
  const values: number[] = [];
  // The first day is rarely complete.
  for (let date = first > earliest ? addDays(first, 1) : earliest; date < next; date = addDays(date, 1))
    values.push(counts.get(date) ?? 0);
  if (values.length < LEAST_DAYS) return null;
  const dates = Array.from({ length: steps }, (_, step) => addDays(next, step));
  const usual = median(values.slice(-8 * WEEK));
  if (usual < FEW) return { method: "average", basis: values.length, days: average(values, dates) };

  const scale = usual < 30 ? ROOTS : LOGARITHMS;
  const scaled = values.map(scale.to);
  const rough = firstSigma(scaled);
  const parameters = bestFor(scaled, rough);
  const { state, errors } = smooth(scaled, parameters, rough);
  const squares = errors.slice(WEEK).map((error) => held(error, rough) ** 2);
  // Three parameters and a week's season were fitted to these errors. With two or three weeks, not every error reflects
  // the whole fit.
  const freedom = Math.max(8, squares.length - 3 - WEEK);
  const sigma = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / freedom);
  const variances = widening(parameters, steps);
  let damped = 0;
  const days = dates.map((date, step) => {
    damped += parameters.phi ** (step + 1);
    const middle = state.level + damped * state.trend + state.season[step % WEEK]!;
    const wide = sigma * Math.sqrt(variances[step]!);
    const at = (deviations: number) => Math.max(0, scale.from(middle + deviations * wide));
    const [near, far] = [student(NORMAL[80], freedom), student(NORMAL[95], freedom)];
    return { date, expected: at(0), low80: at(-near), high80: at(near), low95: at(-far), high95: at(far) };
  });
  return { method: "holt-winters", basis: values.length, days };
}
