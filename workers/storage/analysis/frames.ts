// Reads frames: the columns of local days that a question needs, from the tables of closed days and, of open days, from
// the lake.

import { type DayValues, type Frame, toFrame, toValues, type Wanted } from "../../domain/analysis/frame";
import { type DayRows, FrameBuilder } from "../../domain/analysis/frame/builder";
import { storedFor } from "../../domain/analysis/frame/columns";
import { toDay } from "../../domain/analysis/zone/day";
import { type Cut, MOST_OPEN } from "../../domain/analysis/zone/parts";
import { ACTION_COLUMNS, VISIT_COLUMNS } from "../../domain/analysis/zone/tables";
import { valuesOfPage } from "../../domain/lake/column-pages";
import { partInKey } from "../../domain/lake/keys";
import type { LakeFile } from "../../domain/lake/object";
import { readTablePages } from "../../domain/lake/table-parquet";
import { Problem } from "../../domain/requests/problem";
import { readObject } from "../lake/reading";
import type { DaySnapshot } from "./day-list";
import { TooManyEvents } from "./event-rows";
import type { ObjectReader } from "./object-reader";
import { eventsOfDays, rowsIn } from "./open-days";
import type { OpenPortion } from "./open-portions";

/** What every frame has of visits, beside what a question wants. */
const ALWAYS = ["visitor_id", "actions"];
/** Tables that are fetched at once: a Worker has six connections. */
const AT_ONCE = 6;

/** Of a visitor's id a frame keeps only where it changes. */
const TABLES = { visits: { ...VISIT_COLUMNS, visitor_id: "bytes" }, actions: ACTION_COLUMNS } as const;
type Table = keyof typeof TABLES;

/** Fetches objects in their order, some of them ahead of the one that is used. */
async function* fetchAhead(lake: R2Bucket, files: readonly LakeFile[]): AsyncGenerator<[LakeFile, ArrayBuffer]> {
  const coming: Promise<ArrayBuffer>[] = [];
  for (const [i, file] of files.entries()) {
    for (let next = i + coming.length; next < files.length && coming.length < AT_ONCE; next++) {
      const body = readObject(lake, files[next]!.key);
      // Its failure is met when its turn comes.
      body.catch(() => undefined);
      coming.push(body);
    }
    yield [file, await coming.shift()!];
  }
}

/** Visits and actions of a day must come in the same order of its parts. */
const partOf = ({ key }: LakeFile): number => partInKey(key).part;

/** Tables in the order in which a frame has their rows. */
const inFrameOrder = (tables: readonly LakeFile[]): LakeFile[] =>
  tables.toSorted((a, b) => (a.min_date < b.min_date ? -1 : a.min_date > b.min_date ? 1 : partOf(a) - partOf(b)));

/** The days of tables, in order, with their rows. */
export function rowsOfDays(tables: readonly LakeFile[]): DayRows[] {
  const days = new Map<string, DayRows>();
  for (const { zone, min_date, rows } of tables) {
    const day = days.get(min_date) ?? { date: min_date, visits: 0, actions: 0 };
    day[zone as Table] += rows;
    days.set(min_date, day);
  }
  return [...days.values()].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/**
 * The frame of closed days, in the order of their dates. It is filled table by table, so that little more than the frame
 * itself is in memory.
 * @param base a frame of the same tables that gets the columns; null for a new frame.
 */
export async function readClosed(
  lake: R2Bucket,
  tables: readonly LakeFile[],
  wanted: Wanted,
  base: Frame | null = null,
): Promise<Frame> {
  const builder = new FrameBuilder(rowsOfDays(tables), wanted, base);
  const stored = { visits: builder.storedOf("visits"), actions: builder.storedOf("actions") };
  const read = inFrameOrder(tables.filter(({ zone }) => stored[zone as Table].size > 0));
  for await (const [{ zone }, body] of fetchAhead(lake, read)) {
    const table = zone as Table;
    builder.add(table, await readTablePages(TABLES[table], body, stored[table]));
  }
  return builder.build();
}

/**
 * The props of the actions of closed days, a table at a time, because those of a month may not fit into memory.
 * @param isWanted whether anything before an action is wanted; other tables are not read.
 * @returns for each table the place of its first action in the frame of all tables, and the props of its actions.
 */
export async function* readProps(
  lake: R2Bucket,
  tables: readonly LakeFile[],
  isWanted: (end: number) => boolean,
): AsyncGenerator<{ start: number; props: unknown[] }> {
  let start = 0;
  for (const { key, rows } of inFrameOrder(tables.filter(({ zone }) => zone === "actions"))) {
    if (isWanted(start + rows)) {
      const { props } = await readTablePages(ACTION_COLUMNS, await readObject(lake, key), ["props"]);
      yield { start, props: props!.flatMap(valuesOfPage) };
    }
    start += rows;
  }
}

const tooMany = (day: string, rows: number): Problem =>
  new Problem(
    "invalid",
    `date_range has about ${Math.round(rows)} events on ${day}, which is not prepared for analysis yet; ask again in an hour, or for other days`,
  );

/** A part that has more events than fit into memory is cut in two, and these once more. */
const MOST_CUTS = 3;

/** The halves of a part: what is left of a hash by `parts` is left by twice as many, or so much more. */
const halvesOf = ({ part, parts }: Cut): Cut[] =>
  [part, part + parts].map((half) => ({ part: half, parts: 2 * parts }));

/** Reads some days, or what is left of the cuts of one, into one frame. */
async function readDays(
  objects: ObjectReader,
  snapshot: DaySnapshot,
  days: readonly string[],
  cut: Cut,
  wanted: Wanted,
  most: number,
): Promise<Frame> {
  const visits = new Set([...wanted.visits, ...ALWAYS]);
  const actions = storedFor(wanted.actions);
  const { events } = await eventsOfDays(objects, snapshot, days, { cut, most });
  const values = days.map((date): DayValues => {
    const tables = toDay(date, events, cut);
    return { date, visits: toValues(tables.visits, visits), actions: toValues(tables.actions, actions) };
  });
  return toFrame(values, wanted);
}

/**
 * The frames of a portion of open days: one, or several where it has more events than the list of objects says.
 * @param most rows in memory at once.
 * @throws Problem invalid when a day has too many events.
 */
export async function readPortion(
  objects: ObjectReader,
  snapshot: DaySnapshot,
  { days, cut }: Pick<OpenPortion, "days" | "cut">,
  wanted: Wanted,
  most = MOST_OPEN,
): Promise<Frame[]> {
  const read = async (some: readonly string[], of: Cut, cuts: number): Promise<Frame[]> => {
    const frame = await readDays(objects, snapshot, some, of, wanted, most).catch((error: unknown) => {
      if (!(error instanceof TooManyEvents)) throw error;
      if (some.length === 1 && cuts === MOST_CUTS) throw tooMany(some[0]!, rowsIn(snapshot, some));
      return null;
    });
    if (frame) return [frame];
    const frames: Frame[] = [];
    if (some.length > 1) for (const day of some) frames.push(...(await read([day], of, cuts)));
    else for (const half of halvesOf(of)) frames.push(...(await read(some, half, cuts + 1)));
    return frames;
  };
  return read(days, cut, 0);
}
