// The sender: packs ranges of the journal into messages and sends them to the queue, each range as the same message
// however often it is sent. It asks D1 for the receipts of earlier messages, and sends those again that the queue has lost.
import { describeError } from "../workers/domain/requests/describe-error";
import { addRefusals, type RefusalCounts } from "../workers/domain/requests/refusal";
import type { HubBacklog } from "../workers/domain/visits/hub";
import { settledAmong } from "../workers/storage/counts/counts";
import { type Group, type Journal, MESSAGE_BYTES } from "./journal";
import { dueAt, giveUpAt, MOST_UNCONFIRMED, type SentMessage } from "./unconfirmed";

/** Messages sent again at a time: 12 MB. The others follow with the next flush. */
const MOST_SENT_AGAIN = 100;
/** When D1 does not answer, or more is due than goes at a time, the hub looks again after this time (ms). */
const LOOK_AGAIN = 60_000;

/** The text of a message, joined without parsing the journal's rows. */
function toMessage(about: { id: string; site_id: string }, groups: readonly Group[]): string {
  const refusals: Record<string, RefusalCounts> = {};
  for (const group of groups)
    for (const [date, counts] of Object.entries(group.refusals)) addRefusals(refusals, date, counts);
  const events = groups.map((group) => group.events).filter((text) => text !== "");
  const head = JSON.stringify({ kind: "stamped", ...about, refusals });
  return `${head.slice(0, -1)},"events":[${events.join(",")}]}`;
}

/** The hub as its sender needs it. */
interface Source {
  /** A function, because the hub replaces its journal after a failed commit. */
  journal: () => Journal;
  about: () => { site_id: string; epoch: string };
  /** Resolves when all that was written is durable. */
  sync: () => Promise<void>;
  queue: () => Pick<Queue, "send">;
  db: () => D1Database;
  /** How long (ms) a message may be without a receipt before it is sent again. */
  wait: () => number;
  /** True when all was destroyed, also while something was under way. */
  isEmpty: () => boolean;
  /** Called when a sending has ended, also by an error. */
  ended: () => void;
}

export class Sender {
  private readonly source: Source;
  private sending: Promise<void> | null = null;

  constructor(source: Source) {
    this.source = source;
  }

  get isSending(): boolean {
    return this.sending !== null;
  }

  /** Resolves at the end of the current sending, also after an error. */
  async settled(): Promise<void> {
    await this.sending?.catch(() => undefined);
  }

  /** Sends full messages and leaves the rest to the alarm: a small message costs as much as a full one. */
  async sendFull(): Promise<void> {
    try {
      await this.send(MESSAGE_BYTES);
    } catch (error) {
      console.error("hub could not send; the alarm will", describeError(error));
    }
  }

  /** Sends messages while at least `atLeast` bytes are left; with 0 everything, refusals without any event too. */
  async send(atLeast: number): Promise<void> {
    await this.inTurn(() => this.sendAll(atLeast));
  }

  /** Frees what has its receipt, sends everything that is left, and once more what the queue has lost. */
  async flush(): Promise<void> {
    // Before anything is sent, so that one row of `meta` says both. While D1 is slow, full messages leave all the same.
    const missing = await this.askForReceipts();
    if (this.source.isEmpty()) return;
    await this.inTurn(async () => {
      await this.sendAll(0);
      await this.sendAgain(missing);
      this.journal.rest();
    });
  }

  /** When to look for receipts at the latest; null when every message has its own. */
  lookAt(now: number): number | null {
    const { unconfirmed } = this.journal;
    if (unconfirmed.length === 0) return null;
    const wait = this.source.wait();
    const times = unconfirmed.map((message) => Math.min(dueAt(message, wait), giveUpAt(message, wait)));
    return Math.max(
      times.reduce((a, b) => Math.min(a, b)),
      now + Math.min(LOOK_AGAIN, wait),
    );
  }

  private get journal(): Journal {
    return this.source.journal();
  }

  /** One sender at a time: the cut is one. */
  private async inTurn(work: () => Promise<void>): Promise<void> {
    while (this.sending) await this.sending.catch(() => undefined);
    this.sending = work()
      .finally(() => this.source.ended())
      .finally(() => {
        this.sending = null;
      });
    await this.sending;
  }

  private async sendAll(atLeast: number): Promise<void> {
    while (this.journal.cut || (this.journal.head > this.journal.sent && this.journal.unsentBytes >= atLeast)) {
      const cut = this.journal.nextCut();
      if (!cut) break;
      const message = this.message(cut);
      // The cut must be durable before the message leaves: the same range is the same message, come what may.
      await this.source.sync();
      await this.source.queue().send(message, { contentType: "text" });
      this.journal.cutSent(Date.now());
      const [oldest] = this.journal.unconfirmed;
      if (oldest && this.journal.unconfirmed.length > MOST_UNCONFIRMED)
        this.giveUp((message) => message === oldest, "too many messages are without a receipt");
    }
  }

  /** Asks in one read. @returns the ids of messages that D1 knows nothing of; none when it does not answer. */
  private async askForReceipts(): Promise<Set<string>> {
    const asked = this.journal.unconfirmed.map((message) => this.idOf(message));
    if (asked.length === 0) return new Set();
    let settled: Set<string>;
    try {
      settled = await settledAmong(this.source.db(), this.source.about().site_id, asked);
    } catch (error) {
      console.error("hub could not ask for receipts; it keeps what it has sent", describeError(error));
      return new Set();
    }
    // By id, because the hub may have been destroyed, or its journal read anew, while D1 was asked.
    this.journal.settle((message) => settled.has(this.idOf(message)));
    const missing = new Set(asked.filter((id) => !settled.has(id)));
    const [now, wait] = [Date.now(), this.source.wait()];
    const isGivenUp = (message: SentMessage) => giveUpAt(message, wait) <= now && missing.has(this.idOf(message));
    this.giveUp(isGivenUp, "it is too late to send them again");
    return missing;
  }

  /** Frees the rows of messages that have no receipt. */
  private giveUp(isGivenUp: (message: SentMessage) => boolean, reason: string): void {
    const ids = this.journal.unconfirmed.filter(isGivenUp).map((message) => this.idOf(message));
    if (ids.length === 0) return;
    console.error(`hub gives up ${ids.length} messages without a receipt, because ${reason}: ${ids.join(", ")}`);
    this.journal.settle(isGivenUp);
  }

  private async sendAgain(missing: ReadonlySet<string>): Promise<void> {
    const wait = this.source.wait();
    const due = this.journal.unconfirmed
      .filter((message) => dueAt(message, wait) <= Date.now() && missing.has(this.idOf(message)))
      .slice(0, MOST_SENT_AGAIN);
    for (const message of due) {
      console.error(`message ${this.idOf(message)} has no receipt and is sent again`);
      await this.source.queue().send(this.message(message), { contentType: "text" });
      this.journal.sentAgain(message, Date.now());
    }
  }

  backlog(now: number): HubBacklog {
    if (this.source.isEmpty()) return { now, unsent: null, uncounted: [] };
    const { unconfirmed } = this.journal;
    return {
      now,
      unsent: this.journal.unsentSince(),
      uncounted: unconfirmed.map((message) => [this.idOf(message), message.since]),
    };
  }

  private idOf({ from, to }: Pick<SentMessage, "from" | "to">): string {
    return `${this.source.about().epoch}-${from}-${to}`;
  }

  private message(range: Pick<SentMessage, "from" | "to">): string {
    const { site_id } = this.source.about();
    return toMessage({ id: this.idOf(range), site_id }, [...this.journal.groups(range.from, range.to)]);
  }
}
