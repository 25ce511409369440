// The ids of imported events, for ever: whatever is imported again, in whatever file, counts once. They are kept by the day
// of their event, so that an import reads those of the days it touches and no others.
import type { Arrival } from "../../workers/domain/events/event";
import { idDates, notedPlace } from "../../workers/domain/visits/imports/ids";
import { HashTable, hash64 } from "../../workers/domain/visits/seen";

/** Bytes of hashes in memory; days that were used longest ago leave first, once they are written. */
const ROOM = 24_000_000;
/** Words of hashes in one row, two to an id: 800 KB. */
const MOST_WORDS = 200_000;
/** `n` of the row that says that the lake's ids of the date have been added. */
const LAKE_ADDED = -1;

interface Day {
  table: HashTable;
  /** Words of the hashes that are not written yet, of events that are in the journal. */
  fresh: number[];
  /** The same, of ids that the journal does not have. */
  added: number[];
}

const bytesOf = ({ table }: Day): number => table.words.byteLength;

export class ImportedIds {
  private readonly sql: SqlStorage;
  private readonly room: number;
  /** The day that was used last is at the end. */
  private readonly days = new Map<string, Day>();
  /** Dates with the lake's ids. */
  private readonly complete = new Set<string>();
  private bytes = 0;
  /** Words in `added` of all days. */
  private addedWords = 0;
  /** False in a hub that never imported anything: then not even the table is made. */
  private hasTable: boolean;

  constructor(sql: SqlStorage, room = ROOM) {
    this.sql = sql;
    this.room = room;
    this.hasTable = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'imported'").toArray().length > 0;
  }

  /** True in a hub that imports. */
  get isUsed(): boolean {
    return this.hasTable;
  }

  /** True when so many ids were added that they should be written. */
  get isAddedFull(): boolean {
    return this.addedWords >= MOST_WORDS;
  }

  /** Notes the id of an event. False when it is known, or when an earlier version has imported its line. */
  note(event: Pick<Arrival, "event_id" | "event_time" | "received_at" | "line">): boolean {
    const dates = idDates(event);
    const [high, low] = hash64(event.event_id);
    if (event.line !== undefined && this.hasAny(dates, notedPlace(event.line))) {
      // The next file may have the line at another place.
      for (const date of dates) this.add(date, event.event_id);
      return false;
    }
    let isNew = true;
    for (const date of dates) {
      const day = this.dayOf(date);
      if (this.insert(day, high, low)) day.fresh.push(high, low);
      else isNew = false;
    }
    return isNew;
  }

  /** Those of the dates that lack the lake's ids. */
  incomplete(dates: Iterable<string>): string[] {
    const unknown = [...dates].filter((date) => !this.complete.has(date));
    if (unknown.length === 0 || !this.hasTable) return unknown;
    const found = this.sql.exec<{ date: string }>(
      "SELECT date FROM imported WHERE n = ? AND date IN (SELECT value FROM json_each(?))",
      LAKE_ADDED,
      JSON.stringify(unknown),
    );
    for (const { date } of found) this.complete.add(date);
    return unknown.filter((date) => !this.complete.has(date));
  }

  /** Adds an id that is not in the journal. @returns how many the date has now. */
  add(date: string, id: string): number {
    const day = this.dayOf(date);
    const [high, low] = hash64(id);
    if (this.insert(day, high, low)) {
      day.added.push(high, low);
      this.addedWords += 2;
    }
    return day.table.size;
  }

  /** Writes the added ids. Call it in a transaction. */
  writeAdded(): void {
    if (this.addedWords === 0) return;
    for (const [date, { added }] of this.days) this.write(date, added);
    this.addedWords = 0;
    this.makeRoom();
  }

  /** Remembers that the lake's ids of these dates have been added. Call it in a transaction. */
  markComplete(dates: readonly string[]): void {
    this.makeTable();
    for (const date of dates) {
      this.sql.exec("INSERT OR IGNORE INTO imported (date, n, hashes) VALUES (?, ?, x'')", date, LAKE_ADDED);
      this.complete.add(date);
    }
  }

  /** Writes the new ids. Part of a checkpoint's transaction. */
  checkpoint(): void {
    for (const [date, { fresh }] of this.days) this.write(date, fresh);
    this.makeRoom();
  }

  private hasAny(dates: readonly string[], text: string): boolean {
    const [high, low] = hash64(text);
    return dates.some((date) => this.dayOf(date).table.has(high, low));
  }

  private insert(day: Day, high: number, low: number): boolean {
    const before = bytesOf(day);
    const isNew = day.table.add(high, low);
    this.bytes += bytesOf(day) - before;
    return isNew;
  }

  private write(date: string, words: number[]): void {
    if (words.length === 0) return;
    const { rows } = this.sql
      .exec<{ rows: number }>("SELECT coalesce(max(n) + 1, 0) AS rows FROM imported WHERE date = ?", date)
      .one();
    for (let at = 0; at < words.length; at += MOST_WORDS)
      this.sql.exec(
        "INSERT INTO imported (date, n, hashes) VALUES (?, ?, ?)",
        date,
        rows + at / MOST_WORDS,
        new Uint32Array(words.slice(at, at + MOST_WORDS)).buffer,
      );
    words.length = 0;
  }

  private dayOf(date: string): Day {
    const known = this.days.get(date);
    if (known) {
      this.days.delete(date);
      this.days.set(date, known);
      return known;
    }
    this.makeTable();
    const day: Day = { table: new HashTable(), fresh: [], added: [] };
    for (const { hashes } of this.sql.exec<{ hashes: ArrayBuffer }>(
      "SELECT hashes FROM imported WHERE date = ? AND n >= 0",
      date,
    )) {
      const words = new Uint32Array(hashes);
      for (let at = 0; at < words.length; at += 2) day.table.add(words[at]!, words[at + 1]!);
    }
    this.days.set(date, day);
    this.bytes += bytesOf(day);
    this.makeRoom();
    return day;
  }

  private makeTable(): void {
    if (this.hasTable) return;
    this.sql.exec(`CREATE TABLE imported (date TEXT NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL,
      PRIMARY KEY (date, n)) WITHOUT ROWID`);
    this.hasTable = true;
  }

  private makeRoom(): void {
    if (this.bytes <= this.room) return;
    // The last one is in use.
    for (const [date, day] of [...this.days].slice(0, -1)) {
      if (this.bytes <= this.room) return;
      // What is not written is nowhere else.
      if (day.fresh.length > 0 || day.added.length > 0) continue;
      this.days.delete(date);
      this.bytes -= bytesOf(day);
    }
  }
}
