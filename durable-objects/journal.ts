// The journal: a transactional outbox in the hub's SQLite. Rows are groups of stamped events in order of arrival. A row
// is free once the queue has it and a checkpoint covers it; free rows are overwritten instead of deleted, because a
// delete is billed like a write.
import type { RefusalCounts } from "../workers/domain/requests/refusal";

export interface Group {
  /** Position, increasing by one. */
  n: number;
  /** Packed events as JSON, joined by commas, without brackets. */
  events: string;
  refusals: Record<string, RefusalCounts>;
  /** Events that continue a visit over midnight: event id, and the visitor's id of the day before. */
  carried: [event: string, visitor: string][];
}

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
/** A checkpoint deletes free rows beyond this number. */
const SPARE_ROWS = 512;

interface Row extends Record<string, SqlStorageValue> {
  slot: number;
  n: number;
  bytes: number;
  events: string;
  refusals: string | null;
  carried: string | null;
}

export class Journal {
  private readonly sql: SqlStorage;
  /** Rows that are not free, by position: their place and size. */
  private readonly kept = new Map<number, { slot: number; bytes: number }>();
  private free: number[] = [];
  private slots = 0;
  /** The last position written, sent, and covered by a checkpoint. */
  head = 0;
  sent = 0;
  covered = 0;
  /** The range being sent. It is fixed before sending, so that a resend is the same message. */
  cut: { from: number; to: number } | null = null;
  /** Rows up to here are free: storage records that they were sent and that a checkpoint covers them. */
  private released = 0;
  unsentBytes = 0;
  bytesSinceCheckpoint = 0;

  constructor(sql: SqlStorage) {
    this.sql = sql;
    sql.exec(`CREATE TABLE IF NOT EXISTS journal (
      slot INTEGER PRIMARY KEY, n INTEGER NOT NULL, bytes INTEGER NOT NULL, events TEXT NOT NULL,
      refusals TEXT, carried TEXT)`);
    sql.exec("CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID");
    const known = this.readMeta<{ sent: number; cut: Journal["cut"] }>("sent");
    this.sent = known?.sent ?? 0;
    this.cut = known?.cut ?? null;
    this.covered = this.readMeta<number>("covered") ?? 0;
    this.head = Math.max(this.sent, this.covered);
    this.released = Math.min(this.sent, this.covered);
    for (const row of sql.exec<Pick<Row, "slot" | "n" | "bytes">>("SELECT slot, n, bytes FROM journal")) {
      this.slots = Math.max(this.slots, row.slot + 1);
      this.head = Math.max(this.head, row.n);
      if (row.n <= Math.min(this.sent, this.covered)) {
        this.free.push(row.slot);
        continue;
      }
      this.kept.set(row.n, { slot: row.slot, bytes: row.bytes });
      if (row.n > this.sent) this.unsentBytes += row.bytes;
      if (row.n > this.covered) this.bytesSinceCheckpoint += row.bytes;
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
  append(events: string, bytes: number, { refusals, carried }: Pick<Group, "refusals" | "carried">): void {
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
      carried.length > 0 ? JSON.stringify(carried) : null,
    );
    if (this.free.length > 0) this.free.pop();
    else this.slots += 1;
    this.head = n;
    this.kept.set(n, { slot, bytes });
    this.unsentBytes += bytes;
    this.bytesSinceCheckpoint += bytes;
  }

  /** The groups of a range, one at a time: a backlog may be larger than memory. */
  *groups(from: number, to: number): Generator<Group> {
    for (let n = from; n <= to; n += 1) {
      const place = this.kept.get(n);
      if (!place) throw new Error(`journal lacks group ${n}`);
      const row = this.sql.exec<Row>("SELECT * FROM journal WHERE slot = ?", place.slot).one();
      yield {
        n,
        events: row.events,
        refusals: row.refusals ? JSON.parse(row.refusals) : {},
        carried: row.carried ? JSON.parse(row.carried) : [],
      };
    }
  }

  /** Decides and records the next range to send; the recorded one first. Null when all has been sent. */
  nextCut(): { from: number; to: number } | null {
    if (this.cut) return this.cut;
    if (this.sent >= this.head) return null;
    const from = this.sent + 1;
    let to = from;
    let bytes = this.kept.get(from)?.bytes ?? 0;
    while (to < this.head) {
      bytes += this.kept.get(to + 1)?.bytes ?? 0;
      if (bytes > MESSAGE_BYTES) break;
      to += 1;
    }
    this.cut = { from, to };
    this.rest();
    return this.cut;
  }

  /** Notes that the queue has the cut. The next cut or `rest` stores this; until then the cut may be sent again. */
  cutSent(): void {
    if (!this.cut) return;
    const { to } = this.cut;
    for (let n = this.sent + 1; n <= to; n += 1) this.unsentBytes -= this.kept.get(n)?.bytes ?? 0;
    this.sent = to;
    this.cut = null;
  }

  /** Stores the position that the queue has reached. Only then may rows be overwritten: a start sends the rest again. */
  rest(): void {
    this.writeMeta("sent", { sent: this.sent, cut: this.cut });
    this.release();
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
    this.rest();
    const spare = this.free.length - SPARE_ROWS;
    if (spare <= 0) return;
    // After an outage of the queue, delete the rows of the backlog, highest first.
    this.free.sort((a, b) => a - b);
    const last = this.free.at(-spare)!;
    this.sql.exec("DELETE FROM journal WHERE slot >= ? AND n <= ?", last, Math.min(this.sent, this.covered));
    this.free.length -= spare;
  }

  /** Frees the rows that storage records as sent and covered. */
  private release(): void {
    const last = Math.min(this.sent, this.covered);
    for (let n = this.released + 1; n <= last; n += 1) {
      const place = this.kept.get(n);
      if (place) this.free.push(place.slot);
      this.kept.delete(n);
    }
    this.released = Math.max(this.released, last);
  }
}
