// The columns of a month that an Analyst keeps: those of closed days, and those of the open days it was asked for last.
import { DERIVED } from "../../workers/domain/analysis/derived";
import type { Floor, Frame, Wanted } from "../../workers/domain/analysis/frame";
import { ALL_PROPS } from "../../workers/domain/analysis/frame/columns";
import { type RowCounts, sizeOf, sizeOfColumns, sizeOfRows } from "../../workers/domain/analysis/frame/size";
import type { Limits } from "../../workers/domain/analysis/limits";
import type { DataState } from "../../workers/domain/analysis/result-key";
import { readClosed, readPortion, rowsOfDays } from "../../workers/storage/analysis/frames";
import { ObjectReader } from "../../workers/storage/analysis/object-reader";
import { rowsIn } from "../../workers/storage/analysis/open-days";
import type { OpenPortion } from "../../workers/storage/analysis/open-portions";
import type { PartDays } from "../../workers/storage/analysis/part-days";

/** What a question reads, listed at one moment. */
export interface Listed {
  days: PartDays;
  state: DataState;
  /** The open days among them. */
  portions: OpenPortion[];
}

export const idsOf = (files: readonly { id: number }[]): string => JSON.stringify(files.map(({ id }) => id));

/** Columns of some days, and what they were read from. */
interface Held {
  sources: string;
  frames: Frame[];
}

/** Bytes of an event as a row, which it is while open days are read. */
const ROW_BYTES = 500;

const TABLES = ["visits", "actions"] as const;

/** What is not in a frame yet. */
function missing(frame: Frame, { visits, actions }: Wanted): Wanted {
  const without = (table: "visits" | "actions", names: ReadonlySet<string>) =>
    new Set([...names].filter((name) => !frame[table].texts.has(name) && !frame[table].numbers.has(name)));
  return { visits: without("visits", visits), actions: without("actions", actions) };
}

/** Closed days have no column of all props: `readProps` reads them a table at a time. */
const ofClosedDays = ({ visits, actions }: Wanted): Wanted => ({
  visits,
  actions: new Set([...actions].filter((name) => name !== ALL_PROPS)),
});

const isNothing = ({ visits, actions }: Wanted): boolean => visits.size + actions.size === 0;

const has = (frame: Frame, wanted: Wanted): boolean => isNothing(missing(frame, wanted));

const namesIn = ({ texts, numbers }: Floor): string[] => [...texts.keys(), ...numbers.keys()];

/** Names of the columns of some frames that are read from storage, and of the others that are wanted. */
const together = (frames: readonly Frame[], wanted: Wanted): Wanted => {
  const names = (table: "visits" | "actions") => [
    ...wanted[table],
    // Props are read again where they are wanted: kept, they would make every later question read them.
    ...frames
      .flatMap((frame) => namesIn(frame[table]))
      .filter((name) => name !== ALL_PROPS && !Object.hasOwn(DERIVED, name)),
  ];
  return { visits: new Set(names("visits")), actions: new Set(names("actions")) };
};

const sizeOfAll = (frames: readonly Frame[]): number => frames.reduce((sum, frame) => sum + sizeOf(frame), 0);

function dropColumns(frame: Frame, isKept: (table: "visits" | "actions", name: string) => boolean): void {
  for (const table of TABLES)
    for (const name of namesIn(frame[table])) {
      if (isKept(table, name)) continue;
      frame[table].texts.delete(name);
      frame[table].numbers.delete(name);
    }
}

export class MonthColumns {
  private closed: Held | null = null;
  /** By portion, in the order of their days. */
  private open: Held[] = [];

  get bytes(): number {
    return sizeOfAll(this.frames);
  }

  private get frames(): Frame[] {
    return [...(this.closed?.frames ?? []), ...this.openFrames];
  }

  private get openFrames(): Frame[] {
    return this.open.flatMap(({ frames }) => frames);
  }

  /** The rows of the frames of a question; of open days about as many as their events. */
  rowsOf({ days }: Listed): RowCounts[] {
    const closed = { visits: 0, actions: 0 };
    for (const day of rowsOfDays(days.tables)) for (const table of TABLES) closed[table] += day[table];
    const events = days.open.reduce((sum, { date, parts }) => sum + Math.ceil(rowsIn(days, [date]) / parts), 0);
    return [closed, { visits: events, actions: events }];
  }

