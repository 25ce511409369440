// PropertyHub: the Durable Object of one property, a shard of it, or all imports into it. A thin adapter: it stamps events
// with its memory, and hands them to group commit (group.ts), the journal and the sender.
import { DurableObject } from "cloudflare:workers";
import { DAY_BIT } from "../workers/domain/events/catalog";
import type { Arrival, Event } from "../workers/domain/events/event";
import { addRefusals } from "../workers/domain/requests/refusal";
import { localDate, localHour } from "../workers/domain/time/zone";
import { toArrival } from "../workers/domain/visits/arrival";
import type {
  AcceptReply,
  Hub,
  HubBatch,
  HubProperty,
  LiveShare,
  NamedHubs,
  NamesReply,
} from "../workers/domain/visits/hub";
import { emptyLive, liveShare } from "../workers/domain/visits/live";
import { epochOf } from "../workers/domain/visits/message";
import { packStamped } from "../workers/domain/visits/packed";
import { seenId } from "../workers/domain/visits/seen";
import type { VisitStamp } from "../workers/domain/visits/stamp";
import { VISIT_GAP } from "../workers/domain/visits/visit";
import { appendGroup, type OpenGroup, OpenGroups } from "./group";
import { Journal, MESSAGE_BYTES } from "./journal";
import { LiveSockets } from "./live-sockets";
import { Memory } from "./memory";
import { moveOldVisitors } from "./old-visitors";
import { Sender } from "./sender";
import { hearName, tellNames } from "./shared-names";
import { Salts } from "./visitor-id";

/** A group of this many events is committed without waiting. */
const FULL_GROUP = 64;
/** Pause (ms) before a message is offered again to a queue that did not take it. */
const RETRY = 15_000;
/** For a wrangler.toml of the version before, which lacks the variable. */
const RESEND_SECONDS = 600;

const isWithoutTables = (sql: SqlStorage): boolean =>
  sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'meta'").toArray().length === 0;

export class PropertyHub extends DurableObject<Cloudflare.Env> implements Hub {
  private journal!: Journal;
  private memory!: Memory;
  private salts!: Salts;
  private readonly sockets: LiveSockets;
  private siteId = "";
  private epoch = "";
  /** The newest known version of the property's configuration. */
  private version = 0;
  /** True if storage is empty: never used, or destroyed. The first batch creates the tables. */
  private isEmpty = true;
  private readonly groups = new OpenGroups({ write: (group) => this.commit(group), reload: () => this.load() });
  private readonly sender: Sender;
  private alarmAt: number | null = null;

  constructor(ctx: DurableObjectState, env: Cloudflare.Env) {
    super(ctx, env);
    this.sockets = new LiveSockets(ctx, env.HUB, { share: () => this.liveShare(), siteId: () => this.siteId });
    this.sender = new Sender({
      journal: () => this.journal,
      about: () => ({ site_id: this.siteId, epoch: this.epoch }),
      sync: () => ctx.storage.sync(),
      queue: () => this.env.EVENTS,
      db: () => this.env.DB,
      wait: () => Number(this.env.RESEND_SECONDS ?? RESEND_SECONDS) * 1000,
      isEmpty: () => this.isEmpty,
      // Also while the queue is away: what a start must read again is bounded by checkpoints.
      ended: () => this.checkpointWhenDue(),
    });
    ctx.blockConcurrencyWhile(async () => {
      this.isEmpty = isWithoutTables(ctx.storage.sql);
      if (this.isEmpty) return;
      await moveOldVisitors(ctx.storage);
      this.load();
      this.alarmAt = await ctx.storage.getAlarm();
      if (this.journal.head > this.journal.sent) await this.alarmBy(Date.now() + this.flushAfter());
      // A process that was killed may have sent messages without setting the alarm that asks for their receipts.
      const look = this.sender.lookAt(Date.now());
      if (look !== null) await this.alarmBy(look);
    });
  }

