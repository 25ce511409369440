// The hub's memory between events, and its checkpoints: the visitor book, seen event ids, the live picture. The journal
// is the redo log since the last checkpoint.
import type { Arrival, Event } from "../workers/domain/events/event";
import { addDays } from "../workers/domain/time/zone";
import type { HubPerson } from "../workers/domain/visits/hub";
import {
  emptyLive,
  forgetConversions,
  forgetLive,
  LIVE_KEPT,
  type Live,
  MINUTES_KEPT,
  MOST_LIVE_VISITS,
  noteArrival,
  noteLive,
  noteVisit,
} from "../workers/domain/visits/live";
import { isNamedLate } from "../workers/domain/visits/order/lateness";
import { otherOf } from "../workers/domain/visits/order/visitors";
import { unpackEvent } from "../workers/domain/visits/packed";
import { fromCounts, pruneCounters, type RuleCounts, toCounts } from "../workers/domain/visits/rule-counters";
import { emptySeen, noteSeen, oldestGeneration, restoreSeen, seenId, wasSeen } from "../workers/domain/visits/seen";
import { type Stamped, stamp } from "../workers/domain/visits/stamp";
import { isExpected, type Moment, VISIT_GAP, type Visit } from "../workers/domain/visits/visit";
import { personOfUser } from "../workers/storage/visitors/person";
import { CountedGoals } from "./configuration/goals";
import { ImportedIds } from "./imports/imported-ids";
import type { Group, Journal } from "./journal";
import { StoredNames } from "./stored-names";
import type { Who } from "./visitor-id";
import { VisitorBook } from "./visitors/visitor-book";

/** Words of hashes in one row, two to an id: 800 KB. */
const MOST_WORDS = 200_000;

/** The row of a checkpoint. The visitor book and the seen ids have rows of their own. */
interface State {
  seq: number;
  minutes: [minute: number, pageviews: number][];
  /** Absent in a checkpoint of an earlier version. */
  feed?: Live["feed"];
  rules?: RuleCounts;
  goals?: RuleCounts;
  conversions?: [goal: string, minutes: [minute: number, conversions: number][]][];
  last: number | null;
}

export class Memory {
  readonly seen = emptySeen();
  readonly live = emptyLive();
  readonly names: StoredNames;
  readonly goals: CountedGoals;
  readonly imported: ImportedIds;
  private readonly book: VisitorBook;
  private readonly sql: SqlStorage;
  private readonly journal: Journal;
  private seenRows = 0;
  seq = 0;

  constructor(sql: SqlStorage, journal: Journal, now: number) {
    this.sql = sql;
    this.journal = journal;
    this.imported = new ImportedIds(sql);
    this.names = new StoredNames(sql);
    sql.exec(`CREATE TABLE IF NOT EXISTS seen (generation INTEGER NOT NULL, n INTEGER NOT NULL, hashes BLOB NOT NULL,
      PRIMARY KEY (generation, n)) WITHOUT ROWID`);
    const state = journal.readMeta<State>("state");
    this.seq = state?.seq ?? 0;
    this.live.pageviews = new Map(state?.minutes ?? []);
    this.live.feed = state?.feed ?? [];
    this.live.rules = fromCounts(state?.rules ?? []);
    this.live.lastEventAt = state?.last ?? null;
    this.live.goals = fromCounts(state?.goals ?? []);
    this.live.conversions = new Map(state?.conversions?.map(([goal, minutes]) => [goal, new Map(minutes)]));
    this.goals = new CountedGoals(journal, this.live);
    this.book = new VisitorBook(sql);
    this.restoreLive(now);
    for (const row of sql.exec<{ generation: number; n: number; hashes: ArrayBuffer }>("SELECT * FROM seen")) {
      this.seenRows = Math.max(this.seenRows, row.n + 1);
      if (row.generation >= oldestGeneration(now)) restoreSeen(this.seen, row.generation, new Uint32Array(row.hashes));
    }
    this.replay(now);
  }

