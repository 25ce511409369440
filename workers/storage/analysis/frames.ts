// Reads frames: the columns of local days that a question needs, from the tables of closed days and, of open days, from
// the lake.
import { toDay } from "../../domain/analysis/day";
import { type DayValues, type Frame, storedFor, toFrame, toValues, type Wanted } from "../../domain/analysis/frame";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../domain/analysis/tables";
import type { LakeFile } from "../../domain/lake/object";
import { readValues } from "../../domain/lake/table-parquet";
import { Problem } from "../../domain/requests/problem";
import { addDays } from "../../domain/time/zone";
import { readObject } from "../lake/reading";
import { type DaySnapshot, takeDaySnapshot } from "./day-list";
import { eventsOfDays, openDaysIn, rowsIn } from "./open-days";

/** Events of open days in memory at once: they are read row by row. */
export const MOST_OPEN = 120_000;

/** What every frame has of visits, beside what a question wants. */
const ALWAYS = ["visitor_id", "actions"];
/** Tables that are fetched at once: a Worker has six connections. */
const AT_ONCE = 6;

const valuesOf = async (lake: R2Bucket, file: LakeFile, names: ReadonlySet<string>) =>
  readValues(file.zone === "visits" ? VISIT_COLUMNS : ACTION_COLUMNS, await readObject(lake, file.key), names);

/** The frame of closed days, in the order of their dates. */
export async function readClosed(lake: R2Bucket, tables: readonly LakeFile[], wanted: Wanted): Promise<Frame> {
  const visits = new Set([...wanted.visits, ...ALWAYS]);
  const actions = storedFor(wanted.actions);
  const read = new Map<string, Partial<DayValues>>();
  for (let at = 0; at < tables.length; at += AT_ONCE) {
    const portion = tables.slice(at, at + AT_ONCE);
    const values = await Promise.all(
      portion.map((file) => valuesOf(lake, file, file.zone === "visits" ? visits : actions)),
    );
    portion.forEach(({ zone, min_date }, i) => {
      read.set(min_date, { ...read.get(min_date), date: min_date, [zone]: values[i] });
    });
  }
  const days = [...read.values()] as DayValues[];
  return toFrame(
    days.sort((a, b) => (a.date < b.date ? -1 : 1)),
    wanted,
  );
}

/**
 * The frame of open days.
 * @throws Problem invalid when they have too many events.
 */
export async function readOpen(
  lake: R2Bucket,
  snapshot: DaySnapshot,
  days: readonly string[],
  wanted: Wanted,
): Promise<Frame> {
  const rows = rowsIn(snapshot, days);
  if (rows > MOST_OPEN)
    throw new Problem(
      "invalid",
      `date_range has ${rows} events of days that are not prepared for analysis yet; ask again in an hour, or for fewer days`,
    );
  const visits = new Set([...wanted.visits, ...ALWAYS]);
  const actions = storedFor(wanted.actions);
  const values: DayValues[] = [];
  // Closed days between open ones stay unread.
  for (const run of runsOf(days)) {
    const { events } = await eventsOfDays(lake, snapshot, run);
    for (const date of run) {
      const tables = toDay(date, events);
      values.push({ date, visits: toValues(tables.visits, visits), actions: toValues(tables.actions, actions) });
    }
  }
  return toFrame(values, wanted);
}

/** Ascending days in runs that have no other day between. */
function runsOf(days: readonly string[]): string[][] {
  const runs: string[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run && addDays(run.at(-1)!, 1) === day) run.push(day);
    else runs.push([day]);
  }
  return runs;
}

/** Frames of all local days from `from` to `to`, both included: of those that are closed, and of those that are open. */
export async function readFrames(
  { DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">,
  siteId: string,
  { from, to }: { from: string; to: string },
  wanted: Wanted,
): Promise<Frame[]> {
  const snapshot = await takeDaySnapshot(DB, siteId, from, to);
  const open = await openDaysIn(LAKE, snapshot, from, to);
  const isOpen = new Set(open);
  const closed = snapshot.tables.filter(({ min_date }) => !isOpen.has(min_date));
  return [await readClosed(LAKE, closed, wanted), await readOpen(LAKE, snapshot, open, wanted)];
}
