// Analyst: the Durable Object that answers questions about a month of a property from the analysis zone. It keeps the
// columns that were asked for in memory, and is a thin adapter: what it does with them is in domain/analysis.
import { DurableObject } from "cloudflare:workers";
import type { AnalystAnswer, AnalystQuestion, AnalystReply } from "../../workers/domain/analysis/analyst";
import { derive } from "../../workers/domain/analysis/derived";
import { actionsBetween, type Frame, type Wanted } from "../../workers/domain/analysis/frame";
import { ALL_PROPS } from "../../workers/domain/analysis/frame/columns";
import { PROPS_BYTES } from "../../workers/domain/analysis/frame/size";
import {
  type Ask,
  type Checked,
  type CountedRow,
  check,
  derivedIn,
  joinRows,
  matchingKey,
  named,
  packRows,
  rowKey,
  toPanel,
  wantedBy,
} from "../../workers/domain/analysis/question";
import { resultKey } from "../../workers/domain/analysis/result-key";
import { toKnown } from "../../workers/domain/analysis/saved/known";
import { type Matches, matchesOf, sizeOfMatches } from "../../workers/domain/analysis/scan/matches";
import { type Keys, toPieces } from "../../workers/domain/analysis/scan/persons";
import { scan } from "../../workers/domain/analysis/scan/scan";
import { Problem } from "../../workers/domain/requests/problem";
import { openPortions } from "../../workers/storage/analysis/open-portions";
import { type PartDays, readWholeMonth } from "../../workers/storage/analysis/part-days";
import { ObjectGone, withObjects } from "../../workers/storage/lake/reading";
import { COLUMNS } from "./column-budget";
import { countDetails, DETAIL_BYTES } from "./details";
import { idsOf, type Listed, MonthColumns } from "./month-columns";
import { type Result, ResultCache } from "./result-cache";

/** An object is kept in memory this long (ms) after a question: the next one then finds the columns. */
const AWAKE_MS = 120_000;

const GONE = new Problem("unavailable", "data has changed meanwhile; ask again").toBody();