  private restoreLive(now: number): void {
    const visits: Visit[] = [];
    for (const visit of this.book.visitsSince(now - LIVE_KEPT)) if (visits.push(visit) === MOST_LIVE_VISITS) break;
    for (const visit of visits.reverse()) noteVisit(this.live, visit);
  }

  /** Replays the journal since the checkpoint. */
  private replay(now: number): void {
    // The first row of a group has this for all rows of the same call.
    const carried = new Map<string, string>();
    const late: Group["late"] = [];
    for (const group of this.journal.groups(this.journal.covered + 1, this.journal.head)) {
      for (const [event, visitor] of group.carried) carried.set(event, visitor);
      late.push(...group.late);
      for (const packed of JSON.parse(`[${group.events}]`) as unknown[][]) {
        const event = unpackEvent(packed);
        // The event was seen a little earlier than now. Remembering it for more than a day does no harm.
        if (this.imported.isUsed) this.imported.note(event);
        noteSeen(this.seen, seenId(event), now);
        this.seq = Math.max(this.seq, event.seq);
        this.track(event, {
          date: event.local_date,
          hour: event.local_hour,
          visitor: event.visitor_id,
          other: otherOf(event),
          yesterday: () => [carried.get(seenId(event))].filter((from) => from !== undefined),
          person: event.own?.person_id === null ? null : event.person_id,
          late: event.late === 1,
        });
      }
    }
    // At the end, when all of them have records. Events say themselves whether they were late.
    for (const [date, visitor] of late) this.book.makeLate(date, visitor);
    this.book.takeLate();
  }

  /** The records that events of other visitors have made late since the last call. */
  takeLate(): Group["late"] {
    return this.book.takeLate();
  }

  /** True if this hub knows the event's visitor on that day, or has seen the event already. */
  expects(
    event: Pick<Event, "event_id" | "anonymous" | "event_time">,
    ids: Pick<Moment, "date" | "yesterday"> & { visitor: string | null },
    now: number,
  ): boolean {
    if (wasSeen(this.seen, seenId(event), now)) return true;
    return isExpected(this.book, event.event_time, ids.date, ids.visitor, ids.yesterday);
  }

  /** Notes an event by its id. False when it was here before: within a day, or ever in an import. */
  isNew(
    event: Pick<Arrival, "event_id" | "anonymous" | "event_time" | "received_at" | "line">,
    isImported: boolean,
    now: number,
  ): boolean {
    // Both, because a caller's own id may come again with another time.
    if (isImported && !this.imported.note(event)) return false;
    return noteSeen(this.seen, seenId(event), now);
  }

  /** Whether a page names a user for a stored id that the hub knows as nobody's, or as another's, at that time. */
  isNaming({ user_id, stored, by_page, event_time }: Who, siteId: string, now: number): boolean {
    if (!by_page || !stored || user_id === null) return false;
    return this.names.isNew(stored.id, event_time, personOfUser(siteId, user_id), now);
  }

  /** Whether the hub knows another user of the event's stored id, at whatever time. */
  isShared({ user_id, stored }: Who, siteId: string): boolean {
    if (!stored || user_id === null) return false;
    return this.names.hasOther(stored.id, personOfUser(siteId, user_id));
  }

  /** Who the visitor of an event is, on whatever day and device. Notes the user whom a page names for a stored id. */
  personFor(who: Who, siteId: string, now: number): Pick<Moment, "person" | "stored"> & { isNewName: boolean } {
    const { user_id, stored, by_page, event_time } = who;
    const id = stored?.id ?? null;
    if (user_id === null) {
      const person = id === null ? null : (this.names.personAt(id, event_time) ?? id);
      return { person, stored: id, isNewName: false };
    }
    const person = personOfUser(siteId, user_id);
    if (!by_page || id === null) return { person, stored: null, isNewName: false };
    return { person, stored: id, isNewName: this.names.note(id, event_time, person, now) };
  }

  /** True when the visitor was here later on the date than the event that names them. */
  isNamedLate(date: string, visitor: string, time: number): boolean {
    return isNamedLate(this.book, date, visitor, time);
  }

