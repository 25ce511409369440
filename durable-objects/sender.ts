// The sender: packs ranges of the journal into messages and sends them to the queue. A range is always the same message,
// even if it is sent several times.
import { addRefusals, type RefusalCounts } from "../workers/domain/requests/refusal";
import { type Group, type Journal, MESSAGE_BYTES } from "./journal";

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
  /** Called at the end of each sending, also after an error. */
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
      console.error("hub could not send; the alarm will", error);
    }
  }

  /**
   * Sends messages while at least `atLeast` bytes are left. With 0 it sends everything, including refusals without
   * events. Only one sending runs at a time, because there is only one cut.
   */
  async send(atLeast: number): Promise<void> {
    while (this.sending) await this.sending.catch(() => undefined);
    this.sending = this.sendAll(atLeast).finally(() => {
      this.sending = null;
    });
    await this.sending;
  }

  private get journal(): Journal {
    return this.source.journal();
  }

  private async sendAll(atLeast: number): Promise<void> {
    try {
      while (this.journal.cut || (this.journal.head > this.journal.sent && this.journal.unsentBytes >= atLeast)) {
        const cut = this.journal.nextCut();
        if (!cut) break;
        const message = this.message(cut.from, cut.to);
        // The cut must be durable before the message leaves, so that a crash cannot change the message of a range.
        await this.source.sync();
        await this.source.queue().send(message, { contentType: "text" });
        this.journal.cutSent();
      }
      if (atLeast === 0) this.journal.rest();
    } finally {
      this.source.ended();
    }
  }

  private message(from: number, to: number): string {
    const { site_id, epoch } = this.source.about();
    return toMessage({ id: `${epoch}-${from}-${to}`, site_id }, [...this.journal.groups(from, to)]);
  }
}
