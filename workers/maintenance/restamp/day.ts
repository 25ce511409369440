// Restamping a local day of a property: its events are read, stamped in the order in which they happened, and written
// anew; the swap puts the new objects in their place and adds what that changes to the counts, in one batch. Whatever
// crashes, record and counts agree; done again it finds nothing to do.
import { ALL_TIME, addEvents, type DayCounts, emptyRecount, toAdd, toDayCounts } from "../../domain/counts/day-counts";
import type { StampedEvent } from "../../domain/events/event";
import { UNIT } from "../../domain/lake/compaction";
import { readColumns } from "../../domain/lake/merge";
import type { LakeFile, NewObject } from "../../domain/lake/object";
import { addDays } from "../../domain/time/zone";
import {
  DAY_COLUMNS,
  noPast,
  type Past,
  type RestampedDay,
  restampDay,
  type SettledDay,
  WholeDay,
} from "../../domain/visits/order/restamp";
import { hash64 } from "../../domain/visits/seen";
import { VISIT_GAP } from "../../domain/visits/visit";
import { reopenStatements } from "../../storage/analysis/day-list";
import { addStatements } from "../../storage/counts/day-counts";
import { requireListed } from "../../storage/lake/listing";
import { eventsByFile, eventsIn, readObject } from "../../storage/lake/reading";
import { markDay, unmarkDay, watchDays } from "../../storage/lake/restamp-marks";
import { type RestampSnapshot, takeRestampSnapshot } from "../../storage/lake/restamp-snapshot";
import { swapObjects } from "../../storage/lake/swap";
import { type LakeEnv, writeEvents } from "../merge-unit";

/** Events in memory at once, as objects: about 45 MB, twice those that change. A larger day is done in portions of visitors. */
export const PORTION = 30_000;
/** Every portion reads the whole day: a larger one takes more CPU than a step has. */
const MOST_PORTIONS = 8;
export const MOST_EVENTS = PORTION * MOST_PORTIONS;

export interface Restamped {
  /** Events of the day. */
  rows: number;
  /** Events whose row has changed. */
  changed: number;
  /** True when the day has too many events and was left as it is. */
  isTooLarge: boolean;
  /** The last object of the property that was known. */
  last: number;
}

/** What is kept of counts: differences before it are dropped. */
export interface CountedSince {
  today: string;
  firstDay: string;
  firstHour: number;
}

const rowKey = ({ event_id, event_time, seq }: Pick<StampedEvent, "event_id" | "event_time" | "seq">): string =>
  `${event_time} ${seq} ${event_id}`;

/** How many events of a day some objects have. */
async function countEvents(lake: R2Bucket, files: readonly LakeFile[], day: string): Promise<number> {
  let rows = 0;
  for (const file of files) {
    if (file.min_date === day && file.max_date === day) rows += file.rows;
    else {
      const { local_date } = await readColumns(await readObject(lake, file.key), ["local_date"]);
      rows += local_date.filter((date) => date === day).length;
    }
  }
  return rows;
}

/** The visitors of the day before who were here shortly before a time, stamped. */
async function pastOf(
  lake: R2Bucket,
  { before, enrichments }: RestampSnapshot,
  dayBefore: string,
  time: number,
): Promise<Past> {
  const past = noPast();
  const since = time - VISIT_GAP;
  const recent = new Set<string>();
  for (const file of before) {
    if (file.max_time < since) continue;
    const columns = ["visitor_id", "event_time", "local_date"] as const;
    const { visitor_id, event_time, local_date } = await readColumns(await readObject(lake, file.key), columns);
    for (const [row, visitor] of visitor_id.entries())
      if (local_date[row] === dayBefore && (event_time[row] as number) >= since) recent.add(visitor as string);
  }
  if (recent.size === 0) return past;
  const rows: StampedEvent[] = [];
  // Also other visitors name browsers: of two users of one, the second may be a visitor of their own.
  const whole = new WholeDay();
  for await (const portion of eventsIn(lake, { events: before, enrichments }))
    for (const event of portion) {
      if (event.local_date !== dayBefore) continue;
      whole.add(event);
      if (recent.has(event.visitor_id)) rows.push(event);
    }
  restampDay(rows, past, whole.settle());
  return past;
}

