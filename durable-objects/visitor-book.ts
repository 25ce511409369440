// The visitor book of a hub: recent visitors as objects, the other visitors of the day as text, older days in SQLite
// until an event asks for them. Changes are appended at checkpoints and now and then written together.
import { LIVE_KEPT } from "../workers/domain/live";
import { type Book, VISIT_GAP, type Visit, type VisitorDay } from "../workers/domain/visit";
import { addDays } from "../workers/domain/zone";

/** Days of visitors that are kept: an event may come 72 hours late, in a visit of the day before. */
const DAYS_KEPT = 5;
/** Visitors fall asleep this long (ms) after their last event: no visit goes on by then, even if an event came late. */
const AWAKE = VISIT_GAP + 5 * 60_000;
export interface Limits {
  /** Characters, all of them ASCII, after which a row is full; and those of the longest record: a row has 2 MB. */
  chunk: number;
  longest: number;
  /** So many rows of changes are written together with the days that they change: what a start must read again. */
  changes: number;
  /** Distinct values that are kept as one string object each. */
  pool: number;
}

const LIMITS: Limits = { chunk: 500_000, longest: 1_000_000, changes: 64, pool: 50_000 };

interface Day {
  /** A record, or its text while its visitor is quiet. */
  records: Map<string, VisitorDay | string>;
  /** Visitors whose record is an object. */
  awake: Set<string>;
  /** False when only recent visitors are in memory and the others in storage. */
  whole: boolean;
  changed: Set<string>;
}

const lastOf = (record: VisitorDay): number => Math.max(...record.visits.map(({ last }) => last));

/** ASCII, because V8 keeps a text with one foreign letter at two bytes a letter; sets become lists. */
const toText = (record: VisitorDay): string =>
  JSON.stringify(record, (_, value: unknown) => (value instanceof Set ? [...value] : value)).replace(
    /[\u0080-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/**
 * The text of a record that fits a row. A record that does not is that of a program; the values of its former visits,
 * which only a late event could ask for, are let go.
 */
function toFittingText(record: VisitorDay, limit: number): string {
  const text = toText(record);
  if (text.length <= limit) return text;
  const visits = record.visits.map((visit, i) =>
    i === record.visits.length - 1 ? visit : { ...visit, seen: visit.seen.map(() => []) },
  );
  return toText({ ...record, visits });
}

/** A line of storage: visitor, time of the last event, record. None of them holds a tab or a line's end. */
const toLine = (visitor: string, record: VisitorDay | string, limit: number): string =>
  typeof record === "string"
    ? `${visitor}\t${lastInText(record)}\t${record}`
    : `${visitor}\t${lastOf(record)}\t${toFittingText(record, limit)}`;

/** The latest `"last":` of a record's text, without parsing the rest. */
function lastInText(text: string): number {
  let last = 0;
  for (const [, time] of text.matchAll(/"last":(\d+)/g)) last = Math.max(last, Number(time));
  return last;
}

function toChunks(lines: Iterable<string>, limit: number): string[] {
  const chunks: string[] = [];
  let own: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.length > limit && own.length > 0) {
      chunks.push(own.join("\n"));
      own = [];
      length = 0;
    }
    own.push(line);
    length += line.length + 1;
  }
  if (own.length > 0) chunks.push(own.join("\n"));
  return chunks;
}

export class VisitorBook implements Book {
  private readonly sql: SqlStorage;
  private readonly limits: Limits;
  private readonly days = new Map<string, Day>();
  /** Dates of which storage has visitors. */
  private readonly stored: Set<string>;
  private changes: number;
  private readonly pool = new Map<string, string>();
  /** Time of the latest event. */
  private latest = 0;
  private latestDate = "";
  /** Visitors without an event since then (ms) may be asleep. */
  private quietBefore = 0;

  /** Reads the latest day and who was here in the last half hour before `now`, and tells them to `onRecent`. */
  constructor(sql: SqlStorage, now: number, onRecent: (visit: Visit) => void, limits: Limits = LIMITS) {
    this.sql = sql;
    this.limits = limits;
    sql.exec(`CREATE TABLE IF NOT EXISTS visitors (date TEXT NOT NULL, chunk INTEGER NOT NULL, body TEXT NOT NULL,
      PRIMARY KEY (date, chunk)) WITHOUT ROWID`);
    sql.exec("CREATE TABLE IF NOT EXISTS changes (n INTEGER PRIMARY KEY, date TEXT NOT NULL, body TEXT NOT NULL)");
    const dates = sql.exec<{ date: string }>("SELECT date FROM visitors UNION SELECT date FROM changes").toArray();
    this.stored = new Set(dates.map(({ date }) => date));
    this.changes = sql.exec<{ n: number }>("SELECT coalesce(max(n) + 1, 0) AS n FROM changes").one().n;
    const recent = [...this.stored].sort().slice(-2);
    this.latestDate = recent.at(-1) ?? "";
    const texts = new Map(recent.map((date) => [date, this.read(date)]));
    for (const day of texts.values())
      for (const text of day.values()) this.latest = Math.max(this.latest, lastInText(text));
    this.quietBefore = this.latest - AWAKE;
    for (const [date, day] of texts) this.wakeRecent(date, day, now, onRecent);
    // Only the latest day stays whole.
    this.sleep();
  }

  /** Wakes those who must be awake for `find`, and those whom the live picture shows. */
  private wakeRecent(date: string, texts: Map<string, string>, now: number, onRecent: (visit: Visit) => void): void {
    const live = now - LIVE_KEPT;
    for (const [visitor, text] of texts) {
      const last = lastInText(text);
      if (last < Math.min(this.quietBefore, live)) continue;
      const visits = this.find(date, visitor)?.visits ?? [];
      if (last >= live) for (const visit of visits) onRecent(visit);
    }
  }

