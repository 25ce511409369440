// The visitors of a hub in SQLite. A row has the records of many visitors, because each row written is billed. Rows never
// change: a newer record of a visitor goes into a later row. An index in memory, 24 bytes per visitor, finds the newest
// record. Rows in which half of the records are outdated are merged.
import { HashIndex } from "../../workers/domain/visits/hash-index";
import { hash64 } from "../../workers/domain/visits/seen";
import { fromLine, type Line, textIn, toLine } from "./visitor-record";

export interface RowLimits {
  /** Characters, all of them ASCII, after which a row is full. */
  chunk: number;
  /** Rows that a checkpoint may merge in addition to as many as it wrote. */
  compacted: number;
  /** Maximum number of quiet visitors remembered per day. */
  visitors: number;
  /** Maximum number of index entries in memory, over all days. The least recently used days are dropped and read again. */
  indexed: number;
}

/** The row of a visitor who was forgotten. */
const NOWHERE = 0xffff_ffff;

interface Row {
  date: string;
  /** Time (ms) of the latest event in it. */
  latest: number;
  records: number;
  /** Records that no later row replaces; `records` until the index of the date has been read. */
  current: number;
}

export function createVisitorRows(sql: SqlStorage): void {
  // The body is the last column, so that SQLite does not read it for queries of the other columns.
  sql.exec(`CREATE TABLE IF NOT EXISTS visitor_rows (n INTEGER PRIMARY KEY, date TEXT NOT NULL,
    latest INTEGER NOT NULL, hashes BLOB NOT NULL, body TEXT NOT NULL)`);
}

const nextRow = (sql: SqlStorage): number =>
  sql.exec<{ n: number }>("SELECT coalesce(max(n) + 1, 0) AS n FROM visitor_rows").one().n;

const latestIn = (lines: readonly Line[]): number => lines.reduce((latest, { last }) => Math.max(latest, last), 0);

function insertRow(sql: SqlStorage, n: number, date: string, lines: readonly Line[], hashes: number[]): void {
  sql.exec(
    "INSERT INTO visitor_rows (n, date, latest, hashes, body) VALUES (?, ?, ?, ?, ?)",
    n,
    date,
    latestIn(lines),
    new Uint32Array(hashes).buffer,
    lines.map(toLine).join("\n"),
  );
}

/** Puts lines into portions of at most `limit` characters, one at a time. */
function* portionsOf(lines: Iterable<Line>, limit: number): Generator<Line[]> {
  let own: Line[] = [];
  let length = 0;
  for (const line of lines) {
    if (length + line.text.length > limit && own.length > 0) {
      yield own;
      own = [];
      length = 0;
    }
    own.push(line);
    length += line.text.length;
  }
  if (own.length > 0) yield own;
}

/** Appends lines of a date as rows, without an index. */
export function appendRows(sql: SqlStorage, date: string, lines: Iterable<Line>, limit: number): void {
  let n = nextRow(sql);
  for (const portion of portionsOf(lines, limit))
    insertRow(
      sql,
      n++,
      date,
      portion,
      portion.flatMap(({ visitor }) => hash64(visitor)),
    );
}

export class VisitorRows {
  private readonly sql: SqlStorage;
  private readonly limits: RowLimits;
  /** By position, oldest first. */
  private readonly rows = new Map<number, Row>();
  /** Time (ms) of the latest event in the rows of each date. */
  private readonly latest = new Map<string, number>();
  private readonly indexes = new Map<string, HashIndex>();
  private next: number;
  /** Rows written since the last compaction. */
  private written = 0;

  constructor(sql: SqlStorage, limits: RowLimits) {
    this.sql = sql;
    this.limits = limits;
    createVisitorRows(sql);
    this.next = nextRow(sql);
    const rows = sql.exec<{ n: number; date: string; latest: number; records: number }>(
      "SELECT n, date, latest, length(hashes) / 8 AS records FROM visitor_rows ORDER BY n",
    );
    for (const { n, ...row } of rows) this.note(n, { ...row, current: row.records });
  }

  private note(n: number, row: Row): void {
    this.rows.set(n, row);
    this.latest.set(row.date, Math.max(this.latest.get(row.date) ?? 0, row.latest));
  }

  /** Local dates with rows. */
  dates(): string[] {
    return [...this.latest.keys()].sort();
  }

  /** Time (ms) of the latest event of a date that was written; 0 when there is none. */
  latestOn(date: string): number {
    return this.latest.get(date) ?? 0;
  }

  has(date: string, visitor: string): boolean {
    return this.rowOf(date, visitor) !== null;
  }

  /** The texts of the records of these visitors, without those that have none. Reads each row once. */
  *read(date: string, visitors: Iterable<string>): Generator<[visitor: string, text: string]> {
    const wanted = new Map<number, string[]>();
    for (const visitor of visitors) {
      const n = this.rowOf(date, visitor);
      if (n === null) continue;
      const others = wanted.get(n);
      if (others) others.push(visitor);
      else wanted.set(n, [visitor]);
    }
    for (const [n, own] of wanted) {
      const body = this.bodyOf(n);
      for (const visitor of own) {
        // Missing only if another visitor has the same hash, which practically never happens.
        const text = textIn(body, visitor);
        if (text !== undefined) yield [visitor, text];
      }
    }
  }

  /** The newest records with an event at `since` (ms) or later, the latest rows first. */
  *since(since: number): Generator<[date: string, line: Line]> {
    for (const [n, { date, latest }] of [...this.rows].reverse()) {
      if (latest < since) continue;
      for (const line of this.currentIn(n, date)) if (line.last >= since) yield [date, line];
    }
  }

  /** Appends records. Drops visitors beyond the limit of a day. */
  write(date: string, lines: Iterable<Line>): void {
    for (const portion of portionsOf(lines, this.limits.chunk)) this.append(date, portion);
  }

