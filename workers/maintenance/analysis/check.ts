// Compares the tables of a closed day with the lake: both are read at one moment, so nothing that happens meanwhile counts as
// a difference.
import { toDay } from "../../domain/analysis/zone/day";
import { type Cut, MOST_OPEN } from "../../domain/analysis/zone/parts";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../domain/analysis/zone/tables";
import { partInKey } from "../../domain/lake/keys";
import { tableFromParquet } from "../../domain/lake/table-parquet";
import { closedDays, type DaySnapshot, takeDaySnapshot } from "../../storage/analysis/day-list";
import { TooManyEvents } from "../../storage/analysis/event-rows";
import { ObjectReader } from "../../storage/analysis/object-reader";
import { eventsOfDays, openDaysIn, rowsIn } from "../../storage/analysis/open-days";
import { readObject } from "../../storage/lake/reading";
import type { LakeEnv } from "../merge-unit";

/** How many of some rows have no equal among others, either way. */
function differences(some: readonly object[], others: readonly object[]): number {
  const counts = new Map<string, number>();
  const add = (row: object, by: number) => {
    // Columns in one order, whichever way the row was made.
    const text = JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)));
    counts.set(text, (counts.get(text) ?? 0) + by);
  };
  for (const row of some) add(row, 1);
  for (const row of others) add(row, -1);
  return [...counts.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}

/** How many parts of a day can be compared: none of a day without tables. */
export async function partsToCheck({ DB }: LakeEnv, siteId: string, day: string): Promise<number> {
  return closedDays((await takeDaySnapshot(DB, siteId, day, day)).tables).get(day) ?? 0;
}

async function checkPart({ LAKE }: LakeEnv, snapshot: DaySnapshot, day: string, cut: Cut): Promise<number> {
  const tables = snapshot.tables.filter(({ key }) => partInKey(key).part === cut.part);
  const keyOf = (of: string) => tables.find(({ zone }) => zone === of)!.key;
  const made = toDay(day, (await eventsOfDays(new ObjectReader(LAKE), snapshot, [day], { cut })).events, cut);
  const visits = await tableFromParquet<object>(VISIT_COLUMNS as never, await readObject(LAKE, keyOf("visits")));
  const actions = await tableFromParquet<object>(ACTION_COLUMNS as never, await readObject(LAKE, keyOf("actions")));
  return differences(made.visits, visits) + differences(made.actions, actions);
}

/** A part that does not fit into memory cannot be compared. */
function nullIfTooMany(error: unknown): null {
  if (error instanceof TooManyEvents) return null;
  throw error;
}

/**
 * Compares all parts of a day, or one: each reads the whole day.
 * @returns rows that differ; null where the day has no tables that could be compared.
 */
export async function checkTables(env: LakeEnv, siteId: string, day: string, part?: number): Promise<number | null> {
  const snapshot = await takeDaySnapshot(env.DB, siteId, day, day);
  const parts = closedDays(snapshot.tables).get(day);
  if (parts === undefined || rowsIn(snapshot, [day]) > MOST_OPEN * parts) return null;
  if ((await openDaysIn(env.LAKE, snapshot, day, day)).length > 0) return null;
  let differ = 0;
  for (const one of part === undefined ? Array(parts).keys() : [part]) {
    if (one >= parts) continue;
    const differing = await checkPart(env, snapshot, day, { part: one, parts }).catch(nullIfTooMany);
    if (differing === null) return null;
    differ += differing;
  }
  return differ;
}
