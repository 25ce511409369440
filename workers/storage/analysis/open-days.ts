// Reads local days from the lake as the analysis zone has them: all events of the visits that lie in them.
import { NEEDED, type Needed } from "../../domain/analysis/day";
import { effective } from "../../domain/counts/correction";
import { LAKE_COLUMNS } from "../../domain/events/columns";
import type { StampedEvent } from "../../domain/events/event";
import { readColumns } from "../../domain/lake/merge";
import type { LakeFile } from "../../domain/lake/object";
import { fromCell } from "../../domain/lake/table-parquet";
import { daysBetween } from "../../domain/time/calendar";
import { addDays } from "../../domain/time/zone";
import { enrichmentReader, readObject } from "../lake/reading";
import type { DaySnapshot } from "./day-list";

/** What an event is corrected by where its object has not been: see `effective`. */
const CORRECTED = ["ip", "asn", "network", "network_type"] as const;
const READ = [...new Set([...NEEDED, ...CORRECTED])];
type Read = Pick<StampedEvent, (typeof READ)[number]>;
/** What says in which days a row lies. */
type Place = Pick<Read, "local_date" | "visit_date" | "visit_id">;

/** Times come from a column as numbers already. */
const cellOf = (name: keyof Read, value: unknown): unknown =>
  LAKE_COLUMNS[name] === "time" ? value : fromCell(LAKE_COLUMNS[name], value);

/** The rows of an object that `wants` asks for. */
async function rowsOf(
  lake: R2Bucket,
  file: LakeFile,
  foundFor: ReturnType<typeof enrichmentReader>,
  wants: (row: Place) => boolean,
): Promise<Needed[]> {
  const body = await readObject(lake, file.key);
  const found = await foundFor(file);
  const columns = await readColumns(body, READ);
  const rows: Needed[] = [];
  for (let i = 0; i < columns.event_id.length; i++) {
    const about = {
      local_date: columns.local_date[i] as string,
      visit_date: columns.visit_date[i] as string,
      visit_id: columns.visit_id[i] as string | null,
    };
    if (!wants(about)) continue;
    const row = Object.fromEntries(READ.map((name) => [name, cellOf(name, columns[name][i])])) as unknown as Read;
    const said = row.ip === null ? undefined : found.get(row.ip);
    rows.push(said ? effective(row as StampedEvent, said) : row);
  }
  return rows;
}

/** At most so many objects are fetched at once: a Worker has six connections. */
const AT_ONCE = 6;

async function readAll(
  lake: R2Bucket,
  files: readonly LakeFile[],
  snapshot: DaySnapshot,
  wants: (row: Place) => boolean,
): Promise<Needed[]> {
  const all: Needed[] = [];
  for (let at = 0; at < files.length; at += AT_ONCE) {
    // Each remembers one list of addresses only.
    const read = files
      .slice(at, at + AT_ONCE)
      .map((file) => rowsOf(lake, file, enrichmentReader(lake, snapshot.enrichments), wants));
    for (const rows of await Promise.all(read)) for (const row of rows) all.push(row);
  }
  return all;
}

const overlaps = ({ min_date, max_date }: LakeFile, from: string, to: string): boolean =>
  max_date >= from && min_date <= to;

/** About how many events some days have: of an object with more days, their share. */
export function rowsIn({ events }: DaySnapshot, days: readonly string[]): number {
  return events.reduce((sum, { rows, min_date, max_date }) => {
    const inside = days.filter((day) => day >= min_date && day <= max_date).length;
    return sum + (inside === 0 ? 0 : Math.round((rows * inside) / (daysBetween(min_date, max_date) + 1)));
  }, 0);
}

/**
 * Which local days from `from` to `to` (both included) are open: they have events and no tables, or an object that the
 * pipeline has not processed has events of them.
 */
export async function openDaysIn(lake: R2Bucket, snapshot: DaySnapshot, from: string, to: string): Promise<string[]> {
  const closed = new Set(snapshot.tables.map(({ min_date }) => min_date));
  const open = new Set<string>();
  for (const { min_date, max_date } of snapshot.events)
    for (let day = min_date < from ? from : min_date; day <= max_date && day <= to; day = addDays(day, 1))
      if (!closed.has(day)) open.add(day);
  const waiting = snapshot.events.filter(({ zone, id }) => zone === "raw" && id > snapshot.processed);
  for (let at = 0; at < waiting.length; at += AT_ONCE) {
    const read = waiting.slice(at, at + AT_ONCE).map(async ({ key }) => {
      const { local_date, visit_date } = await readColumns(await readObject(lake, key), ["local_date", "visit_date"]);
      return [...local_date, ...visit_date] as string[];
    });
    // A visit of one day may have gone on to the next.
    for (const day of new Set((await Promise.all(read)).flat())) open.add(day).add(addDays(day, 1));
  }
  const known = (day: string) => closed.has(day) || snapshot.events.some((file) => overlaps(file, day, day));
  return [...open].filter((day) => day >= from && day <= to && known(day)).sort();
}

/** Local days before `today` that have events and no tables, ascending. */
export async function openDays(db: D1Database, siteId: string, today: string): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT DISTINCT zone IN ('visits', 'actions') AS is_table, min_date, max_date FROM lake_files
       WHERE site_id = ? AND zone IN ('raw', 'events', 'visits') AND min_date < ?`,
    )
    .bind(siteId, today)
    .all<{ is_table: number; min_date: string; max_date: string }>();
  const closed = new Set(results.filter(({ is_table }) => is_table === 1).map(({ min_date }) => min_date));
  const days = new Set<string>();
  for (const { is_table, min_date, max_date } of results)
    if (is_table === 0) for (let day = min_date; day <= max_date && day < today; day = addDays(day, 1)) days.add(day);
  return [...days].filter((day) => !closed.has(day)).sort();
}

/** A visit may go over so many midnights: whoever is here for two days without half an hour's pause is a program. */
const MIDNIGHTS = 2;

/**
 * All events of the visits that lie in some local days (ascending), and what belongs to no visit; to be given to `toDay`
 * day by day, which leaves out the others that it returns.
 * @returns also the ids of the objects that have been read.
 */
export async function eventsOfDays(
  lake: R2Bucket,
  snapshot: DaySnapshot,
  days: readonly string[],
): Promise<{ events: Needed[]; sources: number[] }> {
  const isAsked = new Set(days);
  const read = new Map<number, LakeFile>();
  const events: Needed[] = [];
  const over = new Set<string>();
  let [first, last] = [days[0]!, days.at(-1)!];
  const [from, to] = [addDays(first, -MIDNIGHTS), addDays(last, MIDNIGHTS)];
  // An object has the days beside in it too; it is not read twice.
  const isNear = ({ local_date, visit_date }: Place) =>
    (local_date >= from && local_date <= to) || isAsked.has(visit_date);
  const isOver = ({ visit_id, visit_date }: Place) =>
    visit_id !== null && (isAsked.has(visit_date) || over.has(visit_id));
  for (let beyond = 0; beyond <= MIDNIGHTS; beyond++) {
    const files = snapshot.events.filter((file) => !read.has(file.id) && overlaps(file, first, last));
    for (const row of await readAll(lake, files, snapshot, beyond === 0 ? isNear : isOver)) events.push(row);
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
