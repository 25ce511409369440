// Closing a local day of the analysis zone: its tables are made from the lake, written, and listed if nothing has changed
// meanwhile. Done again it writes other objects and lists those instead.
import { toDay } from "../../domain/analysis/day";
import { ACTION_COLUMNS, type DayTables, VISIT_COLUMNS } from "../../domain/analysis/tables";
import { dayKey } from "../../domain/lake/keys";
import type { NewObject } from "../../domain/lake/object";
import { tableToParquet } from "../../domain/lake/table-parquet";
import { closeDay, type DaySnapshot, takeDaySnapshot } from "../../storage/analysis/day-list";
import { MOST_OPEN } from "../../storage/analysis/frames";
import { eventsOfDays, rowsIn } from "../../storage/analysis/open-days";
import { announceObjects } from "../../storage/lake/garbage";
import { createObject } from "../../storage/lake/objects";
import type { LakeEnv } from "../merge-unit";

export type Closed =
  | { outcome: "closed"; visits: number; actions: number }
  /** Objects with events of it have not been through the pipeline yet, or something changed meanwhile. */
  | { outcome: "waits" }
  | { outcome: "too large"; rows: number };

const isWaiting = ({ events, processed }: DaySnapshot, day: string): boolean =>
  events.some(
    ({ zone, id, min_date, max_date }) => zone === "raw" && id > processed && min_date <= day && max_date >= day,
  );

async function writeTables(
  { DB, LAKE }: LakeEnv,
  siteId: string,
  day: string,
  { visits, actions }: DayTables,
  now: number,
): Promise<NewObject[]> {
  const mark = crypto.randomUUID().slice(0, 8);
  const times = actions.map(({ event_time }) => event_time);
  const about = {
    min_time: times.reduce((least, time) => Math.min(least, time), now),
    max_time: times.reduce((most, time) => Math.max(most, time), 0),
    min_date: day,
    max_date: day,
  };
  const keys = { visits: dayKey("visits", day, siteId, mark), actions: dayKey("actions", day, siteId, mark) };
  await announceObjects(DB, siteId, Object.values(keys), now);
  const write = async (zone: "visits" | "actions", rows: number, body: ArrayBuffer): Promise<NewObject> => ({
    ...about,
    zone,
    key: keys[zone],
    rows,
    bytes: await createObject(LAKE, keys[zone], body),
  });
  return [
    await write("visits", visits.length, tableToParquet(VISIT_COLUMNS, visits)),
    await write("actions", actions.length, tableToParquet(ACTION_COLUMNS, actions)),
  ];
}

/** Makes and lists the tables of a day that is over. */
export async function closeLakeDay(env: LakeEnv, siteId: string, day: string, now: number): Promise<Closed> {
  const snapshot = await takeDaySnapshot(env.DB, siteId, day, day);
  if (isWaiting(snapshot, day)) return { outcome: "waits" };
  const rows = rowsIn(snapshot, [day]);
  if (rows > MOST_OPEN) return { outcome: "too large", rows };
  const { events, sources } = await eventsOfDays(env.LAKE, snapshot, [day]);
  const tables = toDay(day, events);
  const objects = await writeTables(env, siteId, day, tables, now);
  const { processed } = snapshot;
  if (!(await closeDay(env.DB, siteId, day, objects, { sources, processed }, now))) return { outcome: "waits" };
  return { outcome: "closed", visits: tables.visits.length, actions: tables.actions.length };
}
