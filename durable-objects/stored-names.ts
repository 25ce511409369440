// Which users the stored ids of browsers were seen with, in the hub's SQLite. A row is written only when a page names
// another user than is known, or names one again on a later day, and in the transaction of the journal group that has the
// event.
//
// Pages are not authenticated, so anybody can make up ids and users. A name is on probation until a page gives it again on
// a later day. Only names on probation make room for new ones, the oldest first, and at least half of the room is theirs.
// So many made-up names push out neither a confirmed name nor, before its second day is over, a new one: two days bring at
// most 80,000 rows. A stranger who also comes back fills the other half in three days, and still pushes out nobody who is in
// it; their names leave when they stay away and others need the room. Names beyond a day's limit live in memory.
import {
  type BrowserNames,
  momentsOf,
  type Names,
  personAt,
  withName,
  withoutPerson,
} from "../workers/domain/visits/names";

export interface NameLimits {
  /** Rows. At most half of them are confirmed. */
  rows: number;
  /** Stored ids in memory, at about 400 bytes each: so many with a row or without a name, and so many names without a row. */
  remembered: number;
  /** New names a day that get a row. Two days' must fit in half of the rows, less the twentieth that `makeRoom` frees. */
  added: number;
  /** Rows confirmed a day. They do not share a limit with new names, so strangers cannot use it up by making up names. */
  confirmed: number;
  /** New names a day that other hubs are told of. */
  told: number;
}

const LIMITS: NameLimits = { rows: 200_000, remembered: 10_000, added: 40_000, confirmed: 60_000, told: 200_000 };
const DAY = 86_400_000;
/** Names that no event has confirmed for this long (ms) are deleted. */
const KEPT = 400 * DAY;
/** A name that is confirmed is written again after this time (ms), so that it counts as used. */
const CONFIRMED_AFTER = 30 * DAY;
/**
 * A browser that two users share is written again after this time (ms): should another name come late, the moments at which
 * one of them was named before and after it decide. Until then, and of a browser with one user, these are in memory.
 */
const SHARED_AFTER = 3_600_000;
/** A confirmed name that was not used for this long (ms) makes room for another one, where half of the rows are confirmed. */
const IDLE = 120 * DAY;

/** Stored ids that `forget` returns. More than these are made up, and would not fit into the result of a step. */
const MOST_FORGOTTEN = 1_000;

const dayOf = (time: number): number => Math.floor(time / DAY);

interface Entry {
  names: Names;
  /** When it was last written (ms). */
  used: number;
  isConfirmed: boolean;
  /** False where memory has a name that its row does not have. */
  isWritten: boolean;
}

const NOBODY: Entry = { names: [], used: 0, isConfirmed: false, isWritten: true };

interface RowCounts {
  all: number;
  confirmed: number;
}

interface Row extends Entry {
  /** The UTC day on which it was made, by the hub's clock: events say what they like. */
  day: number;
}

/** Adds to a map that keeps what was used last. A Map keeps the order of insertion: the first was used longest ago. */
function keep(map: Map<string, Entry>, stored: string, entry: Entry, most: number): void {
  map.delete(stored);
  map.set(stored, entry);
  if (map.size <= most) return;
  const [oldest] = map.keys();
  map.delete(oldest!);
}

export class StoredNames {
  private readonly sql: SqlStorage;
  private readonly limits: NameLimits;
  /** Entries as their rows say, and stored ids without a name. */
  private readonly known = new Map<string, Entry>();
  /** Names beyond the limits of their day: they hold as long as memory does, which is longer than most visits. */
  private readonly unwritten = new Map<string, Entry>();
  /** Entries that are not written yet. */
  private readonly fresh = new Map<string, Entry>();
  /** False in a hub that never heard a name: then not even the table is made. */
  private hasTable: boolean;
  /** How many rows there are; null until the first row of this start is written. */
  private rows: RowCounts | null = null;
  private today = { day: 0, added: 0, confirmed: 0, told: 0 };
  /** The day on which idle names were last looked for: it reads all rows. */
  private idleDay = 0;

  constructor(sql: SqlStorage, limits: Partial<NameLimits> = {}) {
    this.sql = sql;
    this.limits = { ...LIMITS, ...limits };
    this.hasTable = sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'named'").toArray().length > 0;
    if (this.hasTable) this.upgradeTable();
  }

  /** The user of a stored id at a time (ms); null where no page has named one by then. */
  personAt(stored: string, time: number): string | null {
    return personAt(this.entryOf(stored).names, time);
  }

