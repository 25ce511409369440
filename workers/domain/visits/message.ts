// The messages of the queue.
import type { StampedEvent } from "../events/event";
import type { RefusalCounts } from "../requests/refusal";
import { type HubBatch, isImportName } from "./hub";
import { type PackedEvent, unpackEvent } from "./packed";

/** Stamped events: a range of a hub's journal. The same range is the same message, however often it is sent. */
export interface StampedMessage {
  kind: "stamped";
  id: string;
  site_id: string;
  events: StampedEvent[];
  /** By local date. */
  refusals: Record<string, RefusalCounts>;
}

/** Events that collect could not deliver to the hub. Ingest does it later; `event_id` keeps them from counting twice. */
export interface UnstampedMessage {
  kind: "unstamped";
  /** Name of the hub that it was meant for. */
  hub: string;
  batch: HubBatch;
}

/** A stamped message as it is written into the queue. */
export type PackedMessage = Omit<StampedMessage, "events"> & { events: PackedEvent[] };

export type EventMessage = StampedMessage | UnstampedMessage;

/** @throws when the text is not a message. */
export function readMessage(body: unknown): EventMessage {
  const message = (typeof body === "string" ? JSON.parse(body) : body) as PackedMessage | UnstampedMessage;
  if (message.kind === "unstamped") return message;
  if (message.kind !== "stamped") throw new Error("message is of no known kind");
  return { ...message, events: message.events.map(unpackEvent) };
}

const IMPORT = "import-";
/** The beginning of the message ids of a hub, by the hub's name. */
export const epochOf = (name: string, epoch: string): string => (isImportName(name) ? IMPORT + epoch : epoch);
/** Who stamped a message: an import's hub by its epoch. The shards of a property share no visitors, and are one. */
export const sourceOf = (id: string): string =>
  id.startsWith(IMPORT) ? id.slice(0, id.indexOf("-", IMPORT.length)) : "live";

/** How many events a message brings. */
export const eventCountOf = (message: EventMessage): number =>
  message.kind === "stamped" ? message.events.length : message.batch.arrivals.length;

/** The property of a message, even if nothing else in it can be read. Null if that cannot be read either. */
export function siteOf(body: unknown): string | null {
  try {
    const parsed = (typeof body === "string" ? JSON.parse(body) : body) as {
      site_id?: unknown;
      batch?: { property?: { site_id?: unknown } };
    } | null;
    const site = parsed?.site_id ?? parsed?.batch?.property?.site_id;
    return typeof site === "string" ? site : null;
  } catch {
    return null;
  }
}