  /** About how many bytes are held once a question's columns have been read, and while they are. */
  need(listed: Listed, wanted: Wanted, derived: ReadonlySet<string>): number {
    const [closed] = this.rowsOf(listed) as [RowCounts, RowCounts];
    const kept = this.closed?.sources === idsOf(listed.days.tables) ? this.closed.frames[0]! : null;
    const own = ofClosedDays(wanted);
    const ofClosed = kept
      ? sizeOf(kept) + sizeOfColumns(closed, missing(kept, own), derived)
      : sizeOfRows(closed) + sizeOfColumns(closed, own, derived);
    if (listed.portions.length === 0) return ofClosed + sizeOfAll(this.openFrames);
    const all = together(this.openFrames, wanted);
    let ofOpen = 0;
    let mostRows = 0;
    for (const { sources, rows: events } of listed.portions) {
      const held = this.heldOf(sources, wanted);
      if (held) {
        ofOpen += sizeOfAll(held.frames);
        continue;
      }
      const rows = { visits: Math.ceil(events), actions: Math.ceil(events) };
      ofOpen += sizeOfRows(rows) + sizeOfColumns(rows, all, derived);
      mostRows = Math.max(mostRows, rows.actions);
    }
    return ofClosed + ofOpen + ROW_BYTES * mostRows;
  }

  /** Drops everything that a question does not read. */
  keepOnly({ days, portions }: Listed, wanted: Wanted): void {
    if (this.closed?.sources !== idsOf(days.tables)) this.closed = null;
    const asked = new Set(portions.map(({ sources }) => sources));
    this.open = this.open.filter(({ sources }) => asked.has(sources));
    for (const frame of this.frames) dropColumns(frame, (table, name) => wanted[table].has(name));
  }

  /** Derived columns are made anew for each question: the groups of pages may have changed. */
  dropDerived(): void {
    for (const frame of this.frames) dropColumns(frame, (_, name) => !Object.hasOwn(DERIVED, name));
  }

  release(): void {
    this.closed = null;
    this.open = [];
  }

  /** The frames of the whole month as far as it is closed, and of the open days that are asked for. */
  async read(lake: R2Bucket, listed: Listed, wanted: Wanted, limits: Limits): Promise<Frame[]> {
    const { tables } = listed.days;
    const sources = idsOf(tables);
    // Old columns make room before new ones are read.
    if (this.closed?.sources !== sources) this.closed = null;
    // While this reads, columns may be released: the question goes on with what it has.
    let { closed } = this;
    const own = ofClosedDays(wanted);
    if (!closed) closed = { sources, frames: [await readClosed(lake, tables, own)] };
    else {
      const [frame] = closed.frames as [Frame];
      if (!has(frame, own)) await readClosed(lake, tables, missing(frame, own), frame);
    }
    // A question about closed days alone leaves the open days in memory for the next one.
    const open = listed.portions.length === 0 ? [] : await this.readOpen(lake, listed, wanted, limits);
    this.closed = closed;
    if (open.length > 0) this.open = open;
    return [...closed.frames, ...open.flatMap(({ frames }) => frames)];
  }

  private heldOf(sources: string, wanted: Wanted): Held | undefined {
    return this.open.find((held) => held.sources === sources && held.frames.every((frame) => has(frame, wanted)));
  }

  private async readOpen(
    lake: R2Bucket,
    { days, portions }: Listed,
    wanted: Wanted,
    { open: most }: Limits,
  ): Promise<Held[]> {
    const known = portions.map(({ sources }) => this.heldOf(sources, wanted));
    // Read with what was asked for before too, so that one panel after the other does not read the days again.
    const all = together(this.openFrames, wanted);
    const held = known.filter((one) => one !== undefined);
    this.open = held;
    const objects = new ObjectReader(lake);
    const open: Held[] = [];
    for (const [i, portion] of portions.entries()) {
      const one = known[i] ?? {
        sources: portion.sources,
        frames: await readPortion(objects, days, portion, all, most),
      };
      open.push(one);
      // What has been read is there for the next question, should this one fail later.
      if (!known[i]) this.open = [...this.open, one];
    }
    return open;
  }
}
