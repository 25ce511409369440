// The periods of the picker: the name, the shortcut key and the query of each. Pure.
import { words } from "../words/frame";
import { addDays, daysIn, isDate, monthEnd, monthStart } from "./calendar";

export type Interval = "hour" | "day" | "week" | "month";

interface PeriodDefinition {
  label: string;
  key: string;
  /** Bucket of the chart; null lets the API choose. */
  interval: Interval | null;
}

/** In the order of the picker. Without `24h`, because rollups by dimension have whole days only. */
export const PERIODS = {
  day: { label: words.periods.day, key: "d", interval: "hour" },
  yesterday: { label: words.periods.yesterday, key: "e", interval: "hour" },
  "7d": { label: words.periods["7d"], key: "w", interval: "day" },
  "28d": { label: words.periods["28d"], key: "f", interval: "day" },
  "30d": { label: words.periods["30d"], key: "t", interval: "day" },
  "91d": { label: words.periods["91d"], key: "n", interval: "day" },
  month: { label: words.periods.month, key: "m", interval: "day" },
  last_month: { label: words.periods.last_month, key: "p", interval: "day" },
  "6mo": { label: words.periods["6mo"], key: "s", interval: "week" },
  "12mo": { label: words.periods["12mo"], key: "l", interval: "month" },
  year: { label: words.periods.year, key: "y", interval: "month" },
  all: { label: words.periods.all, key: "a", interval: null },
} as const satisfies Record<string, PeriodDefinition>;

export type PeriodName = keyof typeof PERIODS;
export const PERIOD_NAMES = Object.keys(PERIODS) as PeriodName[];

/** Groups of the picker, with a line between them. */
export const PERIOD_GROUPS: readonly (readonly PeriodName[])[] = [
  ["day", "yesterday"],
  ["7d", "28d", "30d", "91d"],
  ["month", "last_month"],
  ["6mo", "12mo", "year"],
  ["all"],
];

export type Period = { name: PeriodName } | { name: "custom"; from: string; to: string };

/** The values of `date_range` in a query. */
export type DateRange = string | [string, string];

/**
 * In the API's dialect, `7d` … `12mo` end yesterday or last month. On the screen they end today, because people want to
 * see the latest data.
 */
export function toDateRange(period: Period, today: string): DateRange {
  switch (period.name) {
    case "custom":
      return [period.from, period.to];
    case "yesterday":
      return [addDays(today, -1), addDays(today, -1)];
    case "7d":
    case "28d":
    case "30d":
    case "91d":
      return [addDays(today, 1 - Number.parseInt(period.name, 10)), today];
    case "last_month":
      return [monthStart(today, -1), monthEnd(monthStart(today, -1))];
    case "6mo":
    case "12mo":
      return [monthStart(today, 1 - Number.parseInt(period.name, 10)), monthEnd(today)];
    default:
      return period.name;
  }
}

/**
 * The local days of a period, both included, for requests by days; only the last `most` days of a longer period. `all`
 * has no first day here and is cut as well.
 */
export function daysOf(period: Period, today: string, most: number): { from: string; to: string } {
  const range = toDateRange(period, today);
  const [from, to] =
    typeof range !== "string"
      ? range
      : range === "day"
        ? [today, today]
        : range === "month"
          ? [monthStart(today), today]
          : range === "year"
            ? [`${today.slice(0, 4)}-01-01`, today]
            : [addDays(today, 1 - most), today];
  return { from: daysIn(from, to) > most ? addDays(to, 1 - most) : from, to };
}

/** The bucket for a readable line of at most about a hundred points. Null lets the API choose. */
export function intervalFor(period: Period): Interval | null {
  if (period.name !== "custom") return PERIODS[period.name].interval;
  const days = daysIn(period.from, period.to);
  if (days <= 2) return "hour";
  if (days <= 100) return "day";
  return days <= 400 ? "week" : "month";
}

/** True while new events may belong to the period. */
export function isRunning(period: Period, today: string): boolean {
  if (period.name === "custom") return period.to >= today;
  return period.name !== "yesterday" && period.name !== "last_month";
}

/** A custom period with its ends in order; null if either is not a date. */
export function toCustom(from: string | undefined, to: string | undefined): Period | null {
  if (!isDate(from) || !isDate(to)) return null;
  return from <= to ? { name: "custom", from, to } : { name: "custom", from: to, to: from };
}