  /** Reads storage into memory: at the start, and after a failed commit, when memory is ahead of storage. */
  private load(): void {
    this.journal = new Journal(this.ctx.storage.sql);
    this.memory = new Memory(this.ctx.storage.sql, this.journal, Date.now());
    this.salts = new Salts(this.journal);
    this.groups.abandon();
    this.isEmpty = false;
    const about = this.journal.readMeta<{ site_id: string; epoch: string }>("about");
    this.siteId = about?.site_id ?? "";
    this.epoch = about?.epoch ?? "";
    this.version = Math.max(this.version, this.journal.readMeta<number>("version") ?? 0);
  }

  /** Counts a batch. Resolves when it is durable: the reply waits for the journal's write. */
  async accept(batch: HubBatch | string): Promise<AcceptReply> {
    const {
      property,
      refusals,
      next,
      named,
      imported = false,
      ...given
    } = typeof batch === "string" ? (JSON.parse(batch) as HubBatch) : batch;
    const arrivals = given.arrivals.map((arrival) => toArrival(arrival, property.address));
    const now = Date.now();
    this.open(property);
    // During a change of the number of shards, another hub may know the visitor.
    const others: Arrival[] = [];
    const idsOf = (arrival: Arrival) => this.salts.idsFor(arrival, property, this.memory, now);
    const isOwn = (arrival: Arrival) => !next || this.memory.expects(arrival, idsOf(arrival), now);
    const isUntold = (arrival: Arrival) => this.memory.isNaming(arrival, property.site_id, now) && isOwn(arrival);
    const teller = { namespace: this.env.HUB, name: this.ctx.id.name, property };
    const late = named && (await tellNames({ ...teller, untold: () => arrivals.filter(isUntold) }, named));
    // It may have been destroyed meanwhile.
    this.open(property);
    const group = this.groups.join();
    let duplicates = 0;
    try {
      this.memory.prepare(arrivals.map((arrival) => ({ ...idsOf(arrival), time: arrival.event_time })));
      for (const arrival of arrivals) {
        if (!isOwn(arrival)) others.push(arrival);
        else if (this.memory.isNew(arrival, imported, now))
          this.take(arrival, property, group, now, late?.has(arrival.event_id));
        else duplicates += 1;
      }
    } catch (error) {
      group.fail(error);
    }
    // Skip an empty count: it would cost a row for a beacon that was only resent.
    if (refusals && Object.keys(refusals).length > 0)
      addRefusals(group.refusals, localDate(now, property.timezone), refusals);
    if (group.events.length >= FULL_GROUP) group.commit();
    this.hearVersion(property.version ?? 0);
    const isBehind = property.version !== undefined && property.version < this.version;
    const passed = this.passOn(property, others, next, named);
    // A batch that is only passed on writes no row, so it does not wait for one.
    await Promise.all([passed, others.length < arrivals.length || refusals ? group.committed : undefined]);
    const { accepted, duplicates: known, newer = 0 } = await passed;
    return {
      accepted: arrivals.length - others.length - duplicates + accepted,
      duplicates: duplicates + known,
      ...(isBehind || newer > 0 ? { newer: Math.max(this.version, newer) } : {}),
    };
  }

  async hearNames(batch: string, ifKnown: boolean): Promise<NamesReply> {
    const { property, arrivals } = JSON.parse(batch) as HubBatch;
    const now = Date.now();
    this.open(property);
    const group = this.groups.join();
    const reply: NamesReply = { late: [], shared: [] };
    try {
      const hub = { memory: this.memory, salts: this.salts, property, now };
      for (const arrival of arrivals) hearName(hub, toArrival(arrival, property.address), ifKnown, reply);
    } catch (error) {
      group.fail(error);
    }
    await group.committed;
    return reply;
  }

  async forgetPerson(person: string): Promise<void> {
    if (this.isEmpty) return;
    // What an open group names is written first, so that it is forgotten too.
    this.groups.commit();
    this.ctx.storage.transactionSync(() => this.memory.names.forget(person));
  }

  async noteVersion(version: number): Promise<void> {
    this.hearVersion(version);
  }

