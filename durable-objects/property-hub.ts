// PropertyHub: the Durable Object of one property, a shard of it, or all imports into it. A thin adapter: it stamps events
// with its memory, and hands them to group commit (group.ts), the journal and the sender.
import type { Arrival, UnnamedIds } from "../workers/domain/events/event";
import { describeError } from "../workers/domain/requests/describe-error";
import { addRefusals } from "../workers/domain/requests/refusal";
import { localDate } from "../workers/domain/time/zone";
import { toArrival, toBatch } from "../workers/domain/visits/arrival";
import type {
  AcceptReply,
  Forgotten,
  Hub,
  HubBacklog,
  HubBatch,
  HubPerson,
  HubProperty,
  LiveGoals,
  LiveShare,
  NamesReply,
} from "../workers/domain/visits/hub";
import { emptyLive, liveShare } from "../workers/domain/visits/live";
import { epochOf } from "../workers/domain/visits/message";
import type { BrowserNames } from "../workers/domain/visits/names";
import { Configuration } from "./configuration/configuration";
import { forgetPerson } from "./forget/forget";
import { dropFiller } from "./forget/free-pages";
import { appendGroup, type OpenGroup, OpenGroups } from "./group";
import { LakeIds } from "./imports/lake-ids";
import { isWithoutTables, Journal, MESSAGE_BYTES } from "./journal";
import { LiveSockets } from "./live-sockets";
import { Memory } from "./memory";
import { OverlayChoices } from "./overlay-choices";
import { Sender } from "./sender";
import { hearNames, noNames, tellNames } from "./shards/shared-names";
import { askUnnamed, unnamedIdsOf } from "./shards/unnamed-ids";
import { takeArrival } from "./take";
import { tidyDaily } from "./tidy";
import { Salts } from "./visitor-id";
import { moveOldVisitors } from "./visitors/old-visitors";

/** A group of this many events is committed without waiting. */
const FULL_GROUP = 64;
/** Pause (ms) before a message is offered again to a queue that did not take it. */
const RETRY = 15_000;
/** For a wrangler.toml of the version before, which lacks the variable. */
const RESEND_SECONDS = 600;

