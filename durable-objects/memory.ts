// What the hub remembers between events, and its checkpoints: the book of visits in partitions, seen event ids in
// appended blobs. The journal is the redo log of what came after the last checkpoint.
import { DIMENSIONS } from "../workers/domain/catalog";
import type { StampedEvent } from "../workers/domain/event";
import { unpackEvent } from "../workers/domain/lake";
import { emptyLive, LIVE_MINUTES, noteLive, rebuildVisits } from "../workers/domain/live";
import { emptySeen, hash64, noteSeen, oldestGeneration, restoreSeen } from "../workers/domain/seen";
import {
  type Book,
  forgetBefore,
  type Moment,
  stamp,
  type Values,
  type Visit,
  type VisitorDay,
  visitorOfVisit,
} from "../workers/domain/visit";
import { addDays } from "../workers/domain/zone";
import type { Journal } from "./journal";

/** Visitors of a day are spread over this many rows, so that a checkpoint writes few rows and none is too large. */
const PARTITIONS = 64;
/** Characters in one row: at most 3 bytes each, under SQLite's 2 MB here. */
const CHUNK = 600_000;
/** Days of visitors that are kept: an event may come 72 hours late. */
const DAYS_KEPT = 4;

const partitionOf = (visitor: string): number => hash64(visitor)[1] % PARTITIONS;

/** A record as JSON keeps it. */
type Kept<T> = { [K in keyof T]: T[K] extends Map<string, infer V> ? Record<string, V> : T[K] };

/** Sets and maps as JSON: a set of values is a list again, which `note` turns back when it grows. */
const toJson = (part: [string, VisitorDay][]): string =>
  JSON.stringify(part, (_, value: unknown) =>
    value instanceof Set ? [...value] : value instanceof Map ? Object.fromEntries(value) : value,
  );

function fromJson(text: string, intern: (value: string) => string): [string, VisitorDay][] {
  const part = JSON.parse(text) as [string, Kept<VisitorDay>][];
  const values = (all: Values[]): Values[] =>
    all.map((list) => (Array.isArray(list) && list.length > 24 ? new Set(list) : list));
  return part.map(([visitor, record]) => {
    for (const visit of record.visits) {
      visit.seen = values(visit.seen);
      visit.dimensions = visit.dimensions.map((value) => value && intern(value));
    }
    const moved = new Map(Object.entries(record.moved));
    const exits = new Map(Object.entries(record.exits));
    return [visitor, { ...record, seen: values(record.seen), moved, exits }];
  });
}

/** Rows of at most CHUNK characters; no pair of surrogates is torn, for SQLite would replace the halves. */
function chunksOf(body: string): string[] {
  const chunks: string[] = [];
  for (let at = 0; at < body.length || at === 0; ) {
    let end = Math.min(at + CHUNK, body.length);
    const code = body.charCodeAt(end);
    if (code >= 0xdc00 && code <= 0xdfff) end -= 1;
    chunks.push(body.slice(at, end));
    if (end === at) break;
    at = end;
  }
  return chunks;
}

export class Memory {
  readonly book: Book = new Map();
  readonly seen = emptySeen();
  readonly live = emptyLive();
  private readonly sql: SqlStorage;
  private readonly journal: Journal;
  /** Partitions that changed since the last checkpoint, as `date/partition`. */
  private readonly dirty = new Set<string>();
  /** One string object per distinct value: thousands of visits share a browser's name. */
  private pool = new Map<string, string>();
  private seenRows = 0;
  seq = 0;
  latestDate = "";

  constructor(sql: SqlStorage, journal: Journal, now: number) {
    this.sql = sql;
    this.journal = journal;
    sql.exec(`CREATE TABLE IF NOT EXISTS visitors (date TEXT NOT NULL, part INTEGER NOT NULL, chunk INTEGER NOT NULL,
      body TEXT NOT NULL, PRIMARY KEY (date, part, chunk)) WITHOUT ROWID`);
    sql.exec(`CREATE TABLE IF NOT EXISTS seen (generation INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL,
      PRIMARY KEY (generation, n)) WITHOUT ROWID`);
    this.load(now);
    this.replay(now);
    rebuildVisits(this.live, this.book, now);
  }

  private load(now: number): void {
    const state = this.journal.readMeta<{ seq: number; minutes: [number, number][]; last: number | null }>("state");
    this.seq = state?.seq ?? 0;
    this.live.pageviews = new Map(state?.minutes ?? []);
    this.live.lastEventAt = state?.last ?? null;
    const bodies = new Map<string, string[]>();
    for (const row of this.sql.exec<{ date: string; part: number; body: string }>(
      "SELECT date, part, body FROM visitors ORDER BY date, part, chunk",
    )) {
      const key = `${row.date}/${row.part}`;
      bodies.set(key, [...(bodies.get(key) ?? []), row.body]);
    }
    for (const [key, chunks] of bodies) {
      const date = key.split("/")[0]!;
      const day = this.book.get(date) ?? new Map<string, VisitorDay>();
      for (const [visitor, record] of fromJson(chunks.join(""), (value) => this.intern(value)))
        day.set(visitor, record);
      this.book.set(date, day);
      if (date > this.latestDate) this.latestDate = date;
    }
    for (const row of this.sql.exec<{ generation: number; n: number; hashes: ArrayBuffer }>("SELECT * FROM seen")) {
      this.seenRows = Math.max(this.seenRows, row.n + 1);
      if (row.generation >= oldestGeneration(now)) restoreSeen(this.seen, row.generation, new Uint32Array(row.hashes));
    }
  }

