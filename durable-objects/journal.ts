// The journal: a transactional outbox in the hub's SQLite. Rows are groups of stamped events in order of arrival. A row
// is free once D1 has the receipt of its message and a checkpoint covers it; free rows are overwritten instead of deleted,
// because a delete is billed like a write.
import { LAKE_COLUMN_NAMES } from "../workers/domain/events/columns";
import type { RefusalCounts } from "../workers/domain/requests/refusal";
import { fromStored, messageWith, type SentMessage, type StoredMessage, slotIn, toStored } from "./unconfirmed";

export interface Group {
  /** Position, increasing by one. */
  n: number;
  /** Packed events as JSON, joined by commas, without brackets. */
  events: string;
  refusals: Record<string, RefusalCounts>;
  /** Events that continue a visit over midnight: event id (`seenId`), and the visitor's id of the day before. */
  carried: [event: string, visitor: string][];
  /** Records that events of other visitors have made late. */
  late: [date: string, visitor: string][];
}

/** Where a packed event says when it was received. */
const RECEIVED_AT = LAKE_COLUMN_NAMES.indexOf("received_at");

/** Bytes of events in one row. */
export const GROUP_BYTES = 60_000;
/**
 * Bytes of events in one message: two queue operations of 64 KB and less than its limit of 128 KB, with room for the
 * envelope. One of 60 KB would cost the queue as much per event, and R2 and D1 twice as much.
 */
export const MESSAGE_BYTES = 120_000;
/** A checkpoint follows after this many journal rows or bytes. They limit the replay after an eviction. */
const CHECKPOINT_ROWS = 512;
const CHECKPOINT_BYTES = 1_000_000;
/**
 * Free rows beyond this number are given back at a checkpoint. A busy hub writes 20 rows a second and waits up to a minute
 * for receipts: fewer spare rows would be deleted and written anew all the time.
 */
const SPARE_ROWS = 2_048;
/** Rows deleted by one statement. */
const DELETED_ROWS = 10_000;

/** True if a hub was never used, or was destroyed. */
export const isWithoutTables = (sql: SqlStorage): boolean =>
  sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'meta'").toArray().length === 0;

interface Row extends Record<string, SqlStorageValue> {
  slot: number;
  n: number;
  bytes: number;
  events: string;
  refusals: string | null;
  carried: string | null;
}

/** What `meta` says of the sending. */
interface Sent {
  sent: number;
  cut: Journal["cut"];
  /** Absent in a hub of an earlier version. */
  unconfirmed?: StoredMessage[];
}

type Visitors = Pick<Group, "carried" | "late">;

/** Both in one column, which earlier versions have: they find no event without an id. */
function visitorsToText(carried: Visitors["carried"], late: Visitors["late"]): string | null {
  const all = [...carried, ...late.map(([date, visitor]) => ["", visitor, date])];
  return all.length > 0 ? JSON.stringify(all) : null;
}

function visitorsFrom(text: string | null): Visitors {
  const all = text === null ? [] : (JSON.parse(text) as [event: string, visitor: string, date?: string][]);
  return {
    carried: all.flatMap(([event, visitor, date]) => (date === undefined ? [[event, visitor]] : [])),
    late: all.flatMap(([, visitor, date]) => (date === undefined ? [] : [[date, visitor]])),
  };
}

