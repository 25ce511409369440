// The visitor book of a hub: recent visitors are objects in memory, the others are in SQLite until an event needs them.
// Memory is bounded for any number of visitors: quiet visitors leave it, and earlier when there are many. A checkpoint
// writes changed visitors; visitors that changed since the last one stay in memory.
import { MOST_VISITORS } from "../../workers/domain/visits/capacity";
import type { HubPerson } from "../../workers/domain/visits/hub";
import { type Book, currentVisits, VISIT_GAP, type Visit, type VisitorDay } from "../../workers/domain/visits/visit";
import { KeptDays } from "./kept-days";
import { OtherVisitors } from "./other-visitors";
import { type Line, lastOf, toFittingText } from "./visitor-record";
import { type RowLimits, VisitorRows } from "./visitor-rows";

/** Visitors leave memory this long (ms) after their last event. By then every visit is over, even with a late event. */
const AWAKE = VISIT_GAP + 5 * 60_000;

export interface Limits extends RowLimits {
  /** The maximum length of a record in characters: a SQLite row has at most 2 MB. */
  longest: number;
  /** Characters of the records in memory. As objects they take two to four bytes per character. */
  awake: number;
  /** Distinct values that are kept as one string object each. */
  pool: number;
}

const LIMITS: Limits = {
  chunk: 128_000,
  longest: 1_000_000,
  compacted: 16,
  visitors: MOST_VISITORS,
  indexed: 2 * MOST_VISITORS,
  awake: 6_000_000,
  pool: 20_000,
};
/** The assumed size of a record until its text is made for the first time. */
const USUAL_SIZE = 1_000;

interface Entry {
  date: string;
  visitor: string;
  record: VisitorDay;
  /** Characters of its text when it was last written or read. */
  size: number;
}

interface Wanted {
  date: string;
  visitor: string;
  since?: number;
}

const keyOf = (date: string, visitor: string): string => `${date} ${visitor}`;

export class VisitorBook implements Book {
  readonly others: OtherVisitors;
  private readonly limits: Limits;
  private readonly rows: VisitorRows;
  /** By date and visitor, in the order of the last change or read. */
  private readonly entries = new Map<string, Entry>();
  private readonly changed = new Map<string, Entry>();
  /** Characters of all entries. */
  private size = 0;
  /** Above this size, look for visitors that may leave memory. */
  private roomFor: number;
  private readonly pool = new Map<string, string>();
  private readonly late: [date: string, visitor: string][] = [];
  /** Time of the latest event. */
  private latest = 0;
  private readonly days: KeptDays;

  constructor(sql: SqlStorage, limits: Limits = LIMITS) {
    this.limits = limits;
    this.roomFor = limits.awake;
    this.rows = new VisitorRows(sql, limits);
    const dates = this.rows.dates();
    for (const date of dates) this.latest = Math.max(this.latest, this.rows.latestOn(date));
    this.others = new OtherVisitors(sql, this.latest, { use: (date) => this.days.use(date) });
    this.days = new KeptDays(sql, [...dates, ...this.others.dates()]);
  }

  /** Visits in storage with an event at `since` (ms) or later, roughly the latest first. */
  *visitsSince(since: number): Generator<Visit> {
    for (const [, { text }] of this.rows.since(since))
      yield* currentVisits(JSON.parse(text) as VisitorDay).filter((visit) => visit.last >= since);
  }

  find(date: string, visitor: string, since?: number): VisitorDay | undefined {
    const known = this.entries.get(keyOf(date, visitor));
    if (known) return known.record;
    this.read(date, [visitor], since);
    return this.entries.get(keyOf(date, visitor))?.record;
  }

  has(date: string, visitor: string): boolean {
    return this.entries.has(keyOf(date, visitor)) || this.rows.has(date, visitor);
  }

  /** Reads the visitors of a batch in advance, so that each row of storage is read once for all of them. */
  prepare(wanted: Iterable<Wanted>): void {
    const byDate = new Map<string, Set<string>>();
    for (const { date, visitor, since } of wanted) {
      if (this.entries.has(keyOf(date, visitor)) || !this.mayHave(date, since)) continue;
      const own = byDate.get(date);
      if (own) own.add(visitor);
      else byDate.set(date, new Set([visitor]));
    }
    for (const [date, visitors] of byDate) this.read(date, visitors);
  }

  add(date: string, visitor: string, record: VisitorDay): void {
    this.put({ date, visitor, record, size: USUAL_SIZE });
    this.days.use(date);
  }

  noteLate(date: string, visitor: string): void {
    this.late.push([date, visitor]);
  }

  makeLate(date: string, visitor: string): void {
    const record = this.find(date, visitor);
    if (!record) return;
    this.touch(date, visitor);
    record.late = true;
  }

