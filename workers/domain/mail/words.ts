// Numbers, times and names as a person reads them in a mail. English, as the dashboard is. Times are the property's own.
import { METRICS, type MetricName } from "../events/catalog";
import type { RunKind } from "../runs/run";

const LOCALE = "en-GB";
const NOTHING = "–";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });

export const formatCount = (value: number): string => whole.format(value);

/** `1 row`, `3,400 rows`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${formatCount(value)} ${value === 1 ? one : many}`;

/** 8s, 2m 05s, 1h 12m. */
export function formatDuration(seconds: number): string {
  const total = Math.round(seconds);
  if (total < 60) return `${total}s`;
  const minutes = Math.floor(total / 60);
  if (minutes < 60) return `${minutes}m ${String(total % 60).padStart(2, "0")}s`;
  return `${formatCount(Math.floor(minutes / 60))}h ${String(minutes % 60).padStart(2, "0")}m`;
}

export function formatMetric(name: MetricName, value: number | null): string {
  if (value === null) return NOTHING;
  switch (METRICS[name].unit) {
    case "count":
      return formatCount(value);
    case "percent":
      return `${whole.format(value)}%`;
    case "seconds":
      return formatDuration(value);
    case "ratio":
      return value.toFixed(2);
  }
}

export interface Change {
  /** `+12%`, `−3 points`, `no change`. */
  text: string;
  better: boolean | null;
}

/** Rates move by points, since a percent of a percent misleads; the rest by percent. Null where nothing was before. */
export function toChange(name: MetricName, value: number | null, before: number | null): Change | null {
  if (value === null || before === null) return null;
  const metric: (typeof METRICS)[MetricName] & { lowerIsBetter?: true } = METRICS[name];
  const isRate = metric.unit === "percent";
  if (!isRate && before === 0) return null;
  const moved = Math.round(isRate ? value - before : ((value - before) / before) * 100);
  if (moved === 0) return { text: "no change", better: null };
  const size = whole.format(Math.abs(moved));
  return {
    text: `${moved > 0 ? "+" : "−"}${size}${isRate ? (size === "1" ? " point" : " points") : "%"}`,
    better: moved > 0 !== (metric.lowerIsBetter ?? false),
  };
}

/** A date (`YYYY-MM-DD`) is local already: read as UTC, so that no zone moves it. */
export const formatDate = (date: string, options: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat(LOCALE, { ...options, timeZone: "UTC" }).format(new Date(`${date}T12:00:00Z`));

const DAY = { day: "numeric", month: "short" } as const;
export const shortDate = (date: string): string => formatDate(date, DAY);
export const longDate = (date: string): string => formatDate(date, { ...DAY, year: "numeric" });
export const weekday = (date: string): string => formatDate(date, { ...DAY, weekday: "short" });

/** `24 Nov 2026, 12:00` */
export const formatTime = (instant: number, timezone: string): string =>
  new Intl.DateTimeFormat(LOCALE, {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: timezone,
  }).format(new Date(instant));

export const RUN_NAMES: Record<RunKind, string> = {
  run: "Pipeline run",
  compaction: "Compaction",
  retention: "Retention",
  erasure: "Erasure",
  rebuild: "Rebuild",
  check: "Check of the rollups",
  alerts: "Search for anomalies",
  reports: "Writing of reports",
  replay: "Replay of dead letters",
};