  private append(date: string, lines: readonly Line[]): void {
    const n = this.next;
    // The first row makes the date known, and with it its index.
    if (!this.latest.has(date)) this.latest.set(date, 0);
    const index = this.indexOf(date)!;
    const kept: Line[] = [];
    const hashes: number[] = [];
    for (const line of lines) {
      const [high, low] = hash64(line.visitor);
      if (index.size >= this.limits.visitors && index.get(high, low) === null) continue;
      this.outdate(index.set(high, low, n));
      kept.push(line);
      hashes.push(high, low);
    }
    if (kept.length === 0) return;
    insertRow(this.sql, n, date, kept, hashes);
    this.next += 1;
    this.written += 1;
    this.note(n, { date, latest: latestIn(kept), records: kept.length, current: kept.length });
  }

  private outdate(n: number | null): void {
    const row = n === null ? undefined : this.rows.get(n);
    if (row) row.current -= 1;
  }

  /**
   * Deletes rows without a current record, and writes the records of half-empty ones together, the oldest first. A bounded
   * number of rows, yet more than were written since the last time: half of those that are read become free.
   */
  compact(): void {
    let left = this.limits.compacted + this.written;
    this.written = 0;
    const emptied: number[] = [];
    const halfEmpty = new Map<string, number[]>();
    for (const [n, { date, records, current }] of this.rows) {
      if (current === 0) emptied.push(n);
      else if (current * 2 <= records && left > 0 && this.indexes.has(date)) {
        halfEmpty.set(date, [...(halfEmpty.get(date) ?? []), n]);
        left -= 1;
      }
    }
    for (const [date, own] of halfEmpty) {
      // A single row would only be copied.
      if (own.length < 2) continue;
      this.write(date, this.currentInAll(own, date));
      emptied.push(...own);
    }
    this.written = 0;
    this.delete(emptied);
  }

  /**
   * Removes records from some rows, of position `from` and later: rows that have any, also outdated ones, are written anew
   * without them. @returns the position to go on from, null when there is none.
   */
  forgetIn(from: number, most: number, isGone: (line: Line) => boolean): { next: number | null; removed: number } {
    const all = [...this.rows].filter(([n]) => n >= from).sort(([a], [b]) => a - b);
    let removed = 0;
    for (const [n, { date }] of all.slice(0, most)) {
      const gone = this.bodyOf(n).split("\n").map(fromLine).filter(isGone);
      if (gone.length === 0) continue;
      const names = new Set(gone.map(({ visitor }) => visitor));
      const current = [...this.currentIn(n, date)];
      this.write(
        date,
        current.filter(({ visitor }) => !names.has(visitor)),
      );
      for (const { visitor } of current) {
        if (!names.has(visitor)) continue;
        this.indexOf(date)!.set(...hash64(visitor), NOWHERE);
        removed += 1;
      }
      this.delete([n]);
    }
    return { next: all[most]?.[0] ?? null, removed };
  }

  private *currentInAll(rows: readonly number[], date: string): Generator<Line> {
    for (const n of rows) yield* this.currentIn(n, date);
  }

  private *currentIn(n: number, date: string): Generator<Line> {
    const body = this.bodyOf(n);
    for (let from = 0; from <= body.length; ) {
      const end = body.indexOf("\n", from);
      const to = end === -1 ? body.length : end;
      const line = fromLine(body.slice(from, to));
      if (this.rowOf(date, line.visitor) === n) yield line;
      from = to + 1;
    }
  }

  private delete(rows: readonly number[]): void {
    if (rows.length === 0) return;
    this.sql.exec("DELETE FROM visitor_rows WHERE n IN (SELECT value FROM json_each(?))", JSON.stringify(rows));
    for (const n of rows) this.rows.delete(n);
  }

  forget(dates: Iterable<string>): void {
    for (const date of dates) {
      this.delete([...this.rows].flatMap(([n, row]) => (row.date === date ? [n] : [])));
      this.latest.delete(date);
      this.indexes.delete(date);
    }
  }

  private bodyOf(n: number): string {
    return this.sql.exec<{ body: string }>("SELECT body FROM visitor_rows WHERE n = ?", n).one().body;
  }

  private rowOf(date: string, visitor: string): number | null {
    const index = this.indexOf(date);
    const n = index ? index.get(...hash64(visitor)) : null;
    return n === NOWHERE ? null : n;
  }

  /** The index of a date, read from its rows if it is not in memory; none for a date without rows. */
  private indexOf(date: string): HashIndex | undefined {
    if (!this.latest.has(date)) return undefined;
    const known = this.indexes.get(date);
    if (known) return known;
    const index = new HashIndex();
    for (const row of this.rows.values()) if (row.date === date) row.current = row.records;
    const all = this.sql.exec<{ n: number; hashes: ArrayBuffer }>(
      "SELECT n, hashes FROM visitor_rows WHERE date = ? ORDER BY n",
      date,
    );
    for (const { n, hashes } of all) {
      const words = new Uint32Array(hashes);
      for (let at = 0; at < words.length; at += 2) this.outdate(index.set(words[at]!, words[at + 1]!, n));
    }
    this.indexes.set(date, index);
    this.dropIndexes(date);
    return index;
  }

  /** Drops indexes beyond the limit, those of the oldest days, but never the one of `wanted`. */
  private dropIndexes(wanted: string): void {
    let indexed = [...this.indexes.values()].reduce((sum, { size }) => sum + size, 0);
    for (const date of [...this.indexes.keys()].sort()) {
      if (indexed <= this.limits.indexed) return;
      if (date === wanted) continue;
      indexed -= this.indexes.get(date)!.size;
      this.indexes.delete(date);
    }
  }
}
