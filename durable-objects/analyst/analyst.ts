// Analyst: the Durable Object that answers questions about a month of a property from the analysis zone. It keeps the
// columns that were asked for in memory, and is a thin adapter: what it does with them is in domain/analysis.
import { DurableObject } from "cloudflare:workers";
import type { AnalystAnswer, AnalystQuestion, AnalystReply } from "../../workers/domain/analysis/analyst";
import { DERIVED, derive } from "../../workers/domain/analysis/derived";
import { type Floor, type Frame, sizeOf, type Wanted } from "../../workers/domain/analysis/frame";
import { type Matches, matchesOf } from "../../workers/domain/analysis/matches";
import {
  type Checked,
  type CountedRow,
  check,
  derivedIn,
  joinRows,
  matchingKey,
  named,
  packRows,
  toPanel,
  wantedBy,
} from "../../workers/domain/analysis/question";
import { toKnown } from "../../workers/domain/analysis/saved/known";
import { scan } from "../../workers/domain/analysis/scan";
import { Problem } from "../../workers/domain/requests/problem";
import { addMonths, startOfMonth } from "../../workers/domain/time/calendar";
import { addDays } from "../../workers/domain/time/zone";
import { type DaySnapshot, takeDaySnapshot } from "../../workers/storage/analysis/day-list";
import { readClosed, readOpen } from "../../workers/storage/analysis/frames";
import { openDaysIn } from "../../workers/storage/analysis/open-days";
import { heldBytes, hold } from "./column-budget";

/** An object is kept in memory this long (ms) after a question: the next one then finds the columns. */
const AWAKE_MS = 120_000;

/** Columns of some days, and what they were read from. */
interface Held {
  sources: string;
  frame: Frame;
}

const has = (frame: Frame, { visits, actions }: Wanted): boolean => {
  const isIn = (table: "visits" | "actions") => (name: string) =>
    frame[table].texts.has(name) || frame[table].numbers.has(name);
  return [...visits].every(isIn("visits")) && [...actions].every(isIn("actions"));
};

/** What is not in a frame yet. */
function missing(frame: Frame, { visits, actions }: Wanted): Wanted {
  const without = (table: "visits" | "actions", names: ReadonlySet<string>) =>
    new Set([...names].filter((name) => !frame[table].texts.has(name) && !frame[table].numbers.has(name)));
  return { visits: without("visits", visits), actions: without("actions", actions) };
}

/** Names of the columns that are read from storage. */
const columnsIn = ({ texts, numbers }: Floor): string[] =>
  [...texts.keys(), ...numbers.keys()].filter((name) => !Object.hasOwn(DERIVED, name));

function addColumns(into: Frame, from: Frame): void {
  for (const table of ["visits", "actions"] as const) {
    for (const [name, column] of from[table].texts) into[table].texts.set(name, column);
    for (const [name, column] of from[table].numbers) into[table].numbers.set(name, column);
  }
}

export class Analyst extends DurableObject<Cloudflare.Env> {
  private closed: Held | null = null;
  private open: Held | null = null;
  private sleep: ReturnType<typeof setTimeout> | undefined;
  /** Questions are answered one after the other: two at once would read the same columns twice. */
  private last: Promise<unknown> = Promise.resolve();

  /** @param text a question as JSON. Problems of the question are replies, since an error's class does not travel. */
  async answer(text: string): Promise<AnalystReply> {
    const work = this.last.then(() => this.answerNow(JSON.parse(text) as AnalystQuestion));
    this.last = work.catch(() => undefined);
    try {
      return { answer: await work };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { problem: { code: error.code, message: error.message } };
    } finally {
      this.stayAwake();
    }
  }

  /** Bytes of columns in this isolate. */
  async held(): Promise<number> {
    return heldBytes();
  }

  private stayAwake(): void {
    clearTimeout(this.sleep);
    // An object with a pending timer is not put to sleep after ten seconds.
    this.sleep = setTimeout(() => undefined, AWAKE_MS);
  }

