// Which users the stored ids of browsers were seen with, in the hub's SQLite. A row is written only when a page names
// another user than is known, and in the transaction of the journal group that has the event.
import { type Names, personAt, withName, withoutPerson } from "../workers/domain/visits/names";

export interface NameLimits {
  /** Rows; those that were used longest ago go first. */
  rows: number;
  /** Stored ids in memory, at about 250 bytes each; also those without a name. */
  remembered: number;
  /** Rows written a day. Pages are not authenticated, so anybody can make up ids and users. */
  written: number;
}

const LIMITS: NameLimits = { rows: 200_000, remembered: 10_000, written: 100_000 };
const DAY = 86_400_000;
/** Names that no event has confirmed for this long (ms) are deleted. */
const KEPT = 400 * DAY;
/** A name that is confirmed is written again after this time (ms), so that it counts as used. */
const CONFIRMED_AFTER = 30 * DAY;

interface Entry {
  names: Names;
  /** When it was last written (ms). */
  used: number;
  /** Whether it has a row. */
  isStored: boolean;
}

const NOBODY: Entry = { names: [], used: 0, isStored: false };

export class StoredNames {
  private readonly sql: SqlStorage;
  private readonly limits: NameLimits;
  private readonly known = new Map<string, Entry>();
  /** Entries that are not written yet. */
  private readonly fresh = new Map<string, Entry>();
  /** False in a hub that never heard a name: then not even the table is made. */
  private hasTable: boolean;
  /** How many rows there are; null until the first row of this start is written. */
  private rows: number | null = null;
  private today = { day: 0, written: 0 };

  constructor(sql: SqlStorage, limits: Partial<NameLimits> = {}) {
    this.sql = sql;
    this.limits = { ...LIMITS, ...limits };
    this.hasTable = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'named'").toArray().length > 0;
  }

  /** The user of a stored id at a time (ms); null where no page has named one by then. */
  personAt(stored: string, time: number): string | null {
    return personAt(this.entryOf(stored).names, time);
  }

  /** Whether a stored id was seen with another user than this one. */
  hasOther(stored: string, person: string): boolean {
    return this.entryOf(stored).names.some(([, who]) => who !== person);
  }

  /** Whether `note` would note something new. */
  isNew(stored: string, time: number, person: string, now: number): boolean {
    return this.personAt(stored, time) !== person && this.isWithinDay(now);
  }

  /** Notes that a page named a user for a stored id at a time (ms). False when that is known, or too much for the day. */
  note(stored: string, time: number, person: string, now: number): boolean {
    const before = this.entryOf(stored);
    const isNew = personAt(before.names, time) !== person;
    if (isNew && !this.isWithinDay(now)) return false;
    const entry = { ...before, names: withName(before.names, time, person) };
    if (isNew || (before.used < now - CONFIRMED_AFTER && this.isWithinDay(now))) {
      this.today.written += 1;
      this.fresh.set(stored, { ...entry, used: now });
    } else if (this.fresh.has(stored)) this.fresh.set(stored, entry);
    // In memory alone: it costs no row, and matters only to an event of another user that comes late.
    else this.known.set(stored, entry);
    return isNew;
  }

  private isWithinDay(now: number): boolean {
    const day = Math.floor(now / DAY);
    if (day !== this.today.day) this.today = { day, written: 0 };
    return this.today.written < this.limits.written;
  }

  private entryOf(stored: string): Entry {
    const known = this.fresh.get(stored) ?? this.known.get(stored);
    if (known) return known;
    const row = this.hasTable
      ? this.sql
          .exec<{ used: number; people: string }>("SELECT used, people FROM named WHERE stored = ?", stored)
          .toArray()[0]
      : undefined;
    const entry = row ? { names: JSON.parse(row.people) as Names, used: row.used, isStored: true } : NOBODY;
    this.remember(stored, entry);
    return entry;
  }

  private remember(stored: string, entry: Entry): void {
    if (this.known.size >= this.limits.remembered) {
      // A Map keeps the order of insertion: the first was read longest ago.
      const [oldest] = this.known.keys();
      this.known.delete(oldest!);
    }
    this.known.set(stored, entry);
  }

  /** Writes what is not written yet. Part of the transaction of a journal group; if that fails, read memory again. */
  write(now: number): void {
    if (this.fresh.size === 0) return;
    this.prepareTable(now);
    for (const [stored, entry] of this.fresh) {
      this.sql.exec(
        `INSERT INTO named (stored, used, people) VALUES (?, ?, ?)
         ON CONFLICT (stored) DO UPDATE SET used = excluded.used, people = excluded.people`,
        stored,
        entry.used,
        JSON.stringify(entry.names),
      );
      if (!entry.isStored) this.rows! += 1;
      this.known.delete(stored);
      this.remember(stored, { ...entry, isStored: true });
    }
    this.fresh.clear();
    this.makeRoom();
  }

  private prepareTable(now: number): void {
    if (!this.hasTable) {
      this.sql.exec(
        "CREATE TABLE named (stored TEXT PRIMARY KEY, used INTEGER NOT NULL, people TEXT NOT NULL) WITHOUT ROWID",
      );
      this.hasTable = true;
    }
    if (this.rows !== null) return;
    this.sql.exec("DELETE FROM named WHERE used < ?", now - KEPT);
    this.rows = this.count();
  }

  private count(): number {
    return this.sql.exec<{ n: number }>("SELECT count(*) AS n FROM named").one().n;
  }

  /** Deletes a twentieth when there are too many: reading them all for each would cost more. */
  private makeRoom(): void {
    if (this.rows === null || this.rows <= this.limits.rows) return;
    const surplus = this.rows - this.limits.rows + Math.floor(this.limits.rows / 20);
    this.sql.exec("DELETE FROM named WHERE stored IN (SELECT stored FROM named ORDER BY used LIMIT ?)", surplus);
    this.rows -= surplus;
    this.known.clear();
  }

  /** Forgets that a user was seen with any stored id. */
  forget(person: string): void {
    if (!this.hasTable) return;
    const rows = this.sql.exec<{ stored: string; people: string }>(
      "SELECT stored, people FROM named WHERE instr(people, ?) > 0",
      JSON.stringify(person),
    );
    for (const { stored, people } of rows.toArray()) {
      const left = withoutPerson(JSON.parse(people) as Names, person);
      if (left.length === 0) this.sql.exec("DELETE FROM named WHERE stored = ?", stored);
      else this.sql.exec("UPDATE named SET people = ? WHERE stored = ?", JSON.stringify(left), stored);
    }
    this.known.clear();
    this.rows = null;
  }
}