  private hearVersion(version: number): void {
    if (version <= this.version) return;
    this.version = version;
    // A hub without any events stores nothing. The first batch brings this again.
    if (!this.isEmpty) this.journal.writeMeta("version", version);
  }

  async live(isWatched = false): Promise<LiveShare> {
    if (isWatched) this.sockets.asked();
    return this.liveShare();
  }

  private liveShare(): LiveShare {
    return liveShare(this.isEmpty ? emptyLive() : this.memory.live, Date.now());
  }

  /** Opens a live socket. The Worker has authorized the caller; only the Worker can reach a hub. */
  override fetch(request: Request): Promise<Response> {
    return this.sockets.open(request);
  }

  override webSocketMessage(_: WebSocket, message: string | ArrayBuffer): void {
    this.sockets.heard(message);
  }

  override webSocketClose(): void {
    this.sockets.left();
  }

  override webSocketError(): void {
    this.sockets.left();
  }

  async stir(): Promise<boolean> {
    return this.sockets.changed();
  }

  async hangUp(): Promise<void> {
    this.sockets.hangUp();
  }

  /**
   * Sends all that the journal holds, in messages of at most 128 KB, and what the queue has lost; writes a checkpoint when
   * one is due.
   */
  async flush(): Promise<void> {
    if (this.isEmpty) return;
    this.groups.commit();
    await this.sender.flush();
  }

  async destroy(): Promise<void> {
    this.groups.commit();
    this.sockets.end();
    await this.sender.settled();
    this.alarmAt = null;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
    this.isEmpty = true;
    this.epoch = "";
    this.version = 0;
  }

  override async alarm(): Promise<void> {
    this.alarmAt = null;
    if (this.isEmpty) return;
    // Before the flush, because salts expire also while the queue is away.
    this.salts.expire(Date.now());
    try {
      await this.flush();
    } catch (error) {
      // The platform stops retrying an alarm after six attempts, but an outage of the queue may last longer.
      console.error("hub could not flush", error);
      await this.alarmBy(Date.now() + RETRY);
      return;
    }
    if (this.isEmpty) return;
    const now = Date.now();
    const next = [this.salts.expire(now), this.sender.lookAt(now)].filter((time) => time !== null);
    // One alarm for both. In a quiet hub it asks for the receipt of the last message; in a busy one the next flush does.
    if (next.length > 0) await this.alarmBy(Math.min(...next));
  }

  private async passOn(
    property: HubProperty,
    arrivals: Arrival[],
    hubs: readonly string[] = [],
    named?: NamedHubs,
  ): Promise<AcceptReply> {
    const [hub, ...next] = hubs;
    if (hub === undefined || arrivals.length === 0) return { accepted: 0, duplicates: 0 };
    const batch: HubBatch = {
      property,
      arrivals,
      ...(next.length > 0 ? { next } : {}),
      ...(named ? { named } : {}),
    };
    return this.env.HUB.getByName(hub).accept(JSON.stringify(batch));
  }

  /** Reads storage, and learns at the first batch whose hub this is. */
  private open({ site_id }: HubProperty): void {
    if (this.isEmpty) this.load();
    if (this.epoch) return;
    this.siteId = site_id;
    const epoch = `${this.ctx.id.toString().slice(0, 16)}${crypto.randomUUID().slice(0, 8)}`;
    this.epoch = epochOf(this.ctx.id.name ?? "", epoch);
    this.journal.writeMeta("about", { site_id, epoch: this.epoch });
  }

