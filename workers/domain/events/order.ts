// The total order of a visitor's events, in the record and across hubs.
import type { StampedEvent } from "./event";

export type Placed = Pick<StampedEvent, "event_time" | "seq" | "event_id">;

export const inTotalOrder = (a: Placed, b: Placed): number =>
  a.event_time - b.event_time || a.seq - b.seq || (a.event_id < b.event_id ? -1 : a.event_id > b.event_id ? 1 : 0);
