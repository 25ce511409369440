// Reads local days from the lake as the analysis zone has them: all events of the visits that lie in them.
import type { Needed } from "../../domain/analysis/zone/day";
import { type Cut, isInPart, MOST_OPEN, WHOLE } from "../../domain/analysis/zone/parts";
import type { LakeFile } from "../../domain/lake/object";
import { daysBetween } from "../../domain/time/calendar";
import { addDays } from "../../domain/time/zone";
import { closedDays, type DaySnapshot, type ListedTable } from "./day-list";
import { lookAtRows, type Place, readRows, TooManyEvents } from "./event-rows";
import { daysOfObjects } from "./object-days";
import type { ObjectReader } from "./object-reader";

const overlaps = ({ min_date, max_date }: LakeFile, from: string, to: string): boolean =>
  max_date >= from && min_date <= to;

/** About how many events some days have: of an object with more days, their share. */
export function rowsIn({ events }: Pick<DaySnapshot, "events">, days: readonly string[]): number {
  return events.reduce((sum, { rows, min_date, max_date }) => {
    const inside = days.filter((day) => day >= min_date && day <= max_date).length;
    return sum + (inside === 0 ? 0 : Math.round((rows * inside) / (daysBetween(min_date, max_date) + 1)));
  }, 0);
}

/** Local days that objects which the pipeline has not processed have events of, or of whose visits. */
export const waitingDays = (lake: R2Bucket, { events, processed }: DaySnapshot): Promise<Set<string>> =>
  daysOfObjects(
    lake,
    events.filter(({ zone, id }) => zone === "raw" && id > processed),
  );

/**
 * Which local days from `from` to `to` (both included) are open: they have events and no tables, or an object that the
 * pipeline has not processed has events of them.
 */
export async function openDaysIn(lake: R2Bucket, snapshot: DaySnapshot, from: string, to: string): Promise<string[]> {
  const closed = closedDays(snapshot.tables);
  const open = new Set<string>();
  for (const { min_date, max_date } of snapshot.events)
    for (let day = min_date < from ? from : min_date; day <= max_date && day <= to; day = addDays(day, 1))
      if (!closed.has(day)) open.add(day);
  for (const day of await waitingDays(lake, snapshot)) open.add(day);
  const known = (day: string) => closed.has(day) || snapshot.events.some((file) => overlaps(file, day, day));
  return [...open].filter((day) => day >= from && day <= to && known(day)).sort();
}

/** Local days before `today` that have events and no tables, ascending. */
export async function openDays(db: D1Database, siteId: string, today: string): Promise<string[]> {
  const [spans, tables] = await db.batch([
    db
      .prepare(
        `SELECT DISTINCT min_date, max_date FROM lake_files
         WHERE site_id = ? AND zone IN ('raw', 'events') AND min_date < ?`,
      )
      .bind(siteId, today),
    db
      .prepare(
        "SELECT zone, key, min_date FROM lake_files WHERE site_id = ? AND zone IN ('visits', 'actions') AND min_date < ?",
      )
      .bind(siteId, today),
  ]);
  const closed = closedDays(tables!.results as ListedTable[]);
  const days = new Set<string>();
  for (const { min_date, max_date } of spans!.results as { min_date: string; max_date: string }[])
    for (let day = min_date; day <= max_date && day < today; day = addDays(day, 1)) days.add(day);
  return [...days].filter((day) => !closed.has(day)).sort();
}

/** A visit may go over so many midnights: whoever is here for two days without half an hour's pause is a program. */
const MIDNIGHTS = 2;

export interface ReadingOfDays {
  /** The part of the days that is asked for. */
  cut?: Cut;
  /** Rows in memory at once. */
  most?: number;
}

type Wants = (row: Place) => boolean;

/**
 * Wants the rows of the visits that lie in some days and have an event of a visitor in the part there, since a visit's
 * visitor may have had another id on another day. `toDay` leaves out the visits that are not of the part.
 */
