// Compares the tables of a closed day with the lake: both are read at one moment, so nothing that happens meanwhile counts as
// a difference.
import { toDay } from "../../domain/analysis/day";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../domain/analysis/tables";
import { tableFromParquet } from "../../domain/lake/table-parquet";
import { takeDaySnapshot } from "../../storage/analysis/day-list";
import { MOST_OPEN } from "../../storage/analysis/frames";
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

/** @returns rows that differ; null where the day has no tables that could be compared. */
export async function checkTables({ DB, LAKE }: LakeEnv, siteId: string, day: string): Promise<number | null> {
  const snapshot = await takeDaySnapshot(DB, siteId, day, day);
  const keyOf = (zone: string) => snapshot.tables.find((table) => table.zone === zone)?.key;
  const [visitsKey, actionsKey] = [keyOf("visits"), keyOf("actions")];
  if (visitsKey === undefined || actionsKey === undefined || rowsIn(snapshot, [day]) > MOST_OPEN) return null;
  if ((await openDaysIn(LAKE, snapshot, day, day)).length > 0) return null;
  const made = toDay(day, (await eventsOfDays(LAKE, snapshot, [day])).events);
  const visits = await tableFromParquet<object>(VISIT_COLUMNS as never, await readObject(LAKE, visitsKey));
  const actions = await tableFromParquet<object>(ACTION_COLUMNS as never, await readObject(LAKE, actionsKey));
  return differences(made.visits, visits) + differences(made.actions, actions);
}