  /** Whether a stored id was seen with another user than this one. */
  hasOther(stored: string, person: string): boolean {
    return this.entryOf(stored).names.some(([, who]) => who !== person);
  }

  /** Whether `note` would note something new that other hubs are to be told of. */
  isNew(stored: string, time: number, person: string, now: number): boolean {
    this.beginDay(now);
    return this.personAt(stored, time) !== person && this.today.told < this.limits.told;
  }

  /** What is known of a stored id, if any of it is later than a time (ms). */
  laterThan(stored: string, time: number): Names | null {
    const { names } = this.entryOf(stored);
    return momentsOf(names).some(([other]) => other > time) ? names : null;
  }

  /** Notes what another hub knows. */
  hear([stored, names]: BrowserNames, now: number): void {
    const known = new Set(momentsOf(this.entryOf(stored).names).map(([time]) => time));
    for (const [time, person] of momentsOf(names)) if (!known.has(time)) this.note(stored, time, person, now);
  }

  /** Notes that a page named a user for a stored id at a time (ms). False when that is known. */
  note(stored: string, time: number, person: string, now: number): boolean {
    this.beginDay(now);
    const before = this.entryOf(stored);
    const isNew = personAt(before.names, time) !== person;
    if (isNew) this.today.told += 1;
    const entry = { ...before, names: withName(before.names, time, person) };
    if (this.takeWrite(before, isNew, now)) {
      this.fresh.set(stored, { ...entry, used: now, isWritten: true });
      this.unwritten.delete(stored);
    } else if (this.fresh.has(stored)) this.fresh.set(stored, entry);
    else if (before.isWritten && !isNew) this.remember(stored, entry);
    else keep(this.unwritten, stored, { ...entry, isWritten: false }, this.limits.remembered);
    return isNew;
  }

  private beginDay(now: number): void {
    const day = dayOf(now);
    if (day !== this.today.day) this.today = { day, added: 0, confirmed: 0, told: 0 };
  }

  /** Whether the entry is to be written, within the limits of the day. */
  private takeWrite({ names, used, isConfirmed, isWritten }: Entry, isNew: boolean, now: number): boolean {
    const isDue = isConfirmed ? used < now - CONFIRMED_AFTER : dayOf(used) < this.today.day;
    const isMore = isNew || !isWritten || (names.length > 1 && used < now - SHARED_AFTER);
    if (!isDue && !isMore) return false;
    // What strangers can do as often as they like shares the limit of new names.
    const kind = isMore ? "added" : "confirmed";
    if (this.today[kind] >= this.limits[kind]) return false;
    this.today[kind] += 1;
    return true;
  }

  private entryOf(stored: string): Entry {
    const fresh = this.fresh.get(stored);
    if (fresh) return fresh;
    const unwritten = this.unwritten.get(stored);
    if (unwritten) {
      keep(this.unwritten, stored, unwritten, this.limits.remembered);
      return unwritten;
    }
    const entry = this.known.get(stored) ?? this.read(stored) ?? NOBODY;
    this.remember(stored, entry);
    return entry;
  }

  private read(stored: string): Row | null {
    if (!this.hasTable) return null;
    const [row] = this.sql
      .exec<{ used: number; people: string; day: number; confirmed: number }>(
        "SELECT used, people, day, confirmed FROM named WHERE stored = ?",
        stored,
      )
      .toArray();
    if (!row) return null;
    const { used, day, people, confirmed } = row;
    return { names: JSON.parse(people) as Names, used, day, isConfirmed: confirmed === 1, isWritten: true };
  }

  private remember(stored: string, entry: Entry): void {
    keep(this.known, stored, entry, this.limits.remembered);
  }

  /** Writes what is not written yet. Part of the transaction of a journal group; if that fails, read memory again. */
  write(now: number): void {
    if (this.fresh.size === 0) return;
    const rows = this.prepareTable(now);
    for (const [stored, { names, used }] of this.fresh) {
      const row = this.read(stored);
      const day = row?.day ?? dayOf(now);
      const isReturn = row !== null && !row.isConfirmed && day < dayOf(now);
      const isConfirmed = row?.isConfirmed || (isReturn && this.hasRoomForConfirmed(rows, now));
      this.sql.exec(
        `INSERT INTO named (stored, used, people, day, confirmed) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (stored) DO UPDATE SET used = excluded.used, people = excluded.people, confirmed = excluded.confirmed`,
        stored,
        used,
        JSON.stringify(names),
        day,
        isConfirmed ? 1 : 0,
      );
      if (!row) rows.all += 1;
      if (isConfirmed && !row?.isConfirmed) rows.confirmed += 1;
      this.remember(stored, { names, used, isConfirmed, isWritten: true });
    }
    this.fresh.clear();
    this.makeRoom(rows);
  }

