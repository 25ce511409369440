// Closing a local day of the analysis zone: its tables are made from the lake, written, and listed if nothing has changed
// meanwhile. A day with many events is written in parts, one after the other, and listed once all are there. Done again it
// writes other objects and lists those instead.
import { toDay } from "../../domain/analysis/zone/day";
import { type Cut, MOST_PARTS, PART_EVENTS, partsFor } from "../../domain/analysis/zone/parts";
import { ACTION_COLUMNS, type DayTables, VISIT_COLUMNS } from "../../domain/analysis/zone/tables";
import { dayKey } from "../../domain/lake/keys";
import type { NewObject } from "../../domain/lake/object";
import { tableToParquet } from "../../domain/lake/table-parquet";
import { closeDay, type DaySnapshot, takeDaySnapshot } from "../../storage/analysis/day-list";
import { TooManyEvents } from "../../storage/analysis/event-rows";
import { daysOfObjects } from "../../storage/analysis/object-days";
import { ObjectReader } from "../../storage/analysis/object-reader";
import { eventsOfDays, rowsIn, waitingDays } from "../../storage/analysis/open-days";
import { announceObjects } from "../../storage/lake/garbage";
import { createObject } from "../../storage/lake/objects";
import type { LakeEnv } from "../merge-unit";

/** Why a day could not be closed. */
type Refused =
  /** Objects with events of it, or of its visits, have not been through the pipeline yet, or something changed meanwhile. */
  { outcome: "waits" } | { outcome: "too large"; rows: number };

export type Closed = { outcome: "closed"; visits: number; actions: number } | Refused;

/** The written tables of a part, and what they were made from. */
interface Written {
  outcome: "written";
  objects: NewObject[];
  sources: number[];
  /** How far the pipeline had come, and the last object that was known. */
  processed: number;
  last: number;
  visits: number;
  actions: number;
}

export type WrittenPart = Written | Refused;

async function writeTables(
  { DB, LAKE }: LakeEnv,
  siteId: string,
  day: string,
  cut: Cut,
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
  const keys = { visits: dayKey("visits", day, siteId, mark, cut), actions: dayKey("actions", day, siteId, mark, cut) };
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

/** How many parts a day is closed in. */
export const partsOfDay = (snapshot: DaySnapshot, day: string, size = PART_EVENTS): number =>
  partsFor(rowsIn(snapshot, [day]), size);

/** Makes the tables of a part of a day. Nothing lists them yet. */
export async function writePart(
  env: LakeEnv,
  siteId: string,
  day: string,
  cut: Cut,
  now: number,
  given?: DaySnapshot,
): Promise<WrittenPart> {
  const snapshot = given ?? (await takeDaySnapshot(env.DB, siteId, day, day));
  if ((await waitingDays(env.LAKE, snapshot)).has(day)) return { outcome: "waits" };
  const rows = rowsIn(snapshot, [day]);
  if (cut.parts > MOST_PARTS) return { outcome: "too large", rows };
  try {
    const { events, sources } = await eventsOfDays(new ObjectReader(env.LAKE), snapshot, [day], { cut });
    const tables = toDay(day, events, cut);
    const objects = await writeTables(env, siteId, day, cut, tables, now);
    const { processed } = snapshot;
    const last = snapshot.events.reduce((most, { id }) => Math.max(most, id), 0);
    const { visits, actions } = tables;
    return { outcome: "written", objects, sources, processed, last, visits: visits.length, actions: actions.length };
  } catch (error) {
    if (error instanceof TooManyEvents) return { outcome: "too large", rows };
    throw error;
  }
}

/**
 * Lists the parts of a day together, provided that they say the same of it: the objects that they were made from are all
 * still listed, and no object that came after the first part was begun has events of the day. That the pipeline has gone
 * on meanwhile does no harm, as it may many times while a large day is written.
 */
export async function listParts(
  { DB, LAKE }: LakeEnv,
  siteId: string,
  day: string,
  written: readonly WrittenPart[],
  now: number,
): Promise<Closed> {
  const refused = written.find((part): part is Refused => part.outcome !== "written");
  if (refused) return refused;
  const parts = written as readonly Written[];
  let { processed } = parts[0]!;
  if (parts.length > 1) {
    const snapshot = await takeDaySnapshot(DB, siteId, day, day);
    const since = snapshot.events.filter(({ id }) => id > parts[0]!.last);
    if ((await daysOfObjects(LAKE, since)).has(day)) return { outcome: "waits" };
    processed = snapshot.processed;
  }
  const objects = parts.flatMap((part) => part.objects);
  const sources = [...new Set(parts.flatMap((part) => part.sources))];
  if (!(await closeDay(DB, siteId, day, objects, { sources, processed }, now))) return { outcome: "waits" };
  const sum = (of: "visits" | "actions") => parts.reduce((total, part) => total + part[of], 0);
  return { outcome: "closed", visits: sum("visits"), actions: sum("actions") };
}

/** Makes and lists the tables of a day that is over. @param size events of a part. */
export async function closeLakeDay(
  env: LakeEnv,
  siteId: string,
  day: string,
  now: number,
  size = PART_EVENTS,
): Promise<Closed> {
  const snapshot = await takeDaySnapshot(env.DB, siteId, day, day);
  const parts = partsOfDay(snapshot, day, size);
  const written: WrittenPart[] = [];
  for (let part = 0; part < parts; part++) {
    const one = await writePart(env, siteId, day, { part, parts }, now, snapshot);
    if (one.outcome !== "written") return one;
    written.push(one);
  }
  return listParts(env, siteId, day, written, now);
}