  /** Notes at once the ids of events that another hub takes, which knows nothing of what comes here. */
  noteOthers(all: readonly (Pick<Moment, "date" | "other"> & { visitor: string | null; time: number })[]): void {
    for (const { date, visitor, other, time } of all)
      if (other != null) for (const id of [visitor!, other]) this.book.others.note(date, id, time);
    this.book.others.write();
  }

  /** True when this visitor was here on this date. */
  knows(date: string, visitor: string): boolean {
    return this.book.has(date, visitor);
  }

  /** Reads the visitors of a batch together, before its events are stamped one by one. */
  prepare(moments: readonly (Pick<Moment, "date" | "yesterday"> & { visitor: string | null; time: number })[]): void {
    this.book.prepare(
      moments.flatMap(({ date, visitor, yesterday, time }) => {
        if (visitor !== null && this.book.has(date, visitor)) return [{ date, visitor }];
        return yesterday().map((from) => ({ date: addDays(date, -1), visitor: from, since: time - VISIT_GAP }));
      }),
    );
  }

  /** Stamps an event and remembers what it changed. */
  track(event: Parameters<typeof stamp>[1], moment: Moment): Stamped {
    this.book.passed(event.event_time);
    const done = stamp(this.book, event, moment);
    if (done.stamp.visit_id !== null) noteLive(this.live, done.visit, event);
    else noteArrival(this.live, event.event_time);
    this.goals.count(event);
    return done;
  }

  /** Forgets what memory has of a person. Part of a checkpoint, after which `forgetRows` forgets what storage has. */
  forget(person: Pick<HubPerson, "visitors" | "visits">): { feed: number; visitors: number } {
    return { feed: forgetLive(this.live, person), visitors: this.book.forgetPerson(person) };
  }

  /** The same of some rows of visitors in storage. */
  forgetRows(
    person: Pick<HubPerson, "visitors" | "visits">,
    from: number,
    most: number,
  ): { next: number | null; removed: number } {
    return this.book.forgetRows(person, from, most);
  }

  /**
   * Writes changes since the last checkpoint, and what `act` changes. Call it in a transaction; if that fails, read memory
   * again.
   */
  checkpoint(now: number, act = () => {}): void {
    act();
    const oldestMinute = Math.floor(now / 60_000) - MINUTES_KEPT;
    for (const minute of this.live.pageviews.keys()) if (minute < oldestMinute) this.live.pageviews.delete(minute);
    forgetConversions(this.live, oldestMinute);
    // The picture may not be requested for weeks, and in an import it never is.
    for (const [id, { last }] of this.live.visits) if (last < now - LIVE_KEPT) this.live.visits.delete(id);
    pruneCounters(this.live.rules);
    this.book.checkpoint();
    this.imported.checkpoint();
    this.writeSeen();
    this.forgetSeen(now);
    this.journal.writeMeta("state", {
      seq: this.seq,
      minutes: [...this.live.pageviews],
      feed: this.live.feed,
      rules: toCounts(this.live.rules),
      goals: toCounts(this.live.goals),
      conversions: [...this.live.conversions].map(([goal, minutes]) => [goal, [...minutes]]),
      last: this.live.lastEventAt,
    } satisfies State);
    this.journal.cover();
  }

  private writeSeen(): void {
    for (const [generation, hashes] of this.seen.fresh)
      for (let at = 0; at < hashes.length; at += MOST_WORDS)
        this.sql.exec(
          "INSERT INTO seen (generation, n, hashes) VALUES (?, ?, ?)",
          generation,
          this.seenRows++,
          new Uint32Array(hashes.slice(at, at + MOST_WORDS)).buffer,
        );
    this.seen.fresh.clear();
  }

  private forgetSeen(now: number): void {
    const oldest = oldestGeneration(now);
    if (![...this.seen.generations.keys()].some((known) => known < oldest)) return;
    for (const known of this.seen.generations.keys()) if (known < oldest) this.seen.generations.delete(known);
    this.sql.exec("DELETE FROM seen WHERE generation < ?", oldest);
  }
}
