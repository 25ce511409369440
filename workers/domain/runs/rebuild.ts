// Rebuilds and checks: the days that an owner requests or that are selected at random.
import { z } from "zod";
import { type Difference, toText } from "../counts/difference";
import type { Retention } from "../lake/retention";
import { Problem } from "../requests/problem";
import { daysBetween, isDate } from "../time/calendar";
import { addDays } from "../time/zone";
import { hash64 } from "../visits/seen";
import type { RunReport } from "./run";

/** A day is one step, and a Workflow has at most 1,024. */
export const MOST_REBUILD_DAYS = 92;

const date = (name: string) => z.string().refine(isDate, `${name} must be a date such as 2026-11-22`);
export const rebuildInput = z.strictObject({
  from: date("from"),
  to: date("to"),
  check: z.boolean().default(false),
  /** Only the tables of the analysis zone are made anew. */
  dataset: z.literal("analysis", 'dataset must be "analysis" or left out').optional(),
});

/**
 * The first local day with complete record and counts; null without a limit. A recount of an older day would find
 * nothing and remove its counts.
 */
export function firstKeptDay({ events_days, rollups_days }: Retention, today: string): string | null {
  const kept = [events_days, rollups_days].filter((days) => days !== null);
  return kept.length > 0 ? addDays(today, 1 - Math.min(...kept)) : null;
}

/** @throws Problem invalid if the days cannot be rebuilt. */
export function requireDays(from: string, to: string, today: string, firstKept: string | null): void {
  if (from > to) throw new Problem("invalid", "from must not be after to");
  if (daysBetween(from, to) >= MOST_REBUILD_DAYS)
    throw new Problem("invalid", `period must have at most ${MOST_REBUILD_DAYS} days, from and to included`);
  if (to > today) throw new Problem("invalid", `to must not be after today, which is ${today}`);
  if (firstKept !== null && from < firstKept)
    throw new Problem("invalid", `from must not be before ${firstKept}: older data has been deleted`);
}

/** All days of a period. */
export const daysOf = (from: string, to: string): string[] =>
  Array.from({ length: daysBetween(from, to) + 1 }, (_, i) => addDays(from, i));

/** A pseudo-random number from 0 to below `below` that is the same for the same text. */
export const pickFor = (text: string, below: number): number => hash64(text)[1] % below;

const MOST_CHARS = 4_000;

/** The result of a rebuild or check, for the run log. */
export function toRunReport(
  siteId: string,
  days: readonly { day: string; differences: number; examples: readonly Difference[]; files: number; rows: number }[],
  mostExamples: number,
): RunReport {
  const sum = (of: (one: (typeof days)[number]) => number) => days.reduce((total, one) => total + of(one), 0);
  const examples = days.flatMap(({ examples }) => examples).slice(0, mostExamples);
  return {
    site_id: siteId,
    from: days[0]?.day ?? null,
    to: days.at(-1)?.day ?? null,
    days: days.length,
    files: sum(({ files }) => files),
    rows: sum(({ rows }) => rows),
    differences: sum(({ differences }) => differences),
    examples: examples.length > 0 ? examples.map(toText).join("; ").slice(0, MOST_CHARS) : null,
  };
}
