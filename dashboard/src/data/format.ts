// Numbers, changes and dates as a person reads them. The screen is English, so the formats are too. Pure.
import { METRICS, type Metric, type MetricName } from "../../../workers/domain/events/catalog";
import { addDays, monthEnd } from "./calendar";
import type { Interval } from "./period";

/** Which English: of the viewer's languages the first that is one. */
export const LOCALE =
  (typeof navigator === "undefined" ? [] : navigator.languages).find((one) => one.startsWith("en")) ?? "en-GB";

export const NOTHING = "–";

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });

export const formatCount = (value: number): string => whole.format(value);

/** 1,284 stays; from ten thousand on three digits tell enough: 12.8k. */
export const formatShort = (value: number): string =>
  value < 10_000 ? whole.format(value) : compact.format(value).toLowerCase().replace("m", "M");

/** 8s, 2m 05s, 1h 12m. */
export function formatDuration(seconds: number): string {
  const total = Math.round(seconds);
  if (total < 60) return `${total}s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes}m ${String(total % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

export function formatMetric(name: MetricName, value: number | null | undefined, exact = false): string {
  if (value === null || value === undefined) return NOTHING;
  switch (METRICS[name].unit) {
    case "count":
      return exact ? formatCount(value) : formatShort(value);
    case "percent":
      return `${whole.format(value)}%`;
    case "seconds":
      return formatDuration(value);
    case "ratio":
      return decimal.format(value);
  }
}

export const formatShare = (part: number, of: number): string => {
  if (of <= 0) return NOTHING;
  const percent = (part / of) * 100;
  return percent > 0 && percent < 0.5 ? "<1%" : `${whole.format(Math.min(percent, 100))}%`;
};

export interface Change {
  /** Sign and size: `+12%`, `−3 pts`, `0%`. */
  text: string;
  direction: "up" | "down" | "flat";
  /** Null where nothing changed: neither good nor bad. */
  better: boolean | null;
}

/**
 * How a metric moved. Rates move by points, since a percent of a percent misleads; the rest by percent.
 * @returns null where there is nothing to compare with.
 */
export function toChange(name: MetricName, now: number | null, before: number | null): Change | null {
  if (now === null || before === null) return null;
  const metric: Metric = METRICS[name];
  const isRate = metric.unit === "percent";
  if (!isRate && before === 0) return null;
  const moved = Math.round(isRate ? now - before : ((now - before) / before) * 100);
  const size = isRate
    ? `${Math.abs(moved)} ${Math.abs(moved) === 1 ? "pt" : "pts"}`
    : `${formatShort(Math.abs(moved))}%`;
  if (moved === 0) return { text: size, direction: "flat", better: null };
  return {
    text: `${moved > 0 ? "+" : "−"}${size}`,
    direction: moved > 0 ? "up" : "down",
    better: moved > 0 !== (metric.lowerIsBetter ?? false),
  };
}

const dates = new Map<string, Intl.DateTimeFormat>();
/** Labels are local already: they are read as UTC so that the viewer's zone leaves them alone. */
function formatDate(label: string, options: Intl.DateTimeFormatOptions): string {
  const key = JSON.stringify(options);
  let format = dates.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: "UTC" });
    dates.set(key, format);
  }
  // The hour that a clock change repeats carries its offset behind the 19 characters.
  return format.format(new Date(label.length > 10 ? `${label.slice(0, 19).replace(" ", "T")}Z` : `${label}T12:00:00Z`));
}

const DAY = { day: "numeric", month: "short" } as const;
const HOUR = { hour: "numeric", minute: "2-digit" } as const;

const isTwelve = new Intl.DateTimeFormat(LOCALE, { hour: "numeric" }).resolvedOptions().hour12 === true;

/** A bucket on the axis: as short as can be. */
export function formatTick(label: string, interval: Interval): string {
  if (interval === "hour")
    return formatDate(label, isTwelve && label.slice(14, 16) === "00" ? { hour: "numeric" } : HOUR);
  if (interval === "month")
    return formatDate(label, { month: "short", year: label.slice(5, 7) === "01" ? "numeric" : undefined });
  return formatDate(label, DAY);
}

/** A bucket in full: "Mon 16 Nov 2026", "16 Nov 2026, 14:00", "Week of 16 Nov 2026", "November 2026". */
export function formatBucket(label: string, interval: Interval): string {
  switch (interval) {
    case "hour":
      return formatDate(label, { ...DAY, ...HOUR });
    case "day":
      return formatDate(label, { ...DAY, weekday: "short", year: "numeric" });
    case "week":
      return `Week of ${formatDate(label, { ...DAY, year: "numeric" })}`;
    case "month":
      return formatDate(label, { month: "long", year: "numeric" });
  }
}

/** `1–28 Nov 2026`, `30 Oct – 2 Nov 2026`. */
export function formatRange(from: string, to: string): string {
  const noon = (date: string): Date => new Date(`${date}T12:00:00Z`);
  const format = new Intl.DateTimeFormat(LOCALE, { ...DAY, year: "numeric", timeZone: "UTC" });
  if (from === to) return format.format(noon(from));
  if (from.endsWith("-01") && to === monthEnd(from)) return formatDate(from, { month: "long", year: "numeric" });
  return format.formatRange(noon(from), noon(to));
}

const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit" });
const clockInFull = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "14:05" on the viewer's own clock. */
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

/** The days that a series covers. */
export function rangeOf(labels: readonly string[], interval: Interval, today: string): string | null {
  const first = labels[0]?.slice(0, 10);
  const last = labels.at(-1)?.slice(0, 10);
  if (!first || !last) return null;
  const end = interval === "week" ? addDays(last, 6) : interval === "month" ? monthEnd(last) : last;
  return formatRange(first, end > today && first <= today ? today : end);
}