interface Changes extends RestampedDay {
  /** New rows by object. */
  byFile: Map<number, Map<string, StampedEvent>>;
}

/** What follows from all events of a day, read without their other columns. */
async function readWhole(lake: R2Bucket, { day: files }: RestampSnapshot, day: string): Promise<SettledDay> {
  const whole = new WholeDay();
  for (const { key } of files) {
    const columns = await readColumns(await readObject(lake, key), [...DAY_COLUMNS, "local_date"]);
    for (const [row, date] of columns.local_date.entries())
      if (date === day)
        whole.add(Object.fromEntries(DAY_COLUMNS.map((name) => [name, columns[name][row]])) as unknown as StampedEvent);
  }
  return whole.settle();
}

/** A portion of a day: its place, how many there are, and how many events it should have. */
type Portion = readonly [place: number, portions: number, atOnce: number];

/** Visitors who depend on each other are in one portion. So many of them may be there that it does not fit in memory. */
const MOST_OF_PORTION = 2;

/** Stamps the visitors of one portion of a day. Null when it is too large. */
async function stampPortion(
  lake: R2Bucket,
  snapshot: RestampSnapshot,
  day: string,
  [portion, portions, atOnce]: Portion,
): Promise<Changes | null> {
  const rows: StampedEvent[] = [];
  const whole = portions > 1 ? await readWhole(lake, snapshot, day) : undefined;
  const fileOf = new Map<string, number>();
  for await (const { file, events } of eventsByFile(lake, { events: snapshot.day, enrichments: snapshot.enrichments }))
    for (const event of events) {
      if (event.local_date !== day) continue;
      if (whole && hash64(whole.groupOf(event))[1] % portions !== portion) continue;
      if (rows.push(event) > MOST_OF_PORTION * atOnce) return null;
      fileOf.set(rowKey(event), file.id);
    }
  const first = rows.reduce((time, { event_time }) => Math.min(time, event_time), Number.POSITIVE_INFINITY);
  const past = rows.length > 0 ? await pastOf(lake, snapshot, addDays(day, -1), first) : noPast();
  const done = restampDay(rows, past, whole);
  const byFile: Changes["byFile"] = new Map();
  for (const { before, after } of done.changed) {
    const id = fileOf.get(rowKey(before))!;
    const own = byFile.get(id) ?? new Map<string, StampedEvent>();
    byFile.set(id, own.set(rowKey(before), after));
  }
  return { ...done, byFile };
}

/** The days of events, and those on which their visits began. */
const daysIn = (events: readonly StampedEvent[]): string[] =>
  events.flatMap(({ local_date, visit_date }) => [local_date, visit_date]);

/** What the changes add to all counts. */
function differenceOf(siteId: string, { changed }: RestampedDay, { firstDay, firstHour }: CountedSince): DayCounts {
  const count = (events: StampedEvent[]) => {
    const into = emptyRecount(siteId, { ...ALL_TIME, from: firstDay, firstHour });
    // The pipeline has processed all of the objects.
    addEvents(into, events, { techstack: true });
    return toDayCounts(into);
  };
  return toAdd(count(changed.map(({ after }) => after)), count(changed.map(({ before }) => before)));
}

/** Objects that are written together: as compaction would have, within what a unit may hold. */
function groupsOf(files: readonly LakeFile[]): { level: number; files: LakeFile[] }[] {
  const groups: { level: number; files: LakeFile[]; rows: number }[] = [];
  for (const [level, own] of Map.groupBy(files, ({ zone, level }) => (zone === "raw" ? 1 : level)))
    for (const file of own) {
      const last = groups.at(-1);
      if (last?.level === level && last.rows + file.rows <= UNIT.rows) {
        last.files.push(file);
        last.rows += file.rows;
      } else groups.push({ level, files: [file], rows: file.rows });
    }
  return groups;
}

