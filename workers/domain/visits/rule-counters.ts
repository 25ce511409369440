// Counters of rules and goals: how often each matched since it was made, and when last. Sums and latest times, so that what
// several hubs counted can be put together. Those of rules equal the rollups by `event:rule`, for which see `hasRow`, less
// what was imported: an import is a hub of its own, and its events are no news.
import { dimensionFor, hasRow } from "../events/catalog";
import type { Event } from "../events/event";

/** By id: matches, and the time (ms) of the latest one. */
export type RuleCounters = Map<string, { clicks: number; last: number }>;
/** The same as plain data. */
export type RuleCounts = { id: string; clicks: number; last: number }[];

/** Rules may come and go for years. Far more than a property may have at once: only rules that are gone are forgotten. */
const MOST_COUNTERS = 5_000;

const RULE = dimensionFor("event:rule")!;

export function noteRule(
  counters: RuleCounters,
  { rule, event_type, event_time }: Pick<Event, "rule" | "event_type" | "event_time">,
): void {
  if (rule !== null && hasRow(RULE, { rule, event_type })) addMatches(counters, rule, 1, event_time);
}

export function addMatches(counters: RuleCounters, id: string, clicks: number, last: number): void {
  const known = counters.get(id);
  if (!known) counters.set(id, { clicks, last });
  else {
    known.clicks += clicks;
    known.last = Math.max(known.last, last);
  }
}

export const toCounts = (counters: RuleCounters): RuleCounts =>
  [...counters].map(([id, { clicks, last }]) => ({ id, clicks, last }));

export const fromCounts = (counts: RuleCounts): RuleCounters =>
  new Map(counts.map(({ id, clicks, last }) => [id, { clicks, last }]));

/** Forgets those that matched longest ago, when there are too many. */
export function pruneCounters(counters: RuleCounters): void {
  const surplus = counters.size - MOST_COUNTERS;
  if (surplus <= 0) return;
  const oldest = [...counters].sort(([, a], [, b]) => a.last - b.last).slice(0, surplus);
  for (const [id] of oldest) counters.delete(id);
}

/** The counts of all hubs of a property, sorted by id, so that equal counts give equal lists. */
export function mergeCounts(parts: readonly RuleCounts[]): { id: string; clicks: number; last_click_at: string }[] {
  const sum: RuleCounters = new Map();
  for (const { id, clicks, last } of parts.flat()) addMatches(sum, id, clicks, last);
  return [...sum]
    .map(([id, { clicks, last }]) => ({ id, clicks, last_click_at: new Date(last).toISOString() }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