  /** The records that others have made late since the last call. */
  takeLate(): [date: string, visitor: string][] {
    return this.late.splice(0);
  }

  touch(date: string, visitor: string): void {
    const key = keyOf(date, visitor);
    this.changed.set(key, this.entries.get(key)!);
    this.days.use(date);
  }

  /** Announces an event of this time. Between two events no caller holds a record. */
  passed(time: number): void {
    this.latest = Math.max(this.latest, time);
    if (this.size > this.roomFor) this.makeRoom();
  }

  intern<T extends string | null>(value: T): T {
    if (value === null) return value;
    const known = this.pool.get(value);
    if (known !== undefined) return known as T;
    if (this.pool.size >= this.limits.pool) this.pool.clear();
    this.pool.set(value, value);
    return value;
  }

  forgets(date: string): boolean {
    return this.days.forgets(date);
  }

  /** Forgets the visitors of a person in memory, and the ids that they might have had. @returns how many. */
  forgetPerson({ visitors, visits }: Pick<HubPerson, "visitors" | "visits">): number {
    const gone = new Set(visitors);
    const own = new Set(visits);
    let forgotten = 0;
    for (const [key, entry] of this.entries) {
      if (!gone.has(entry.visitor) && !entry.record.visits.some(({ id }) => own.has(id))) continue;
      this.drop(key, entry);
      this.changed.delete(key);
      forgotten += 1;
    }
    this.late.splice(0, this.late.length, ...this.late.filter(([, visitor]) => !gone.has(visitor)));
    this.others.forget(visitors);
    this.pool.clear();
    return forgotten;
  }

  /** Forgets them in some rows of storage, of position `from` and later. @returns where to go on. */
  forgetRows(
    { visitors, visits }: Pick<HubPerson, "visitors" | "visits">,
    from: number,
    most: number,
  ): { next: number | null; removed: number } {
    const gone = new Set(visitors);
    return this.rows.forgetIn(
      from,
      most,
      ({ visitor, text }) => gone.has(visitor) || visits.some((id) => text.includes(id)),
    );
  }

  /** Writes changed visitors, then removes unneeded ones from memory. Call it in a transaction. */
  checkpoint(): void {
    for (const date of new Set([...this.changed.values()].map((entry) => entry.date)))
      this.rows.write(date, this.changedOn(date));
    for (const [key, entry] of this.changed) {
      this.entries.delete(key);
      this.entries.set(key, entry);
    }
    this.changed.clear();
    this.forget();
    this.rows.compact();
    const quietBefore = this.latest - AWAKE;
    for (const [key, entry] of this.entries) if (lastOf(entry.record) < quietBefore) this.drop(key, entry);
    this.makeRoom();
  }

  private *changedOn(date: string): Generator<Line> {
    for (const entry of this.changed.values()) {
      if (entry.date !== date) continue;
      const text = toFittingText(entry.record, this.limits.longest);
      this.size += text.length - entry.size;
      entry.size = text.length;
      yield { visitor: entry.visitor, last: lastOf(entry.record), text };
    }
  }

  /** Whether storage may have a record of a date with an event at `since` (ms) or later. */
  private mayHave(date: string, since = 0): boolean {
    return this.rows.latestOn(date) >= Math.max(since, 1);
  }

  private read(date: string, visitors: Iterable<string>, since?: number): void {
    if (!this.mayHave(date, since)) return;
    for (const [visitor, text] of this.rows.read(date, visitors)) {
      const record = JSON.parse(text) as VisitorDay;
      for (const visit of record.visits) {
        visit.visitor = visit.visitor === visitor ? visitor : visit.visitor;
        visit.dimensions = visit.dimensions.map((value) => this.intern(value));
      }
      this.put({ date, visitor, record, size: text.length });
    }
  }

  private put(entry: Entry): void {
    this.entries.set(keyOf(entry.date, entry.visitor), entry);
    this.size += entry.size;
  }

  private drop(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.size -= entry.size;
  }

  /** Drops the least recently used visitors until the rest fits into memory. */
  private makeRoom(): void {
    for (const [key, entry] of this.entries) {
      if (this.size <= this.limits.awake) break;
      // A changed record must stay in memory until the checkpoint.
      if (!this.changed.has(key)) this.drop(key, entry);
    }
    // Do not try again at every event while none can leave.
    this.roomFor = Math.max(this.size, this.limits.awake) + this.limits.awake / 4;
  }

  /** Drops days that no event needs now. */
  private forget(): void {
    const dropped = new Set(this.days.forget());
    this.rows.forget(dropped);
    this.others.checkpoint(dropped);
    if (dropped.size > 0) for (const [key, entry] of this.entries) if (dropped.has(entry.date)) this.drop(key, entry);
  }
}
