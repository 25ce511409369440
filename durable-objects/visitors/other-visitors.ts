// The ids that visitors might have had instead of theirs, by local day: hashes in memory, written with the checkpoint.
import { HashTable, hash64 } from "../../workers/domain/visits/seen";
import type { OtherIds } from "../../workers/domain/visits/visit";

/** Ids of a day, at up to 24 bytes each. Anybody may name users. */
const MOST_IDS = 100_000;
/** Words of hashes in one row, two to an id: 800 KB. */
const MOST_WORDS = 200_000;

interface Day {
  table: HashTable;
  /** Words of the hashes that are not written yet. */
  fresh: number[];
  /** The latest time (ms) at which one was noted. */
  latest: number;
  /** Whether its rows have ids that were forgotten. */
  isStale?: boolean;
}

/** A day in more rows than this is written anew: calls of other hubs write a row each. */
const MOST_ROWS = 32;

/** The hashes of a table, as pairs. */
function wordsOf({ words }: HashTable): number[] {
  const all: number[] = [];
  for (let at = 0; at < words.length; at += 2) if (words[at] || words[at + 1]) all.push(words[at]!, words[at + 1]!);
  return all;
}

/** A generation of times ends after so long (ms), or with so many. */
const GENERATION = { length: 5 * 60_000, most: 20_000 };

/** The latest time of each id that was noted lately. */
class RecentTimes {
  private current = new Map<string, number>();
  private before = new Map<string, number>();
  private since = 0;
  private forgotten: number;

  /** @param forgotten ids noted before this time (ms) may be missing. */
  constructor(forgotten: number) {
    this.forgotten = forgotten;
  }

  /** @param isNew it was never noted before. */
  note(key: string, time: number, isNew: boolean): void {
    const last = isNew ? time : Math.max(time, this.of(key));
    if (time > this.since + GENERATION.length || this.current.size >= GENERATION.most) {
      for (const old of this.before.values()) this.forgotten = Math.max(this.forgotten, old);
      this.before = this.current;
      this.current = new Map();
      this.since = time;
    }
    this.current.set(key, last);
  }

  /** The latest time at which the id may have been noted. */
  of(key: string): number {
    return this.current.get(key) ?? this.before.get(key) ?? this.forgotten;
  }
}

interface Options {
  /** The maximum number of ids per day. */
  most?: number;
  use?: (date: string) => void;
}

export class OtherVisitors implements OtherIds {
  private readonly sql: SqlStorage;
  private readonly most: number;
  private readonly use: (date: string) => void;
  private readonly recent: RecentTimes;
  private readonly days = new Map<string, Day>();
  /** How many rows each date has. */
  private readonly rows = new Map<string, number>();
  /** False in a hub in which no page named a user: then not even the table is made. */
  private hasTable: boolean;

  /** @param latest time (ms) of the latest event in storage. @param options.use is told each day of which an id is noted. */
  constructor(sql: SqlStorage, latest: number, { most = MOST_IDS, use = () => {} }: Options = {}) {
    this.sql = sql;
    this.most = most;
    this.use = use;
    this.hasTable = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'other_visitors'").toArray().length > 0;
    let forgotten = latest;
    if (this.hasTable)
      for (const row of sql.exec<{ date: string; latest: number; hashes: ArrayBuffer }>(
        "SELECT date, latest, hashes FROM other_visitors",
      )) {
        const day = this.dayOf(row.date);
        day.latest = Math.max(day.latest, row.latest);
        this.rows.set(row.date, (this.rows.get(row.date) ?? 0) + 1);
        const { table } = day;
        const words = new Uint32Array(row.hashes);
        for (let at = 0; at < words.length; at += 2) table.add(words[at]!, words[at + 1]!);
        forgotten = Math.max(forgotten, row.latest);
      }
    this.recent = new RecentTimes(forgotten);
  }

  /** Local dates with ids. */
  dates(): string[] {
    return [...this.days.keys()];
  }

  note(date: string, visitor: string, time: number): void {
    this.use(date);
    const day = this.dayOf(date);
    const [high, low] = hash64(visitor);
    const isNew = day.table.size < this.most && day.table.add(high, low);
    if (isNew) day.fresh.push(high, low);
    day.latest = Math.max(day.latest, time);
    this.recent.note(`${date} ${visitor}`, time, isNew);
  }

  isAfter(date: string, visitor: string, time: number): boolean {
    const table = this.days.get(date)?.table;
    if (!table || this.recent.of(`${date} ${visitor}`) <= time) return false;
    const [high, low] = hash64(visitor);
    // On a day with too many to note it may be any.
    return table.size >= this.most || table.has(high, low);
  }

  /** Forgets ids, on every day. The rows of such a day are written anew by the next checkpoint. */
  forget(visitors: readonly string[]): void {
    const hashes = new Set(visitors.map((visitor) => hash64(visitor).join(" ")));
    for (const day of this.days.values()) {
      const words = wordsOf(day.table);
      const table = new HashTable();
      for (let at = 0; at < words.length; at += 2)
        if (!hashes.has(`${words[at]} ${words[at + 1]}`)) table.add(words[at]!, words[at + 1]!);
      if (table.size === day.table.size) continue;
      day.table = table;
      day.fresh = [];
      day.isStale = true;
    }
  }

  /** Writes what is not written yet, forgets days, and writes together what is in many rows. */
  checkpoint(forgotten: ReadonlySet<string>): void {
    for (const date of forgotten) this.days.delete(date);
    this.write();
    for (const [date, day] of this.days) {
      if (!day.isStale || this.rows.has(date)) continue;
      this.makeTable();
      this.rows.set(date, 0);
    }
    for (const [date, rows] of this.rows) {
      const day = this.days.get(date);
      if (day && rows <= MOST_ROWS && !day.isStale) continue;
      this.sql.exec("DELETE FROM other_visitors WHERE date = ?", date);
      this.rows.delete(date);
      if (!day) continue;
      day.isStale = false;
      this.insert(date, wordsOf(day.table), day.latest);
    }
  }

  write(): void {
    for (const [date, { fresh, latest }] of this.days) {
      if (fresh.length === 0) continue;
      this.makeTable();
      this.insert(date, fresh, latest);
      fresh.length = 0;
    }
  }

  private insert(date: string, words: readonly number[], latest: number): void {
    for (let at = 0; at < words.length; at += MOST_WORDS) {
      const n = this.rows.get(date) ?? 0;
      this.sql.exec(
        "INSERT INTO other_visitors (date, n, latest, hashes) VALUES (?, ?, ?, ?)",
        date,
        n,
        latest,
        new Uint32Array(words.slice(at, at + MOST_WORDS)).buffer,
      );
      this.rows.set(date, n + 1);
    }
  }

  private dayOf(date: string): Day {
    const known = this.days.get(date);
    if (known) return known;
    const day: Day = { table: new HashTable(), fresh: [], latest: 0 };
    this.days.set(date, day);
    return day;
  }

  private makeTable(): void {
    if (this.hasTable) return;
    this.sql.exec(`CREATE TABLE other_visitors (date TEXT NOT NULL, n INTEGER NOT NULL, latest INTEGER NOT NULL,
      hashes BLOB NOT NULL, PRIMARY KEY (date, n)) WITHOUT ROWID`);
    this.hasTable = true;
  }
}