/** Writes the objects that changed anew. */
async function writeChanged(
  env: LakeEnv,
  siteId: string,
  files: readonly LakeFile[],
  { byFile }: Changes,
  today: string,
  now: number,
): Promise<NewObject[]> {
  const outputs: NewObject[] = [];
  for (const group of groupsOf(files)) {
    const rows = new Map(group.files.flatMap(({ id }) => [...byFile.get(id)!]));
    const rules = { changed: (row: Parameters<typeof rowKey>[0]) => rows.get(rowKey(row)) };
    outputs.push(...(await writeEvents(env, siteId, group.files, group.level, today, now, { rules })));
  }
  return outputs;
}

/** Stamps a portion of a day and swaps what changed. @returns how many events changed; null when it is too large. */
async function restampPortion(
  env: LakeEnv,
  siteId: string,
  day: string,
  portion: Portion,
  since: CountedSince,
  now: number,
): Promise<number | null> {
  const { DB, LAKE } = env;
  const snapshot = await takeRestampSnapshot(DB, siteId, addDays(day, -1), day);
  const changes = await stampPortion(LAKE, snapshot, day, portion);
  if (!changes) return null;
  const files = snapshot.day.filter(({ id }) => changes.byFile.has(id));
  // A day in portions is done when none of them changes anything any more.
  const isDone = !snapshot.isWaiting && portion[1] === 1;
  const unmark = (outputs: readonly string[]) => (isDone ? [unmarkDay(DB, siteId, day, snapshot.last, outputs)] : []);
  if (files.length === 0) {
    if (isDone) await DB.batch(unmark([]));
    return 0;
  }
  const outputs = await writeChanged(env, siteId, files, changes, since.today, now);
  const others = snapshot.day.filter(({ id }) => !changes.byFile.has(id)).map(({ id }) => id);
  const isSwapped = await swapObjects(DB, siteId, files, outputs, now, [
    requireListed(DB, siteId, JSON.stringify(others)),
    ...addStatements(DB, siteId, differenceOf(siteId, changes, since), now),
    ...reopenStatements(
      DB,
      siteId,
      changes.changed.flatMap(({ before, after }) => daysIn([before, after])),
      now,
    ),
    ...unmark(outputs.map(({ key }) => key)),
    ...(changes.goesOn ? [markDay(DB, siteId, addDays(day, 1), now)] : []),
    ...(changes.hasLinks ? [watchDays(DB, siteId, changes.goesOn ? [day, addDays(day, 1)] : [day])] : []),
  ]);
  if (!isSwapped) throw new Error(`objects of ${day} were replaced while it was stamped again`);
  return changes.changed.length;
}

/**
 * Stamps a local day again, as far as the pipeline has processed it. Its mark stays while anything of it still waits.
 * @param atOnce events that are in memory at once.
 * @throws when somebody else has replaced objects of the day meanwhile; then nothing was done.
 */
export async function restampLakeDay(
  env: LakeEnv,
  siteId: string,
  day: string,
  since: CountedSince,
  now: number,
  atOnce = PORTION,
): Promise<Restamped> {
  const snapshot = await takeRestampSnapshot(env.DB, siteId, addDays(day, -1), day);
  const rows = await countEvents(env.LAKE, snapshot.day, day);
  const tooLarge = { rows, changed: 0, isTooLarge: true, last: snapshot.last };
  if (rows > atOnce * MOST_PORTIONS) return tooLarge;
  const portions = Math.max(1, Math.ceil(rows / atOnce));
  let changed = 0;
  for (let portion = 0; portion < portions; portion += 1) {
    const done = await restampPortion(env, siteId, day, [portion, portions, atOnce], since, now);
    if (done === null) return { ...tooLarge, changed };
    changed += done;
  }
  if (portions > 1 && changed === 0 && !snapshot.isWaiting)
    await env.DB.batch([unmarkDay(env.DB, siteId, day, snapshot.last, [])]);
  return { rows, changed, isTooLarge: false, last: snapshot.last };
}
