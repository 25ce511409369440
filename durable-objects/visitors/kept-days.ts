// The local days whose visitors a hub keeps, and those that it has forgotten. A day that is neither is new: its first
// event is not late, however old the day is, so an import may bring its months in any order.
import { addDays } from "../../workers/domain/time/zone";

/** The newest days are kept: an event may come 72 hours late, in a visit of the day before. */
const NEWEST = 5;
/** As many older days are kept, the last used: those on which an import of the past is at work. */
const OLDER = 5;

const createForgottenDays = (sql: SqlStorage): void => {
  sql.exec("CREATE TABLE IF NOT EXISTS forgotten_days (first TEXT PRIMARY KEY, last TEXT NOT NULL) WITHOUT ROWID");
};

export class KeptDays {
  private readonly sql: SqlStorage;
  private readonly kept = new Set<string>();
  /** Days that were used when they were no longer among the newest, the last used at the end. */
  private readonly older = new Set<string>();
  private readonly forgotten = new Set<string>();
  /** Every day before this one counts as forgotten: an earlier version kept no list of them. */
  private before = "";
  private hasTable: boolean;
  private newest = "";
  /** The first of the newest days. */
  private oldest = "";
  private lastUsed = "";
  private asked: { date: string; forgets: boolean } | null = null;

  /** @param stored the days of which the hub has anything in storage. */
  constructor(sql: SqlStorage, stored: Iterable<string>) {
    this.sql = sql;
    this.hasTable = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'forgotten_days'").toArray().length > 0;
    // The newest first, so that older ones are known to be older.
    for (const date of [...new Set(stored)].sort().reverse()) this.use(date);
    this.lastUsed = "";
    if (!this.hasTable) this.before = this.oldest;
    else
      for (const { first, last } of sql.exec<{ first: string; last: string }>("SELECT * FROM forgotten_days"))
        if (first === "") this.before = addDays(last, 1);
        else this.forgotten.add(first);
  }

  /** Says that something of a day was stored or changed. */
  use(date: string): void {
    if (date === this.lastUsed) return;
    this.lastUsed = date;
    this.kept.add(date);
    if (date > this.newest) {
      this.newest = date;
      this.oldest = addDays(date, 1 - NEWEST);
    } else if (date < this.oldest) {
      this.older.delete(date);
      this.older.add(date);
    }
  }

  /** True if visitors of the day, or of the day before or after it, were forgotten. */
  forgets(date: string): boolean {
    if (this.before === "" && this.forgotten.size === 0) return false;
    if (this.asked?.date !== date)
      this.asked = { date, forgets: [-1, 0, 1].some((days) => this.isForgotten(addDays(date, days))) };
    return this.asked.forgets;
  }

  /** Forgets the days that are no longer needed, and returns them. Call it in a transaction. */
  forget(): string[] {
    for (const date of this.older) {
      if (this.older.size <= OLDER) break;
      this.older.delete(date);
    }
    const dropped = [...this.kept].filter((date) => date < this.oldest && !this.older.has(date));
    if (dropped.length === 0) return dropped;
    this.makeTable();
    for (const date of dropped) {
      this.kept.delete(date);
      this.forgotten.add(date);
      this.sql.exec("INSERT OR IGNORE INTO forgotten_days (first, last) VALUES (?, ?)", date, date);
    }
    this.asked = null;
    this.lastUsed = "";
    return dropped;
  }

  private isForgotten(date: string): boolean {
    return date < this.before || this.forgotten.has(date);
  }

  private makeTable(): void {
    if (this.hasTable) return;
    createForgottenDays(this.sql);
    if (this.before !== "")
      this.sql.exec("INSERT OR IGNORE INTO forgotten_days (first, last) VALUES ('', ?)", addDays(this.before, -1));
    this.hasTable = true;
  }
}
