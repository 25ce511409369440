// The ids of imported events, for ever: whatever is imported again, in whatever file, counts once. They are kept by the day
// of their event, so that an import reads those of the days it touches and no others.
import { HashTable, hash64 } from "../workers/domain/visits/seen";

/** Bytes of hashes in memory; days that were used longest ago leave first, once they are written. */
const ROOM = 24_000_000;
/** Words of hashes in one row, two to an id: 800 KB. */
const MOST_WORDS = 200_000;

interface Day {
  table: HashTable;
  /** Words of the hashes that are not written yet. */
  fresh: number[];
}

const bytesOf = ({ table }: Day): number => table.words.byteLength;
const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

export class ImportedIds {
  private readonly sql: SqlStorage;
  private readonly room: number;
  /** The day that was used last is at the end. */
  private readonly days = new Map<string, Day>();
  private bytes = 0;
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

  /** Notes the id of an event that happened at `time` (ms). False when it is known. */
  note(id: string, time: number): boolean {
    const day = this.dayOf(dateOf(time));
    const [high, low] = hash64(id);
    const before = bytesOf(day);
    if (!day.table.add(high, low)) return false;
    day.fresh.push(high, low);
    this.bytes += bytesOf(day) - before;
    return true;
  }

  /** Writes the new ids. Part of a checkpoint's transaction. */
  checkpoint(): void {
    for (const [date, { fresh }] of this.days) {
      if (fresh.length === 0) continue;
      const { rows } = this.sql
        .exec<{ rows: number }>("SELECT coalesce(max(n) + 1, 0) AS rows FROM imported WHERE date = ?", date)
        .one();
      for (let at = 0; at < fresh.length; at += MOST_WORDS)
        this.sql.exec(
          "INSERT INTO imported (date, n, hashes) VALUES (?, ?, ?)",
          date,
          rows + at / MOST_WORDS,
          new Uint32Array(fresh.slice(at, at + MOST_WORDS)).buffer,
        );
      fresh.length = 0;
    }
    this.makeRoom();
  }

  private dayOf(date: string): Day {
    const known = this.days.get(date);
    if (known) {
      this.days.delete(date);
      this.days.set(date, known);
      return known;
    }
    this.makeTable();
    const day: Day = { table: new HashTable(), fresh: [] };
    for (const { hashes } of this.sql.exec<{ hashes: ArrayBuffer }>(
      "SELECT hashes FROM imported WHERE date = ?",
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
      if (day.fresh.length > 0) continue;
      this.days.delete(date);
      this.bytes -= bytesOf(day);
    }
  }
}