export class PropertyHub extends OverlayChoices implements Hub {
  private journal!: Journal;
  private memory!: Memory;
  private salts!: Salts;
  private readonly sockets: LiveSockets;
  private siteId = "";
  private epoch = "";
  private readonly configuration: Configuration;
  /** True if storage is empty: never used, or destroyed. The first batch creates the tables. */
  private isEmpty = true;
  private readonly groups = new OpenGroups({ write: (group) => this.commit(group), reload: () => this.load() });
  private readonly sender: Sender;
  private readonly lakeIds: LakeIds;
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
    this.configuration = new Configuration({
      journal: () => (this.isEmpty ? null : this.journal),
      goals: () => this.memory.goals,
      change: (act) => {
        this.groups.commit();
        this.checkpoint(act);
      },
    });
    this.lakeIds = new LakeIds({
      env: () => this.env,
      ids: () => this.memory.imported,
      write: (act) => ctx.storage.transactionSync(act),
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
    dropFiller(this.ctx.storage.sql);
    this.journal = new Journal(this.ctx.storage.sql);
    this.memory = new Memory(this.ctx.storage.sql, this.journal, Date.now());
    this.salts = new Salts(this.journal);
    this.groups.abandon();
    this.isEmpty = false;
    const about = this.journal.readMeta<{ site_id: string; epoch: string }>("about");
    this.siteId = about?.site_id ?? "";
    this.epoch = about?.epoch ?? "";
    this.configuration.load();
  }

  /** Counts a batch. Resolves when it is durable: the reply waits for the journal's write. */
  async accept(batch: HubBatch | string): Promise<AcceptReply> {
    const { property, refusals, next, named, unnamed, imported = false, ...given } = toBatch(batch);
    const arrivals = given.arrivals.map((arrival) => toArrival(arrival, property.address));
    const now = Date.now();
    this.open(property);
    const unread = imported ? await this.lakeIds.complete(property.site_id, arrivals) : null;
    if (unread) return { accepted: 0, duplicates: 0, unread };
    // During a change of the number of shards, another hub may know the visitor.
    const others: Arrival[] = [];
    const idsOf = (arrival: Arrival) => this.salts.idsFor(arrival, property, this.memory, now);
    const isOwn = (arrival: Arrival) => !next || this.memory.expects(arrival, idsOf(arrival), now);
    const isUntold = (arrival: Arrival) => this.memory.isNaming(arrival, property.site_id, now) && isOwn(arrival);
    const teller = { namespace: this.env.HUB, name: this.ctx.id.name, property, memory: () => this.memory, now };
    const late = named && (await tellNames({ ...teller, untold: () => arrivals.filter(isUntold) }, named));
    if (unnamed && unnamed !== this.ctx.id.name)
      await askUnnamed(this.env.HUB, unnamed, property, () => arrivals.filter(isOwn));
    // It may have been destroyed meanwhile.
    this.open(property);
    const group = this.groups.join();
    let duplicates = 0;
    try {
      this.memory.prepare(arrivals.map((arrival) => ({ ...idsOf(arrival), time: arrival.event_time })));
      for (const arrival of arrivals) {
        if (!isOwn(arrival)) others.push(arrival);
        else if (this.memory.isNew(arrival, imported, now))
          takeArrival(
            { memory: this.memory, salts: this.salts, property, group, now },
            arrival,
            late?.has(arrival.event_id),
          );
        else duplicates += 1;
      }
      if (others.length > 0)
        this.memory.noteOthers(others.map((arrival) => ({ ...idsOf(arrival), time: arrival.event_time })));
      if (imported) this.ctx.storage.transactionSync(() => this.memory.imported.writeAdded());
    } catch (error) {
      group.fail(error);
    }
    // Skip an empty count: it would cost a row for a beacon that was only resent.
    if (refusals && Object.keys(refusals).length > 0)
      addRefusals(group.refusals, localDate(now, property.timezone), refusals);
    if (group.events.length >= FULL_GROUP) group.commit();
    const { version } = this.configuration;
    const isBehind = property.version !== undefined && property.version < version;
    const passed = this.passOn({ property, arrivals: others, named, unnamed }, next);
    // A batch that is only passed on writes no row, so it does not wait for one.
    await Promise.all([passed, others.length < arrivals.length || refusals ? group.committed : undefined]);
    const { accepted, duplicates: known, newer = 0 } = await passed;
    return {
      accepted: arrivals.length - others.length - duplicates + accepted,
      duplicates: duplicates + known,
      ...(isBehind || newer > 0 ? { newer: Math.max(version, newer) } : {}),
    };
  }

  async hearNames(batch: string, ifKnown: boolean): Promise<NamesReply> {
    const told = toBatch(batch);
    this.open(told.property);
    const group = this.groups.join();
    const reply = noNames();
    try {
      hearNames(this.memory, this.salts, told, ifKnown, reply);
    } catch (error) {
      group.fail(error);
    }
    await group.committed;
    return reply;
  }

  async unnamedIds(batch: string): Promise<UnnamedIds[]> {
    const asked = toBatch(batch);
    this.open(asked.property);
    const now = Date.now();
    const ids = unnamedIdsOf(this.memory, this.salts, asked, now);
    // Nothing else may ever come here, and a salt that was made for these ids must be destroyed.
    const expiry = this.salts.expire(now);
    if (expiry !== null) await this.alarmBy(expiry);
    return ids;
  }

  async forgetNames(person: string): Promise<BrowserNames[]> {
    if (this.isEmpty) return [];
    // What an open group names is written first, so that it is forgotten too.
    this.groups.commit();
    return this.ctx.storage.transactionSync(() => this.memory.names.forget(person));
  }

  async forget(person: string): Promise<Forgotten> {
    const forgotten = await forgetPerson(
      {
        storage: this.ctx.storage,
        journal: () => this.journal,
        memory: () => this.memory,
        sender: this.sender,
        commit: () => this.groups.commit(),
        checkpoint: (act) => this.checkpoint(act),
        isEmpty: () => this.isEmpty,
      },
      JSON.parse(person) as HubPerson,
    );
    // Watchers see the feed without the person.
    this.sockets.changed();
    return forgotten;
  }

  async noteVersion(version: number, goals?: LiveGoals): Promise<void> {
    this.configuration.hear({ version, goals });
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

  async hangUp(holder?: string): Promise<void> {
    this.sockets.hangUp(holder);
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
    this.configuration.forget();
  }

  async backlog(): Promise<HubBacklog> {
    return this.sender.backlog(Date.now());
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
      console.error("hub could not flush", describeError(error));
      await this.alarmBy(Date.now() + RETRY);
      return;
    }
    if (this.isEmpty) return;
    const now = Date.now();
    this.groups.commit();
    const tidy = tidyDaily(
      () => this.journal,
      (act) => this.checkpoint(act),
      now,
    );
    const next = [this.salts.expire(now), this.sender.lookAt(now), tidy].filter((time) => time !== null);
    // One alarm for all. In a quiet hub it asks for the receipt of the last message; in a busy one the next flush does.
    if (next.length > 0) await this.alarmBy(Math.min(...next));
  }

  private async passOn(batch: HubBatch, hubs: readonly string[] = []): Promise<AcceptReply> {
    const [hub, ...next] = hubs;
    if (hub === undefined || batch.arrivals.length === 0) return { accepted: 0, duplicates: 0 };
    return this.env.HUB.getByName(hub).accept(JSON.stringify(next.length > 0 ? { ...batch, next } : batch));
  }

  /** Reads storage, and learns at the first batch whose hub this is. */
  private open({ site_id, ...configuration }: HubProperty): void {
    if (this.isEmpty) this.load();
    this.configuration.hear(configuration);
    if (this.epoch) return;
    this.siteId = site_id;
    const epoch = `${this.ctx.id.toString().slice(0, 16)}${crypto.randomUUID().slice(0, 8)}`;
    this.epoch = epochOf(this.ctx.id.name ?? "", epoch);
    this.journal.writeMeta("about", { site_id, epoch: this.epoch });
  }

  private commit(group: OpenGroup): void {
    group.late.push(...this.memory.takeLate());
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
      console.error("hub could not write a checkpoint; the next commit tries again", describeError(error));
    }
  }

  private checkpointWhenDue(): void {
    if (!this.journal.isCheckpointDue()) return;
    // Events of an open group are in memory but not in the journal. They must be in both or in neither.
    this.groups.commit();
    this.checkpoint();
  }

  private checkpoint(act = () => {}): void {
    try {
      this.ctx.storage.transactionSync(() => this.memory.checkpoint(Date.now(), act));
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