const inOrderOf = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The people of some rows, sent as the Worker reads them. */
function streamOf(lists: Iterable<Keys>): ReadableStream<Uint8Array> {
  const pieces = toPieces(lists);
  return new ReadableStream({
    type: "bytes",
    pull: (controller) => {
      const { done, value } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** Open days have all props of their events in memory at once, so these are fewer than the events themselves may be. */
const MOST_PROPS_BYTES = 40 * 1024 * 1024;

/** @throws Problem invalid when the open days have too many events whose props are asked for. */
function requireFewProps({ actions }: Wanted, { portions }: Listed): void {
  const rows = portions.reduce((sum, portion) => sum + portion.rows, 0);
  if (actions.has(ALL_PROPS) && rows * PROPS_BYTES > MOST_PROPS_BYTES)
    throw new Problem(
      "invalid",
      `period has about ${Math.round(rows)} events on days that are not prepared for analysis yet; ask for fewer days, or in an hour`,
    );
}

export class Analyst extends DurableObject<Cloudflare.Env> {
  private readonly columns = new MonthColumns();
  private readonly budget = COLUMNS;
  private readonly results = new ResultCache();
  private sleep: ReturnType<typeof setTimeout> | undefined;
  /** Questions are answered one after the other: two at once would read the same columns twice. */
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param text a question as JSON. Problems of the question are replies, since an error's class does not travel.
   * @param days what it reads, where the month has parts; else it looks itself.
   */
  async answer(text: string, days: PartDays | null = null): Promise<AnalystReply<ReadableStream<Uint8Array>>> {
    const answer = () => this.answerNow(JSON.parse(text) as AnalystQuestion, days);
    // What it was given it cannot list again.
    const work = this.last.then(() => (days ? answer() : withObjects(answer)));
    this.last = work.catch(() => undefined);
    try {
      return { answer: await work };
    } catch (error) {
      if (days && error instanceof ObjectGone) return { problem: GONE, gone: true };
      if (!(error instanceof Problem)) throw error;
      return { problem: error.toBody() };
    } finally {
      this.stayAwake();
    }
  }

  /** Forgets columns and answers: somebody was erased. */
  async forget(): Promise<void> {
    const work = this.last.then(() => {
      this.release();
      this.budget.end(this, 0);
    });
    this.last = work;
    await work;
  }

  /** Bytes that Analysts hold in this isolate. */
  async held(): Promise<number> {
    return this.budget.held;
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

  private async answerNow(
    question: AnalystQuestion,
    given: PartDays | null,
  ): Promise<AnalystAnswer<ReadableStream<Uint8Array>>> {
    const { asks } = question;
    const listed = await this.list(question, given);
    const keys = asks.map((ask) => resultKey(ask, question, listed.state));
    const results = keys.map((key) => this.results.get(key));
    const missing = asks.flatMap((ask, i) => (results[i] === undefined ? [{ ask, i }] : []));
    if (missing.length === 0) this.budget.end(this, this.bytes);
    else {
      const own = missing.map(({ ask }) => ask);
      await this.count(question, own, listed, (result, n) => {
        const { i } = missing[n]!;
        results[i] = result;
        this.results.set(keys[i]!, result);
      });
    }
    const people = results.flatMap((result) => (result!.people ? [result!.people] : []));
    return {
      rows: results.map((result) => result!.rows),
      people: people.length > 0 ? streamOf(people.flat()) : null,
      scanned: results[0]?.scanned ?? 0,
    };
  }

  private get bytes(): number {
    return this.columns.bytes + this.results.bytes;
  }

  /** Counts the asks that the cache has no result for. */
  private async count(
    { from, to, saved, limits }: Omit<AnalystQuestion, "asks">,
    asks: readonly Ask[],
    listed: Listed,
    done: (result: Result, n: number) => void,
  ): Promise<void> {
    const known = toKnown(saved);
    const checked = asks.map((ask) => check(ask, known));
    const wanted = wantedBy(checked);
    requireFewProps(wanted, listed);
    const names = derivedIn(checked);
    const reading = checked.some((ask) => ask.reading);
    const ofMatches = this.columns
      .rowsOf(listed)
      .reduce((sum, { visits, actions }) => sum + sizeOfMatches(visits, actions, { reading }), 0);
    const ofDetails = checked.some(({ details }) => details) ? DETAIL_BYTES : 0;
    const need = () => ofMatches + ofDetails + this.results.bytes + this.columns.need(listed, wanted, names);
    await this.budget.begin(
      this,
      () => {
        if (need() > this.budget.most) this.columns.keepOnly(listed, wanted);
        return need();
      },
      () => this.release(),
    );
    try {
      const frames = await this.columns.read(this.env.LAKE, listed, wanted, limits);
      for (const frame of frames) derive(frame, names, known.pageGroup);
      this.budget.update(this, this.bytes + ofMatches + ofDetails);
      const scanned = frames.reduce((sum, frame) => sum + actionsBetween(frame, from, to), 0);
      const counted = await this.rowsOf(checked, frames, { from, to, limits }, listed);
      counted.forEach((rows, n) => {
        // One order for all Analysts, so that their people can be merged row by row.
        if (checked[n]!.persons) rows.sort((a, b) => inOrderOf(rowKey(a), rowKey(b)));
        const people = checked[n]!.persons ? rows.map(({ counts }) => counts.persons!) : null;
        done({ rows: packRows(rows), people, scanned }, n);
      });
    } finally {
      this.columns.dropDerived();
      this.budget.end(this, this.bytes);
    }
  }

  /** The rows of each ask; those with the same filter share its matches. */
  private async rowsOf(
    asks: readonly Checked[],
    frames: readonly Frame[],
    { from, to, limits }: Pick<AnalystQuestion, "from" | "to" | "limits">,
    { days }: Listed,
  ): Promise<CountedRow[][]> {
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
          const matched = { frame, matches, span: { first, last } };
          const counted = ask.details
            ? await countDetails(this.env.LAKE, days.tables, matched, ask.details, ask.pageGroup)
            : named(scan(frame, panel, matches), ask, labels);
          rows[i]!.push(counted);
        }
      }
    }
    return rows.map((lists, i) => joinRows(lists, asks[i]!, limits));
  }

  private async list(
    { from, to, limits }: Pick<AnalystQuestion, "from" | "to" | "limits">,
    given: PartDays | null,
  ): Promise<Listed> {
    const days = given ?? (await readWholeMonth(this.env, this.siteId, { from, to }));
    const { part, tables, open, events, enrichments, processed } = days;
    const state = {
      closed: idsOf(tables.filter(({ min_date }) => min_date >= from && min_date <= to)),
      open: open.length === 0 ? "" : JSON.stringify([part, open, idsOf(events), idsOf(enrichments), processed]),
    };
    return { days, state, portions: openPortions(days, limits.part) };
  }

  private release(): void {
    this.columns.release();
    this.results.clear();
  }
}