async function rowsOfVisits(
  objects: ObjectReader,
  files: readonly LakeFile[],
  days: ReadonlySet<string>,
  cut: Cut,
): Promise<Wants> {
  const visits = new Set<string>();
  await lookAtRows(objects, files, ({ visit_id, visitor_id, local_date, visit_date }) => {
    if (visit_id === null || !(days.has(local_date) || days.has(visit_date))) return;
    if (isInPart(cut, visitor_id)) visits.add(visit_id);
  });
  return ({ visit_id, visitor_id, local_date }) =>
    visit_id === null ? days.has(local_date) && isInPart(cut, visitor_id) : visits.has(visit_id);
}

/**
 * All events of the visits that lie in some local days (ascending), and what belongs to no visit; to be given to `toDay`
 * day by day, which leaves out the others that it returns. Of days that are cut, only those of a part.
 * @returns also the ids of the objects that have been read.
 * @throws TooManyEvents when there are more than `most`: days have more than the list of objects says, or a visitor has.
 */
export async function eventsOfDays(
  objects: ObjectReader,
  snapshot: DaySnapshot,
  days: readonly string[],
  { cut = WHOLE, most = MOST_OPEN }: ReadingOfDays = {},
): Promise<EventsOfDays> {
  const [first, last] = [days[0]!, days.at(-1)!];
  const events = snapshot.events.filter((file) => overlaps(file, first, last));
  const near = datesFrom(addDays(first, -MIDNIGHTS), addDays(last, MIDNIGHTS));
  // With small days those beside them come along, which spares a first look at the rows.
  if (cut.parts === 1 && rowsIn({ events }, near) <= most) {
    const small = await readVisits(objects, snapshot, days, () => true, most).catch(ignoreTooMany);
    if (small) return small;
  }
  return readVisits(objects, snapshot, days, await rowsOfVisits(objects, events, new Set(days), cut), most);
}

interface EventsOfDays {
  events: Needed[];
  sources: number[];
}

function ignoreTooMany(error: unknown): null {
  if (error instanceof TooManyEvents) return null;
  throw error;
}

async function readVisits(
  objects: ObjectReader,
  snapshot: DaySnapshot,
  days: readonly string[],
  isOfVisits: Wants,
  most: number,
): Promise<EventsOfDays> {
  const isAsked = new Set(days);
  const read = new Map<number, LakeFile>();
  const events: Needed[] = [];
  const over = new Set<string>();
  let [first, last] = [days[0]!, days.at(-1)!];
  const [from, to] = [addDays(first, -MIDNIGHTS), addDays(last, MIDNIGHTS)];
  // An object has the days beside in it too; it is not read twice.
  const isNear = (row: Place) =>
    ((row.local_date >= from && row.local_date <= to) || isAsked.has(row.visit_date)) && isOfVisits(row);
  const isOver = (row: Place) =>
    row.visit_id !== null && (isAsked.has(row.visit_date) || over.has(row.visit_id)) && isOfVisits(row);
  for (let beyond = 0; beyond <= MIDNIGHTS; beyond++) {
    const files = snapshot.events.filter((file) => !read.has(file.id) && overlaps(file, first, last));
    const wants = beyond === 0 ? isNear : isOver;
    for (const row of await readRows(objects, files, snapshot.enrichments, wants, most - events.length))
      events.push(row);
    for (const file of files) read.set(file.id, file);
    // A visit that lies in the days may have come from the day before what was read, or go on on the day after.
    let comes = false;
    let goes = false;
    for (const { visit_id, visit_date, local_date } of events) {
      if (visit_id === null) continue;
      goes ||= isAsked.has(visit_date) && local_date >= last;
      if (!isAsked.has(local_date) || visit_date >= first) continue;
      comes = true;
      over.add(visit_id);
    }
    if (!comes && !goes) break;
    if (comes) first = addDays(first, -1);
    if (goes) last = addDays(last, 1);
  }
  return { events, sources: [...read.keys()] };
}

function datesFrom(from: string, to: string): string[] {
  const dates: string[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) dates.push(date);
  return dates;
}
