// What travels through the queue.
import type { StampedEvent } from "./event";
import type { HubBatch } from "./hub";
import type { PackedEvent } from "./lake";
import type { RefusalCounts } from "./refusal";

/** What a hub stamped: a range of its journal. The same range is the same message, however often it is sent. */
export interface StampedMessage {
  kind: "stamped";
  id: string;
  site_id: string;
  events: StampedEvent[];
  /** By local date. */
  refusals: Record<string, RefusalCounts>;
}

/** What collect could not hand to the hub. Ingest hands it over later; `event_id` keeps it from counting twice. */
export interface UnstampedMessage {
  kind: "unstamped";
  /** Name of the hub that it was meant for. */
  hub: string;
  batch: HubBatch;
}

/** A stamped message as it is written into the queue. */
export type PackedMessage = Omit<StampedMessage, "events"> & { events: PackedEvent[] };

export type EventMessage = StampedMessage | UnstampedMessage;