  private get siteId(): string {
    const name = this.ctx.id.name?.split("/")[0];
    if (!name) throw new Error("Analyst has no name");
    return name;
  }

  private async answerNow({ from, to, saved, asks }: AnalystQuestion): Promise<AnalystAnswer> {
    const known = toKnown(saved);
    const checked = asks.map((ask) => check(ask, known));
    const frames = await this.frames(from, to, wantedBy(checked));
    const names = derivedIn(checked);
    for (const frame of frames) derive(frame, names, known.pageGroup);
    return {
      rows: this.rowsOf(checked, frames, from, to).map(packRows),
      scanned: frames.reduce((sum, { actions }) => sum + actions.rows, 0),
    };
  }

  /** The rows of each ask; those with the same filter share its matches. */
  private rowsOf(asks: readonly Checked[], frames: readonly Frame[], from: string, to: string): CountedRow[][] {
    const rows: CountedRow[][][] = asks.map(() => []);
    for (const frame of frames) {
      const first = frame.dates.findIndex((date) => date >= from);
      const last = frame.dates.findLastIndex((date) => date <= to);
      if (first < 0 || last < first) continue;
      // One filter after the other: the matches of a hundred goals together would not fit in memory.
      for (const together of Map.groupBy(asks.entries(), ([, ask]) => matchingKey(ask)).values()) {
        let matches: Matches | null = null;
        for (const [i, ask] of together) {
          const { panel: whole, labels } = toPanel(ask, frame);
          const panel = { ...whole, span: { ...whole.span, first, last } };
          matches ??= matchesOf(frame, panel);
          rows[i]!.push(named(scan(frame, panel, matches), ask, labels));
        }
      }
    }
    return rows.map((lists, i) => joinRows(lists, asks[i]!));
  }

  /** The frames of the whole month as far as it is closed, and of the open days that are asked for. */
  private async frames(from: string, to: string, wanted: Wanted): Promise<Frame[]> {
    const { DB, LAKE } = this.env;
    const month = startOfMonth(from);
    const snapshot = await takeDaySnapshot(DB, this.siteId, month, addDays(addMonths(month, 1), -1));
    const days = await openDaysIn(LAKE, snapshot, from, to);
    const isOpen = new Set(days);
    const tables = snapshot.tables.filter(({ min_date }) => !isOpen.has(min_date));
    const sources = JSON.stringify(tables.map(({ id }) => id));
    // While this reads, another Analyst of the isolate may release what is kept: the question goes on with what it has.
    let { closed } = this;
    if (closed?.sources !== sources) closed = { sources, frame: await readClosed(LAKE, tables, wanted) };
    else if (!has(closed.frame, wanted))
      addColumns(closed.frame, await readClosed(LAKE, tables, missing(closed.frame, wanted)));
    const open = await this.readOpenDays(snapshot, days, wanted);
    this.closed = closed;
    this.open = open;
    hold(this, sizeOf(closed.frame) + sizeOf(open.frame), () => this.release());
    return [closed.frame, open.frame];
  }

  private async readOpenDays(snapshot: DaySnapshot, days: string[], wanted: Wanted): Promise<Held> {
    const idsOf = (files: DaySnapshot["events"]) => files.map(({ id }) => id);
    const sources = JSON.stringify([days, idsOf(snapshot.events), idsOf(snapshot.enrichments), snapshot.processed]);
    if (this.open?.sources === sources && has(this.open.frame, wanted)) return this.open;
    // Read with what was asked for before too, so that one panel after the other does not read the days again.
    const before = this.open?.frame;
    const all = {
      visits: new Set([...wanted.visits, ...(before ? columnsIn(before.visits) : [])]),
      actions: new Set([...wanted.actions, ...(before ? columnsIn(before.actions) : [])]),
    };
    return { sources, frame: await readOpen(this.env.LAKE, snapshot, days, all) };
  }

  private release(): void {
    this.closed = null;
    this.open = null;
  }
}
