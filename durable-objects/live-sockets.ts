// The hibernating WebSockets of a property's first hub, and how its other shards report changes to it.
// No timer runs unless an event came and somebody watches; the runtime answers pings itself. So a quiet hub hibernates
// with its sockets open.
import { describeError } from "../workers/domain/requests/describe-error";
import { type LivePicture, type LiveShare, type SocketMessage, shardName } from "../workers/domain/visits/hub";
import { mergeLive } from "../workers/domain/visits/live";

/** Watchers hear of changes at most this often (ms)… */
const EVERY = 1000;
/** …and this long (ms) after an event that follows on quiet: events come in groups. */
const SOON = 100;
/** A socket is closed with the first change after this time (ms): whoever reconnects is authorized anew. */
const LIFE = 3_600_000;
/** The platform holds 32,768 sockets an object; their messages are to leave within a second. */
const MOST = 10_000;
/** Close codes: come again, and do not. */
const AGAIN = 1012;
const GONE = 4404;
const OPEN = 1;
/** Key under which a shard remembers that the first hub wants to hear of changes. */
const WATCHED = "watched";

/** The state of a socket that survives hibernation. */
interface Attachment {
  site_id: string;
  /** How many hubs the picture is made of. */
  hubs: number;
  /** When it is to be authorized anew (ms). */
  until: number;
}

const attachmentOf = (socket: WebSocket): Attachment => socket.deserializeAttachment() as Attachment;

