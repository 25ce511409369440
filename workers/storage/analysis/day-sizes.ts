// How large local days are, from the list of objects: known before anything is read.
import { partsFor } from "../../domain/analysis/zone/parts";
import { daysBetween } from "../../domain/time/calendar";
import { addDays } from "../../domain/time/zone";
import { closedDays, type ListedTable } from "./day-list";

/** Local dates, both included. */
export interface Dates {
  from: string;
  to: string;
}

export interface DaySizes {
  /** About how many events each day has: of an object with more days, its share. */
  events: ReadonlyMap<string, number>;
  /** Parts of the closed days that have more than one. */
  parts: ReadonlyMap<string, number>;
}

const OF_DAYS = `site_id = ?1 AND EXISTS
  (SELECT 1 FROM json_each(?2) WHERE min_date <= value ->> 'to' AND max_date >= value ->> 'from')`;
const SPANS = `SELECT min_date, max_date, sum(rows) AS rows FROM lake_files
  WHERE zone IN ('raw', 'events') AND ${OF_DAYS} GROUP BY min_date, max_date`;
const TABLES = `SELECT zone, key, min_date FROM lake_files
  WHERE zone IN ('visits', 'actions') AND key LIKE '%-of-%' AND ${OF_DAYS}`;

interface Span {
  min_date: string;
  max_date: string;
  rows: number;
}

function eventsByDay(spans: readonly Span[]): Map<string, number> {
  const events = new Map<string, number>();
  const [first = ""] = spans.map(({ min_date }) => min_date).sort();
  // An object's share begins on one day and ends after another.
  const changes = new Map<number, number>();
  const change = (at: number, by: number) => changes.set(at, (changes.get(at) ?? 0) + by);
  let days = 0;
  for (const { min_date, max_date, rows } of spans) {
    const [from, after] = [daysBetween(first, min_date), daysBetween(first, max_date) + 1];
    change(from, rows / (after - from));
    change(after, -rows / (after - from));
    days = Math.max(days, after);
  }
  let share = 0;
  for (let day = 0; day < days; day++) {
    share += changes.get(day) ?? 0;
    // What is left of rounding is no event.
    if (share > 1e-6) events.set(addDays(first, day), share);
  }
  return events;
}

/** Reads the sizes of the days in some ranges. */
export async function readDaySizes(db: D1Database, siteId: string, ranges: readonly Dates[]): Promise<DaySizes> {
  const values = [siteId, JSON.stringify(ranges)];
  const [spans, tables] = await db.batch([db.prepare(SPANS).bind(...values), db.prepare(TABLES).bind(...values)]);
  return { events: eventsByDay(spans!.results as Span[]), parts: closedDays(tables!.results as ListedTable[]) };
}

/** About how many events some dates have. */
export function eventsAbout({ events }: DaySizes, { from, to }: Dates): number {
  let sum = 0;
  for (const [day, share] of events) if (day >= from && day <= to) sum += share;
  return Math.round(sum);
}

/** How many parts the largest of some days has, or would have if it were closed. */
export function mostPartsIn({ events, parts }: DaySizes, { from, to }: Dates, size: number): number {
  let most = 1;
  for (const [day, share] of events)
    if (day >= from && day <= to) most = Math.max(most, parts.get(day) ?? partsFor(Math.round(share), size));
  return most;
}