  find(date: string, visitor: string, since?: number): VisitorDay | undefined {
    const day = this.dayOf(date);
    let record = day.records.get(visitor);
    if (record === undefined && !day.whole && (since === undefined || since < this.quietBefore)) {
      this.read(date);
      record = day.records.get(visitor);
    }
    return typeof record === "string" ? this.wake(day, visitor, record) : record;
  }

  add(date: string, visitor: string, record: VisitorDay): void {
    const day = this.dayOf(date);
    day.records.set(visitor, record);
    day.awake.add(visitor);
    if (date > this.latestDate) this.latestDate = date;
  }

  touch(date: string, visitor: string): void {
    this.dayOf(date).changed.add(visitor);
  }

  /** Notes that an event of this time came. */
  passed(time: number): void {
    this.latest = Math.max(this.latest, time);
  }

  intern<T extends string | null>(value: T): T {
    if (value === null) return value;
    const known = this.pool.get(value);
    if (known !== undefined) return known as T;
    if (this.pool.size >= this.limits.pool) this.pool.clear();
    this.pool.set(value, value);
    return value;
  }

  /** Writes what changed; call it in a transaction. Then lets those who are quiet sleep. */
  checkpoint(): void {
    const changed: string[] = [];
    for (const [date, day] of this.days) {
      if (day.changed.size === 0) continue;
      changed.push(date);
      const lines = [...day.changed].map((visitor) => toLine(visitor, day.records.get(visitor)!, this.limits.longest));
      for (const body of toChunks(lines, this.limits.chunk))
        this.sql.exec("INSERT INTO changes (n, date, body) VALUES (?, ?, ?)", this.changes++, date, body);
      day.changed.clear();
      this.stored.add(date);
    }
    this.forget();
    if (this.changes >= this.limits.changes) this.merge();
    this.quietBefore = this.latest - AWAKE;
    this.sleep();
  }

  private dayOf(date: string): Day {
    let day = this.days.get(date);
    if (!day) {
      day = { records: new Map(), awake: new Set(), whole: !this.stored.has(date), changed: new Set() };
      this.days.set(date, day);
    }
    return day;
  }

  private wake(day: Day, visitor: string, text: string): VisitorDay {
    const record = JSON.parse(text) as VisitorDay;
    for (const visit of record.visits) {
      visit.visitor = visit.visitor === visitor ? visitor : visit.visitor;
      visit.dimensions = visit.dimensions.map((value) => this.intern(value));
    }
    day.records.set(visitor, record);
    day.awake.add(visitor);
    return record;
  }

  /** Reads a day whole; what is in memory is newer. Returns the texts as storage has them. */
  private read(date: string): Map<string, string> {
    const texts = new Map<string, string>();
    const bodies = this.sql.exec<{ body: string }>(
      `SELECT body FROM (SELECT 0 AS part, chunk AS n, body FROM visitors WHERE date = ?1
       UNION ALL SELECT 1, n, body FROM changes WHERE date = ?1) ORDER BY part, n`,
      date,
    );
    for (const { body } of bodies)
      for (const line of body.split("\n")) {
        const [visitor, , text] = line.split("\t") as [string, string, string];
        texts.set(visitor, text);
      }
    const day = this.dayOf(date);
    for (const [visitor, text] of texts) if (!day.records.has(visitor)) day.records.set(visitor, text);
    day.whole = true;
    return texts;
  }

  /** Writes the days that have changes whole, and the changes away. */
  private merge(): void {
    for (const { date } of this.sql.exec<{ date: string }>("SELECT DISTINCT date FROM changes").toArray()) {
      const day = this.dayOf(date);
      if (!day.whole) this.read(date);
      const chunks = toChunks(
        [...day.records].map(([visitor, record]) => toLine(visitor, record, this.limits.longest)),
        this.limits.chunk,
      );
      chunks.forEach((body, chunk) => {
        this.sql.exec(
          "INSERT INTO visitors (date, chunk, body) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body",
          date,
          chunk,
          body,
        );
      });
      this.sql.exec("DELETE FROM visitors WHERE date = ? AND chunk >= ?", date, chunks.length);
    }
    this.sql.exec("DELETE FROM changes");
    this.changes = 0;
  }

  /** Turns quiet visitors of the latest day into text and lets go of those of other days, which storage has. */
  private sleep(): void {
    for (const [date, day] of this.days) {
      const isLatest = date === this.latestDate;
      for (const visitor of day.awake) {
        const record = day.records.get(visitor) as VisitorDay;
        if (lastOf(record) >= this.quietBefore || day.changed.has(visitor)) continue;
        day.records.set(visitor, toFittingText(record, this.limits.longest));
        day.awake.delete(visitor);
      }
      if (isLatest) continue;
      if (day.awake.size === 0) this.days.delete(date);
      else for (const [visitor, record] of day.records) if (typeof record === "string") day.records.delete(visitor);
      day.whole = false;
    }
  }

  /** Drops the days that no event can need any more. */
  private forget(): void {
    const oldest = addDays(this.latestDate || "9999-12-31", 1 - DAYS_KEPT);
    if (![...this.stored].some((date) => date < oldest)) return;
    this.sql.exec("DELETE FROM visitors WHERE date < ?", oldest);
    this.sql.exec("DELETE FROM changes WHERE date < ?", oldest);
    for (const date of this.stored) if (date < oldest) this.stored.delete(date);
    for (const date of this.days.keys()) if (date < oldest) this.days.delete(date);
    this.pool.clear();
  }
}