  private take(arrival: Arrival, property: HubProperty, group: OpenGroup, now: number, late = false): void {
    const { keys, ip, first_visit, stored, by_page, ...event } = arrival;
    const who = { keys, stored, by_page, ip };
    const stamp = this.stampOne(event, property, who, group, now, late);
    // Only the hub knows whether a cookieless visitor is new today. A stored id tells whether they are new at all.
    const isFirst = first_visit && stamp.firsts & DAY_BIT;
    if (!isFirst || (stored && !stored.isNew && stamp.local_date > stored.made)) return;
    const first: Event = {
      ...event,
      event_id: `${event.event_id}-first`,
      event_type: "first_visit",
      name: "first_visit",
      rule: null,
      props: null,
      button_id: null,
      revenue_amount: null,
      revenue_currency: null,
      engaged_ms: null,
      scroll_depth: null,
      scroll_before: null,
      view_id: stamp.view_id,
      interactive: 0,
    };
    this.stampOne(first, property, who, group, now);
  }

  /** Stamps an event into the group. */
  private stampOne(
    event: Event,
    property: HubProperty,
    who: Pick<Arrival, "keys" | "stored" | "by_page" | "ip">,
    group: OpenGroup,
    now: number,
    late = false,
  ): VisitStamp {
    const whose = { event_time: event.event_time, user_id: event.user_id, ...who };
    const ids = this.salts.idsFor(whose, property, this.memory, now, true);
    const { date, yesterday } = ids;
    const visitor = ids.visitor!;
    const beside = (ms: number) => localDate(event.event_time + ms, property.timezone);
    // Two days of a visitor can be linked where a visit may go over midnight, and nowhere else.
    const before = beside(-VISIT_GAP) < date ? yesterday() : null;
    const tomorrow = beside(VISIT_GAP) > date ? ids.tomorrow : undefined;
    const hour = localHour(event.event_time, property.timezone);
    const { isNewName, ...person } = this.memory.personFor(whose, property.site_id, now);
    const { visit, stamp, carriedFrom } = this.memory.track(event, {
      date,
      hour,
      visitor,
      yesterday,
      tomorrow,
      ...person,
      unnamed: isNewName ? ids.unnamed() : null,
      late,
    });
    if (carriedFrom !== null) group.carried.push([seenId(event), carriedFrom]);
    this.memory.seq += 1;
    const visitor_before = before === visitor ? null : before;
    const about = { site_id: property.site_id, seq: this.memory.seq, visitor_id: visitor, ip: who.ip, visitor_before };
    group.events.push(JSON.stringify(packStamped(event, visit, { ...stamp, ...about })));
    return stamp;
  }

  private commit(group: OpenGroup): void {
    this.ctx.storage.transactionSync(() => {
      appendGroup(this.journal, group);
      this.memory.names.write(Date.now());
    });
    if (group.events.length > 0) this.sockets.changed();
    this.checkpointWhenFull();
    if (this.journal.head === this.journal.sent) return;
    if (this.journal.unsentBytes >= MESSAGE_BYTES && !this.sender.isSending) this.ctx.waitUntil(this.sender.sendFull());
    void this.alarmBy(Date.now() + this.flushAfter());
  }

  private flushAfter(): number {
    return Number(this.env.FLUSH_SECONDS) * 1000;
  }

  /** Checkpoints continue while a send waits for a slow queue: they limit memory and the replay of a start. */
  private checkpointWhenFull(): void {
    if (!this.journal.isCheckpointDue(2)) return;
    try {
      this.checkpoint();
    } catch (error) {
      // The group is in the journal, so it is durable. Memory has been read again.
      console.error("hub could not write a checkpoint; the next commit tries again", error);
    }
  }

  private checkpointWhenDue(): void {
    if (!this.journal.isCheckpointDue()) return;
    // Events of an open group are in memory but not in the journal. They must be in both or in neither.
    this.groups.commit();
    this.checkpoint();
  }

  private checkpoint(): void {
    try {
      this.ctx.storage.transactionSync(() => this.memory.checkpoint(Date.now()));
    } catch (error) {
      this.load();
      throw error;
    }
  }

  /** Ensures an alarm by that time. Setting an alarm is billed as a row, so an earlier alarm stays. */
  private async alarmBy(time: number): Promise<void> {
    if (this.alarmAt !== null && this.alarmAt <= time) return;
    this.alarmAt = time;
    await this.ctx.storage.setAlarm(time);
  }
}