  private prepareTable(now: number): RowCounts {
    if (!this.hasTable) {
      this.sql.exec(
        `CREATE TABLE named (stored TEXT PRIMARY KEY, used INTEGER NOT NULL, people TEXT NOT NULL,
          day INTEGER NOT NULL, confirmed INTEGER NOT NULL) WITHOUT ROWID`,
      );
      this.hasTable = true;
    }
    if (this.rows !== null) return this.rows;
    this.sql.exec("DELETE FROM named WHERE used < ?", now - KEPT);
    const { today, ...rows } = this.sql
      .exec<{ all: number; confirmed: number; today: number }>(
        `SELECT count(*) AS "all", ifnull(sum(confirmed), 0) AS confirmed, ifnull(sum(day = ?), 0) AS today FROM named`,
        this.today.day,
      )
      .one();
    // A start does not begin the day's limit anew.
    this.today.added = Math.max(this.today.added, today);
    this.rows = rows;
    return rows;
  }

  /** A table of the version before has no days. Its names are confirmed by the next page that gives them. */
  private upgradeTable(): void {
    const columns = this.sql.exec<{ name: string }>("SELECT name FROM pragma_table_info('named')").toArray();
    if (columns.some(({ name }) => name === "confirmed")) return;
    this.sql.exec("ALTER TABLE named ADD COLUMN day INTEGER NOT NULL DEFAULT 0");
    this.sql.exec("ALTER TABLE named ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0");
  }

  /** A twentieth of the rows: freeing one at a time would read them all for each. */
  private get portion(): number {
    return Math.floor(this.limits.rows / 20);
  }

  private hasRoomForConfirmed(rows: RowCounts, now: number): boolean {
    const isFull = () => rows.confirmed >= Math.floor(this.limits.rows / 2);
    if (!isFull() || this.idleDay === dayOf(now)) return !isFull();
    this.idleDay = dayOf(now);
    const { rowsWritten } = this.sql.exec(
      "DELETE FROM named WHERE stored IN (SELECT stored FROM named WHERE confirmed = 1 AND used < ? ORDER BY used LIMIT ?)",
      now - IDLE,
      this.portion,
    );
    rows.all -= rowsWritten;
    rows.confirmed -= rowsWritten;
    this.known.clear();
    return !isFull();
  }

  private makeRoom(rows: RowCounts): void {
    if (rows.all <= this.limits.rows) return;
    const { rowsWritten } = this.sql.exec(
      "DELETE FROM named WHERE stored IN (SELECT stored FROM named WHERE confirmed = 0 ORDER BY used LIMIT ?)",
      rows.all - this.limits.rows + this.portion,
    );
    rows.all -= rowsWritten;
    this.known.clear();
  }

  /**
   * Forgets that a user was seen with any stored id. Call it when nothing waits to be written.
   * @returns what was known of these ids.
   */
  forget(person: string): BrowserNames[] {
    const before = new Map<string, Names>();
    const hasPerson = (names: Names) => names.some(([, who]) => who === person);
    for (const [stored, { names }] of [...this.known, ...this.unwritten])
      if (hasPerson(names)) before.set(stored, names);
    for (const [stored, entry] of this.unwritten) {
      const names = withoutPerson(entry.names, person);
      if (names.length === 0) this.unwritten.delete(stored);
      else this.unwritten.set(stored, { ...entry, names });
    }
    this.known.clear();
    const found = () => [...before].slice(0, MOST_FORGOTTEN);
    if (!this.hasTable) return found();
    const rows = this.sql.exec<{ stored: string; people: string }>(
      "SELECT stored, people FROM named WHERE instr(people, ?) > 0",
      JSON.stringify(person),
    );
    for (const { stored, people } of rows.toArray()) {
      const names = JSON.parse(people) as Names;
      if (!before.has(stored)) before.set(stored, names);
      const left = withoutPerson(names, person);
      if (left.length === 0) this.sql.exec("DELETE FROM named WHERE stored = ?", stored);
      else this.sql.exec("UPDATE named SET people = ? WHERE stored = ?", JSON.stringify(left), stored);
    }
    this.rows = null;
    return found();
  }
}