export class LiveSockets {
  private readonly ctx: DurableObjectState;
  private readonly hubs: Cloudflare.Env["HUB"];
  private readonly share: () => LiveShare;
  private readonly siteId: () => string;
  /** Whether sockets are open; null when that must be looked up. */
  private isOpen: boolean | null = null;
  /** Whether this is a shard and the first hub wants to hear of changes; and how often it said so. */
  private isWatched: boolean;
  private calls = 0;
  /** Every part of the picture as all watchers have it, as JSON; null when nobody knows. */
  private sent: Map<string, string> | null = null;
  private sentAt = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  /** While watchers are being told: whether something has changed again. */
  private sending: { again: boolean } | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    ctx: DurableObjectState,
    hubs: Cloudflare.Env["HUB"],
    own: { share: () => LiveShare; siteId: () => string },
  ) {
    this.ctx = ctx;
    this.hubs = hubs;
    this.share = own.share;
    this.siteId = own.siteId;
    this.isWatched = ctx.storage.kv.get<boolean>(WATCHED) ?? false;
  }

  /**
   * Answers an upgrade that the Worker has authorized. `?site_id=…&hubs=…` says what the picture is made of, `holder=…`
   * which session or key watches, and `until=…` when that expires.
   */
  open(request: Request): Promise<Response> {
    const asked = new URL(request.url).searchParams;
    const until = Math.min(Date.now() + LIFE, Number(asked.get("until") ?? Number.POSITIVE_INFINITY));
    const about = { site_id: asked.get("site_id") ?? "", hubs: Number(asked.get("hubs")), until };
    const holder = asked.get("holder");
    return this.inTurn(async () => {
      const others = this.sockets();
      if (others.length >= MOST) return new Response(null, { status: 429 });
      const picture = await this.picture(about.site_id, about.hubs);
      const { 0: client, 1: server } = new WebSocketPair();
      this.ctx.acceptWebSocket(server, holder === null ? [] : [holder]);
      this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"));
      server.serializeAttachment(about satisfies Attachment);
      server.send(JSON.stringify({ type: "picture", picture } satisfies SocketMessage));
      if (others.length === 0) this.sent = partsOf(picture);
      // If the new socket knows more than the others, the next change brings them up to date.
      else for (const [key, part] of partsOf(picture)) if (this.sent?.get(key) !== part) this.sent?.delete(key);
      this.isOpen = true;
      return new Response(null, { status: 101, webSocket: client });
    });
  }

  /** A client's word: `look` asks for what time alone has changed. Others mean nothing. */
  heard(message: string | ArrayBuffer): void {
    if (message === "look") this.changed();
  }

  /** A socket has closed. */
  left(): void {
    this.isOpen = null;
  }

  /** The first hub has asked for this shard's share because somebody watches. */
  asked(): void {
    this.calls += 1;
    if (this.isWatched) return;
    this.isWatched = true;
    this.ctx.storage.kv.put(WATCHED, true);
  }

  /** Notes a change of the picture. False when nobody watches. */
  changed(): boolean {
    this.isOpen ??= this.sockets().length > 0;
    if (!this.isOpen && !this.isWatched) return false;
    if (this.sending) {
      this.sending.again = true;
      return true;
    }
    const wait = Math.max(SOON, Math.min(EVERY, this.sentAt + EVERY - Date.now()));
    this.timer ??= setTimeout(() => this.ctx.waitUntil(this.sendChange()), wait);
    return true;
  }

  /**
   * Closes every socket, or those of a session or key that has ended; whoever may is to come again.
   * @param holder the tag of the sockets.
   */
  hangUp(holder?: string): void {
    if (holder === undefined) {
      this.close(AGAIN, "property has changed");
      return;
    }
    for (const socket of this.ctx.getWebSockets(holder))
      if (socket.readyState === OPEN) socket.close(AGAIN, "authorization has ended");
    this.isOpen = null;
  }

  /** Closes every socket for good and forgets. */
  end(): void {
    this.close(GONE, "property was deleted");
    this.isWatched = false;
  }

  private close(code: number, reason: string): void {
    for (const socket of this.sockets()) socket.close(code, reason);
    this.isOpen = null;
    this.sent = null;
  }

  private async sendChange(): Promise<void> {
    this.timer = null;
    const sending = { again: false };
    this.sending = sending;
    try {
      await (this.isWatched ? this.notifyFirstHub() : this.inTurn(() => this.notifyWatchers()));
    } catch (error) {
      // The next event or look tries again, and then says everything.
      this.sent = null;
      console.error("live change could not be told", describeError(error));
    }
    this.sending = null;
    this.sentAt = Date.now();
    if (sending.again) this.changed();
  }

  private async notifyFirstHub(): Promise<void> {
    const before = this.calls;
    const goesOn = await this.hubs.getByName(shardName(this.siteId(), 0)).stir();
    // It may have asked while its answer was on the way.
    if (goesOn || this.calls !== before) return;
    this.isWatched = false;
    this.ctx.storage.kv.delete(WATCHED);
  }

  private async notifyWatchers(): Promise<void> {
    const now = Date.now();
    for (const socket of this.sockets())
      if (attachmentOf(socket).until <= now) socket.close(AGAIN, "authorization is to be renewed");
    const known = this.sockets().map(attachmentOf);
    this.isOpen = known.length > 0;
    if (!this.isOpen) {
      this.sent = null;
      return;
    }
    const picture = await this.picture(known[0]!.site_id, Math.max(...known.map(({ hubs }) => hubs)));
    const parts = partsOf(picture);
    const change = Object.fromEntries(
      Object.entries(picture).filter(([key]) => this.sent?.get(key) !== parts.get(key)),
    ) as Partial<LivePicture>;
    this.sent = parts;
    if (Object.keys(change).length === 0) return;
    const text = JSON.stringify({ type: "change", change } satisfies SocketMessage);
    for (const socket of this.sockets()) socket.send(text);
  }

  /** The whole picture. Those who are asked for their share will say when it changes. */
  private async picture(siteId: string, hubs: number): Promise<LivePicture> {
    const names = Array.from({ length: hubs - 1 }, (_, i) => shardName(siteId, i + 1));
    const shares = await Promise.all(names.map((name) => this.hubs.getByName(name).live(true)));
    return mergeLive([this.share(), ...shares]);
  }

  private sockets(): WebSocket[] {
    return this.ctx.getWebSockets().filter(({ readyState }) => readyState === OPEN);
  }

  /** One after the other: who joins while a change is made must get it, or a picture that has it. */
  private inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.turn.then(act);
    this.turn = done.catch(() => undefined);
    return done;
  }
}

const partsOf = (picture: LivePicture): Map<string, string> =>
  new Map(Object.entries(picture).map(([key, part]) => [key, JSON.stringify(part)]));
