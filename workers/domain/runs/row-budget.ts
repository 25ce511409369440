// The budget of rows that a property may write into its day counts, and what is shed beyond it. Zod-free, for the dashboard.
import type { ShedLevel } from "../counts/capped";

/** Rows that a property may write into the day counts of a UTC day, where its own history says no more. */
export const LEAST_ROWS_PER_DAY = 200_000;
/** The budget is this many times the median of the property's last days. */
export const TIMES_MEDIAN = 5;
export const MEDIAN_DAYS = 14;

/**
 * From which part of the budget on (percent) what is shed. Counts of whole days and hours never are.
 * 1: details (props, pages of events, vitals, heatmaps, pages of networks and rules) are summed.
 * 2: values that have no row yet on that day are summed.
 * 3: all values are summed.
 */
export const SHED_FROM = { 1: 60, 2: 80, 3: 100 } as const satisfies Record<Exclude<ShedLevel, 0>, number>;

/** What a property writes today, and what is shed. */
export interface RowBudget {
  /** Rows of day counts written in this UTC day, and how many may be. */
  rows: number;
  budget: number;
  /** The local day of the last 24 hours that lost most; null if none did. */
  shed: { day: string; level: ShedLevel; reason: "rows" | "storage"; since: string } | null;
}

const count = new Intl.NumberFormat("en-US");
const WHAT: Record<ShedLevel, string> = {
  0: "Nothing",
  1: "Details of events (props, pages, vitals and heatmaps)",
  2: "Details of events, and values that were new on that day,",
  3: "Values of all dimensions",
};

/** What happened, as sentences of the mail and of the banner. Nothing where nothing was shed. */
export function shedStateOf({ rows, budget, shed }: RowBudget): string {
  if (!shed) return "";
  const cause =
    shed.reason === "storage"
      ? "The database is 80% full."
      : `This property wrote ${count.format(rows)} rows of counts today, of a budget of ${count.format(budget)}.`;
  return `${cause} ${WHAT[shed.level]} of ${shed.day} are summed as “(other)” in saved counts. Every event is kept, and totals are exact.`;
}

export const shedAdviceFor = ({ shed }: RowBudget): string =>
  shed?.reason === "storage"
    ? "Shorten how long counts are kept in the settings of your properties."
    : "If this traffic is real, raise caps.rows_per_day in the property's settings. If not, check where the events come from.";
