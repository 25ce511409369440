// Numbers, changes and dates in the viewer's English. The formats are those of the domain (wording/), which mail uses
// too.
import type { MetricName } from "../../../workers/domain/events/catalog";
import * as change from "../../../workers/domain/wording/change";
import * as date from "../../../workers/domain/wording/date";
import { DAY, DAY_OF_YEAR, formatDate, weekOf } from "../../../workers/domain/wording/date";
import * as duration from "../../../workers/domain/wording/duration";
import * as metric from "../../../workers/domain/wording/metric";
import * as number from "../../../workers/domain/wording/number";
import { addDays, monthEnd } from "./calendar";
import type { Interval, Span } from "./period";

/** The first English locale among the viewer's languages. The screens' texts are English, so the formats are too. */
export const LOCALE =
  (typeof navigator === "undefined" ? [] : navigator.languages).find((one) => one.startsWith("en")) ?? "en-GB";

export type { Change } from "../../../workers/domain/wording/change";
export { NOTHING } from "../../../workers/domain/wording/number";

export const formatCount = (value: number): string => number.formatCount(value, LOCALE);
export const formatShort = (value: number): string => number.formatShort(value, LOCALE);
export const formatShare = (part: number, of: number): string => number.formatShare(part, of, LOCALE);
export const formatDuration = (seconds: number): string => duration.formatDuration(seconds, LOCALE);
export const formatMetric = (name: MetricName, value: number | null | undefined, exact = false): string =>
  metric.formatMetric(name, value, LOCALE, exact);
export const toChange = (name: MetricName, now: number | null, before: number | null): change.Change | null =>
  change.toChange(name, now, before, LOCALE, false);
export const formatRange = (from: string, to: string): string => date.formatRange(from, to, LOCALE);

/** Two times of a custom period, the second excluded: "22 Nov 2026, 10:00–13:00". */
export function formatTimes({ from, to }: Span): string {
  const [start, end] = [from, to].map((text) => text.slice(0, 16).replace("T", " ")) as [string, string];
  const hour = (text: string): string => date.formatDate(text, HOUR, LOCALE);
  const full = (text: string): string => date.formatDate(text, { ...DAY_OF_YEAR, ...HOUR }, LOCALE);
  const isOneDay = start.slice(0, 10) === end.slice(0, 10) || end === `${addDays(start.slice(0, 10), 1)} 00:00`;
  return isOneDay ? `${full(start)}–${hour(end)}` : `${full(start)} – ${full(end)}`;
}

/** The days or hours of a custom period. */
export const formatSpan = (span: Span): string =>
  span.from.length > 10 ? formatTimes(span) : formatRange(span.from, span.to);

const HOUR = { hour: "numeric", minute: "2-digit" } as const;

const isTwelve = new Intl.DateTimeFormat(LOCALE, { hour: "numeric" }).resolvedOptions().hour12 === true;

/** The time of day of an instant, with the date if it is another day. */
export function formatTime(instant: string, timezone: string): string {
  const [time, now] = [new Date(instant), new Date()];
  const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeZone: timezone });
  const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short", timeZone: timezone }).format(time);
  return day.format(time) === day.format(now) ? clock : `${day.format(time)}, ${clock}`;
}

/** A bucket on the axis, in the shortest form. @param ofDays true if hours belong to several days. */
export function formatTick(label: string, interval: Interval, ofDays = false): string {
  if (interval === "hour" && ofDays) return formatDate(label, { ...DAY, ...HOUR }, LOCALE);
  if (interval === "hour" || interval === "minute")
    return formatDate(label, isTwelve && label.slice(14, 16) === "00" ? { hour: "numeric" } : HOUR, LOCALE);
  if (interval === "month")
    return formatDate(label, { month: "short", year: label.slice(5, 7) === "01" ? "numeric" : undefined }, LOCALE);
  return formatDate(label, DAY, LOCALE);
}

/** A bucket in full: "Mon 16 Nov 2026", "16 Nov 2026, 14:00", "Week of 16 Nov 2026", "November 2026". */
export function formatBucket(label: string, interval: Interval): string {
  switch (interval) {
    case "minute":
    case "hour":
      return formatDate(label, { ...DAY, ...HOUR }, LOCALE);
    case "day":
      return formatDate(label, { ...DAY_OF_YEAR, weekday: "short" }, LOCALE);
    case "week":
      return weekOf(label, LOCALE);
    case "month":
      return formatDate(label, { month: "long", year: "numeric" }, LOCALE);
  }
}

const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const clockInFull = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "14:05" in the viewer's time zone. */
export const formatClock = (instant: number, seconds = false): string =>
  (seconds ? clockInFull : clock).format(instant);

const relative = new Intl.RelativeTimeFormat(LOCALE, { numeric: "auto", style: "short" });

/** "12 sec. ago", "yesterday". */
export function formatAgo(instant: number, now: number): string {
  const seconds = Math.round((instant - now) / 1000);
  if (seconds > -60) return relative.format(Math.min(seconds, 0), "second");
  if (seconds > -3600) return relative.format(Math.round(seconds / 60), "minute");
  if (seconds > -86_400) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

/** The days of a series. */
export function rangeOf(labels: readonly string[], interval: Interval, today: string): string | null {
  const first = labels[0]?.slice(0, 10);
  const last = labels.at(-1)?.slice(0, 10);
  if (!first || !last) return null;
  const end = interval === "week" ? addDays(last, 6) : interval === "month" ? monthEnd(last) : last;
  return formatRange(first, end > today && first <= today ? today : end);
}
