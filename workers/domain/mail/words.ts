// The formats of wording/ in the language of mail. Times are on the property's clock.
import type { MetricName } from "../events/catalog";
import * as change from "../wording/change";
import * as date from "../wording/date";
import * as duration from "../wording/duration";
import * as metric from "../wording/metric";
import * as number from "../wording/number";

/** The locale of every mail: its sentences are English. */
export const LOCALE = "en-GB";

export const formatCount = (value: number): string => number.formatCount(value, LOCALE);
export const counted = (value: number, one: string, many?: string): string => number.counted(value, LOCALE, one, many);
export const formatDuration = (seconds: number): string => duration.formatDuration(seconds, LOCALE);
export const formatMetric = (name: MetricName, value: number | null): string =>
  metric.formatMetric(name, value, LOCALE, true);
export const toChange = (name: MetricName, now: number | null, before: number | null): change.Change | null =>
  change.toChange(name, now, before, LOCALE, true);
export const longDate = (day: string): string => date.longDate(day, LOCALE);
export const weekday = (day: string): string => date.weekday(day, LOCALE);
export const formatRange = (from: string, to: string): string => date.formatRange(from, to, LOCALE);
export const formatTime = (instant: number, timezone: string): string => date.formatTime(instant, timezone, LOCALE);