  /** Does again what the journal says was done since the checkpoint. */
  private replay(now: number): void {
    for (const group of this.journal.read(this.journal.covered + 1, this.journal.head))
      for (const packed of JSON.parse(`[${group.events}]`) as Partial<StampedEvent>[]) {
        const event = unpackEvent(packed);
        // Seen somewhat before now; remembering it longer than a day harms nobody.
        noteSeen(this.seen, event.event_id, now);
        this.seq = Math.max(this.seq, event.seq);
        this.track(event, {
          date: event.local_date,
          hour: event.local_hour,
          visitor: event.visitor_id,
          yesterday: () =>
            event.new_visit ? null : visitorOfVisit(this.book, addDays(event.local_date, -1), event.visit_id),
        });
      }
  }

  private intern<T extends string | null>(value: T): T {
    if (value === null) return value;
    const known = this.pool.get(value);
    if (known !== undefined) return known as T;
    this.pool.set(value, value);
    return value;
  }

  /** Stamps an event and remembers what it changed. */
  track(event: Parameters<typeof stamp>[1], moment: Moment): ReturnType<typeof stamp> {
    const row = event as unknown as Record<string, string | null>;
    for (const { column } of DIMENSIONS) if (column in row) row[column] = this.intern(row[column] ?? null);
    const done = stamp(this.book, event, moment);
    this.dirty.add(`${moment.date}/${partitionOf(moment.visitor)}`);
    this.touch(done.visit);
    if (moment.date > this.latestDate) this.latestDate = moment.date;
    noteLive(this.live, done.visit, event.event_time, event.event_type === "pageview");
    return done;
  }

  /** The visit's first day holds its exits, the days after it point here: all of them changed. */
  private touch(visit: Visit): void {
    this.dirty.add(`${visit.date}/${partitionOf(visit.visitor)}`);
  }

  /** Writes what changed since the last checkpoint; call it in a transaction. Returns nothing until it is durable. */
  checkpoint(now: number): void {
    this.forget(now);
    const parts = this.partition();
    for (const key of this.dirty) {
      const [date, part] = key.split("/") as [string, string];
      if (!this.book.has(date)) continue;
      const chunks = chunksOf(toJson(parts.get(key) ?? []));
      chunks.forEach((body, chunk) => {
        this.sql.exec(
          `INSERT INTO visitors (date, part, chunk, body) VALUES (?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET body = excluded.body`,
          date,
          Number(part),
          chunk,
          body,
        );
      });
      this.sql.exec(
        "DELETE FROM visitors WHERE date = ? AND part = ? AND chunk >= ?",
        date,
        Number(part),
        chunks.length,
      );
    }
    for (const [generation, hashes] of this.seen.fresh)
      this.sql.exec(
        "INSERT INTO seen (generation, n, hashes) VALUES (?, ?, ?)",
        generation,
        this.seenRows++,
        new Uint32Array(hashes).buffer,
      );
    this.journal.writeMeta("state", {
      seq: this.seq,
      minutes: [...this.live.pageviews],
      last: this.live.lastEventAt,
    });
    this.journal.cover();
    this.dirty.clear();
    this.seen.fresh.clear();
  }

  private partition(): Map<string, [string, VisitorDay][]> {
    const parts = new Map<string, [string, VisitorDay][]>([...this.dirty].map((key) => [key, []]));
    for (const date of new Set([...this.dirty].map((key) => key.split("/")[0]!)))
      for (const entry of this.book.get(date) ?? []) parts.get(`${date}/${partitionOf(entry[0])}`)?.push(entry);
    return parts;
  }

  /** Drops the days and ids that no event can need any more. */
  private forget(now: number): void {
    const oldestMinute = Math.floor(now / 60_000) - LIVE_MINUTES;
    for (const minute of this.live.pageviews.keys()) if (minute < oldestMinute) this.live.pageviews.delete(minute);
    const oldest = addDays(this.latestDate || "9999-12-31", 1 - DAYS_KEPT);
    if ([...this.book.keys()].some((date) => date < oldest)) {
      forgetBefore(this.book, oldest);
      this.sql.exec("DELETE FROM visitors WHERE date < ?", oldest);
      this.pool = new Map();
    }
    const generation = oldestGeneration(now);
    if ([...this.seen.generations.keys()].some((known) => known < generation)) {
      for (const known of this.seen.generations.keys()) if (known < generation) this.seen.generations.delete(known);
      this.sql.exec("DELETE FROM seen WHERE generation < ?", generation);
    }
  }
}
