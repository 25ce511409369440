// Web vitals for people: names, the bands of web.dev, and the position of a value on the scale. Pure.
import type { Vital } from "../../../../workers/domain/counts/insight";
import { NOTHING } from "../../data/format";
import { words } from "../../words/vitals";

interface VitalAbout {
  label: string;
  hint: string;
  /** Values up to this are good. */
  good: number;
  /**
   * Values up to this need improvement, above it they are poor.
   * https://web.dev/articles/defining-core-web-vitals-thresholds
   */
  poor: number;
}

export const VITAL_ABOUT = {
  LCP: { ...words.vitals.LCP, good: 2500, poor: 4000 },
  INP: { ...words.vitals.INP, good: 200, poor: 500 },
  CLS: { ...words.vitals.CLS, good: 0.1, poor: 0.25 },
  FCP: { ...words.vitals.FCP, good: 1800, poor: 3000 },
  TTFB: { ...words.vitals.TTFB, good: 800, poor: 1800 },
} as const satisfies Record<Vital, VitalAbout>;

export const BANDS = words.bands;
export type Band = keyof typeof BANDS;

export function bandOf(metric: Vital, value: number): Band {
  const { good, poor } = VITAL_ABOUT[metric];
  if (value <= good) return "good";
  return value <= poor ? "needs" : "poor";
}

/** As few digits as possible, but enough that the number does not appear to be in another band. */
function toDigits(metric: Vital, value: number, unit: number, digits: number): string {
  const text = (value / unit).toFixed(digits);
  return bandOf(metric, Number(text) * unit) === bandOf(metric, value) ? text : (value / unit).toFixed(digits + 1);
}

/** 340 ms, 2.4 s; layout shift has no unit. */
export function formatVital(metric: Vital, value: number | null): string {
  if (value === null) return NOTHING;
  if (metric === "CLS") return value > 0 && value < 0.01 ? value.toFixed(3) : toDigits(metric, value, 1, 2);
  return value < 1000 ? words.milliseconds(Math.round(value)) : words.seconds(toDigits(metric, value, 1000, 1));
}

/**
 * The position of a value on a scale with three bands of equal length, in percent from the left. The poor band ends at
 * twice its beginning; larger values are at the end.
 */
export function placeOf(metric: Vital, value: number): number {
  const { good, poor } = VITAL_ABOUT[metric];
  const third = 100 / 3;
  if (value <= good) return (value / good) * third;
  if (value <= poor) return third + ((value - good) / (poor - good)) * third;
  return 2 * third + Math.min((value - poor) / poor, 1) * third;
}