export class Journal {
  private readonly sql: SqlStorage;
  /** Rows that were not sent, by position: where they are, how large, and when they were written if memory knows. */
  private readonly unsent = new Map<number, { slot: number; bytes: number; at?: number }>();
  /** Rows that are done with but for a checkpoint that covers them: slots by position. */
  private readonly uncovered = new Map<number, number>();
  /** Slots of rows that are done with, once storage says so. */
  private settled: number[] = [];
  private free: number[] = [];
  private slots = 0;
  /** Messages that the queue has taken and D1 has no receipt of, in order. */
  unconfirmed: SentMessage[] = [];
  /** Whether memory knows more of the sending than `meta`. */
  private isAhead = false;
  /** The last position written, sent, and covered by a checkpoint. */
  head = 0;
  sent = 0;
  covered = 0;
  /** The range being sent. It is fixed before sending, so that a resend is the same message. */
  cut: { from: number; to: number } | null = null;
  unsentBytes = 0;
  bytesSinceCheckpoint = 0;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS journal (
      slot INTEGER PRIMARY KEY, n INTEGER NOT NULL, bytes INTEGER NOT NULL, events TEXT NOT NULL,
      refusals TEXT, carried TEXT)`);
    sql.exec("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    const known = this.readMeta<Sent>("sent");
    this.sent = known?.sent ?? 0;
    this.cut = known?.cut ?? null;
    this.unconfirmed = (known?.unconfirmed ?? []).map(fromStored);
    this.covered = this.readMeta<number>("covered") ?? 0;
    this.head = Math.max(this.sent, this.covered);
    for (const row of sql.exec<Pick<Row, "slot" | "n" | "bytes">>("SELECT slot, n, bytes FROM journal")) {
      this.slots = Math.max(this.slots, row.slot + 1);
      this.head = Math.max(this.head, row.n);
      if (row.n > this.covered) this.bytesSinceCheckpoint += row.bytes;
      if (row.n > this.sent) {
        this.unsent.set(row.n, { slot: row.slot, bytes: row.bytes });
        this.unsentBytes += row.bytes;
        continue;
      }
      const message = messageWith(this.unconfirmed, row.n);
      if (message) message.slots[row.n - message.from] = row.slot;
      else if (row.n > this.covered) this.uncovered.set(row.n, row.slot);
      else this.free.push(row.slot);
    }
  }

  readMeta<T>(key: string): T | null {
    const row = this.sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()[0];
    return row ? (JSON.parse(row.value) as T) : null;
  }

  writeMeta(key: string, value: unknown): void {
    this.sql.exec(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key,
      JSON.stringify(value),
    );
  }

  /** Appends a group. Durable when the object's output gate opens. */
  append(
    events: string,
    bytes: number,
    { refusals, carried, late }: Pick<Group, "refusals" | "carried" | "late">,
  ): void {
    const slot = this.free.at(-1) ?? this.slots;
    const n = this.head + 1;
    this.sql.exec(
      `INSERT INTO journal (slot, n, bytes, events, refusals, carried) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (slot) DO UPDATE SET n = excluded.n, bytes = excluded.bytes, events = excluded.events,
       refusals = excluded.refusals, carried = excluded.carried`,
      slot,
      n,
      bytes,
      events,
      Object.keys(refusals).length > 0 ? JSON.stringify(refusals) : null,
      visitorsToText(carried, late),
    );
    if (this.free.length > 0) this.free.pop();
    else this.slots += 1;
    this.head = n;
    this.unsent.set(n, { slot, bytes, at: Date.now() });
    this.unsentBytes += bytes;
    this.bytesSinceCheckpoint += bytes;
  }

  /** The groups of a range, one at a time: a backlog may be larger than memory. */
  *groups(from: number, to: number): Generator<Group> {
    for (let n = from; n <= to; n += 1) {
      const slot = this.unsent.get(n)?.slot ?? this.uncovered.get(n) ?? slotIn(this.unconfirmed, n);
      if (slot === null) throw new Error(`journal lacks group ${n}`);
      const row = this.sql.exec<Row>("SELECT * FROM journal WHERE slot = ? AND n = ?", slot, n).one();
      yield {
        n,
        events: row.events,
        refusals: row.refusals ? JSON.parse(row.refusals) : {},
        ...visitorsFrom(row.carried),
      };
    }
  }

  /** Decides and records the next range to send; the recorded one first. Null when all has been sent. */
  nextCut(): { from: number; to: number } | null {
    if (this.cut) return this.cut;
    if (this.sent >= this.head) return null;
    const from = this.sent + 1;
    let to = from;
    let bytes = this.unsent.get(from)?.bytes ?? 0;
    while (to < this.head) {
      bytes += this.unsent.get(to + 1)?.bytes ?? 0;
      if (bytes > MESSAGE_BYTES) break;
      to += 1;
    }
    this.cut = { from, to };
    this.isAhead = true;
    this.rest();
    return this.cut;
  }

  /** Notes that the queue has the cut. Written down with the next cut, or by `rest`; until then it may be sent again. */
  cutSent(now: number): void {
    if (!this.cut) return;
    const { from, to } = this.cut;
    const since = this.sinceOf(from, to) ?? now;
    const slots = Uint32Array.from({ length: to - from + 1 }, (_, i) => this.unsent.get(from + i)!.slot);
    for (let n = from; n <= to; n += 1) {
      this.unsentBytes -= this.unsent.get(n)!.bytes;
      this.unsent.delete(n);
    }
    this.unconfirmed.push({ from, to, first: now, last: now, since, slots });
    this.sent = to;
    this.cut = null;
    this.isAhead = true;
  }

  /** Nothing that was not sent was accepted before this time (ms); null when all was sent. */
  unsentSince(): number | null {
    return this.sinceOf(this.sent + 1, this.head);
  }

  /** When the first of some unsent rows was written. A row of an earlier start says when its first event was received. */
  private sinceOf(from: number, to: number): number | null {
    for (let n = from; n <= to; n += 1) {
      const { slot, at } = this.unsent.get(n)!;
      if (at !== undefined) return at;
      const { received } = this.sql
        .exec<{ received: number | null }>(
          `SELECT json_extract('[' || events || ']', '$[0][${RECEIVED_AT}]') AS received FROM journal WHERE slot = ?`,
          slot,
        )
        .one();
      if (received !== null) return received;
    }
    return null;
  }

  /** Notes that the queue has a message once more. */
  sentAgain({ from, to }: Pick<SentMessage, "from" | "to">, now: number): void {
    const message = this.unconfirmed.find((one) => one.from === from && one.to === to);
    if (!message) return;
    message.last = now;
    this.isAhead = true;
  }

  /** Takes messages off the list: their rows are free as soon as storage says so and a checkpoint covers them. */
  settle(isSettled: (message: SentMessage) => boolean): void {
    const left: SentMessage[] = [];
    for (const message of this.unconfirmed) {
      if (!isSettled(message)) {
        left.push(message);
        continue;
      }
      message.slots.forEach((slot, i) => {
        if (message.from + i > this.covered) this.uncovered.set(message.from + i, slot);
        else this.settled.push(slot);
      });
      this.isAhead = true;
    }
    this.unconfirmed = left;
  }

  /** Writes down how far the sending is. Only then rows may be overwritten: a start must find what it would send again. */
  rest(): void {
    if (this.isAhead)
      this.writeMeta("sent", {
        sent: this.sent,
        cut: this.cut,
        unconfirmed: this.unconfirmed.map(toStored),
      } satisfies Sent);
    this.isAhead = false;
    for (const slot of this.settled) this.free.push(slot);
    this.settled = [];
  }

  /** Whether there are rows that are done with, of which a checkpoint may have to say so first. */
  get hasSpare(): boolean {
    return this.free.length + this.settled.length + this.uncovered.size > 0;
  }

  /** Deletes the rows that are done with instead of keeping them to be overwritten. @returns how many. */
  deleteSpare(): number {
    this.rest();
    return this.deleteRows(this.free.splice(0));
  }

  private deleteRows(slots: readonly number[]): number {
    for (let at = 0; at < slots.length; at += DELETED_ROWS)
      this.sql.exec(
        "DELETE FROM journal WHERE slot IN (SELECT value FROM json_each(?))",
        JSON.stringify(slots.slice(at, at + DELETED_ROWS)),
      );
    return slots.length;
  }

  /** True if this many times the limit of a replay has arrived since the last checkpoint. */
  isCheckpointDue(times = 1): boolean {
    const rows = this.head - this.covered;
    return rows >= times * CHECKPOINT_ROWS || this.bytesSinceCheckpoint >= times * CHECKPOINT_BYTES;
  }

  /** Notes that a checkpoint covers the whole journal. Part of the checkpoint's transaction. */
  cover(): void {
    this.writeMeta("covered", this.head);
    this.covered = this.head;
    this.bytesSinceCheckpoint = 0;
    for (const slot of this.uncovered.values()) this.settled.push(slot);
    this.uncovered.clear();
    this.rest();
    if (this.free.length <= SPARE_ROWS) return;
    // After an outage: give the backlog's space back, highest rows first.
    this.free.sort((a, b) => a - b);
    this.deleteRows(this.free.splice(SPARE_ROWS));
  }
}
