// Arrivals as hubs read them: of this version, and of the version before.
import type { Arrival, Sighting } from "../events/event";
import { type AddressPrivacy, truncateAddress } from "../visitors/address";
import type { HubBatch } from "./hub";

/** An arrival as a hub may get it: one that the version before has sent holds the address and agent themselves. */
export type AnyArrival = Arrival | Sighting;

/** The text of a cookieless visitor that keyed hashes are made of. */
export const addressAndAgent = ({ address, agent }: Pick<Sighting, "address" | "agent">): string =>
  `${address}\n${agent}`;

/**
 * Any arrival in today's form. One of the version before gets its address and agent for keys, of which the hub makes the
 * id that the visitor had in that version. `shard` is not needed any more: a hub has the event already.
 */
export function toArrival(given: AnyArrival, privacy: AddressPrivacy): Arrival {
  if ("keys" in given) return given;
  const { address, agent, ...event } = given;
  const key = addressAndAgent(given);
  return {
    ...event,
    keys: { today: key, yesterday: key, tomorrow: key, shard: 0 },
    ip: truncateAddress(address, privacy),
  };
}

/** A batch as it crosses to a hub. */
export const toBatch = (batch: HubBatch | string): HubBatch =>
  typeof batch === "string" ? (JSON.parse(batch) as HubBatch) : batch;
