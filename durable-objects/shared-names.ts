// Names of stored ids between shards: the hub that takes an event in which a page names a user is often not the one that
// gets the events of that stored id without a user.
import type { Arrival } from "../workers/domain/events/event";
import {
  type HubBatch,
  type HubProperty,
  type NamedHubs,
  type NamesReply,
  shardName,
} from "../workers/domain/visits/hub";
import type { Memory } from "./memory";
import type { PropertyHub } from "./property-hub";
import type { Salts } from "./visitor-id";

interface Teller {
  namespace: DurableObjectNamespace<PropertyHub>;
  /** Its own name. */
  name: string | undefined;
  property: HubProperty;
  /** The events to take that name somebody new. They are asked for again after each telling, as others come meanwhile. */
  untold: () => Arrival[];
}

/**
 * Tells hubs what this one is about to take. Nothing is taken before all of them have it: the caller then sends the events
 * again, and they are told again. Where another user was seen with the stored id, all shards are told that know it: each
 * would else believe what it heard last.
 * @returns ids of events that are late for the visitors of the other hubs.
 */
export async function tellNames(
  { namespace, name, property, untold }: Teller,
  { hubs, shards }: NamedHubs,
): Promise<ReadonlySet<string>> {
  const told = new Set<Arrival>();
  const late = new Set<string>();
  const shared = new Set<string>();
  const tell = async (to: readonly string[], arrivals: Arrival[], ifKnown: boolean) => {
    if (arrivals.length === 0) return;
    const batch = JSON.stringify({ property, arrivals } satisfies HubBatch);
    const others = to.filter((hub) => hub !== name);
    for (const reply of await Promise.all(others.map((hub) => namespace.getByName(hub).hearNames(batch, ifKnown)))) {
      for (const id of reply.late) late.add(id);
      for (const id of reply.shared) shared.add(id);
    }
  };
  const rest = Array.from({ length: shards }, (_, shard) => shardName(property.site_id, shard)).filter(
    (hub) => !hubs.includes(hub),
  );
  for (;;) {
    const arrivals = untold().filter((arrival) => !told.has(arrival));
    if (arrivals.length === 0) return late;
    await tell(hubs, arrivals, false);
    await tell(
      rest,
      arrivals.filter(({ event_id }) => shared.has(event_id)),
      true,
    );
    for (const arrival of arrivals) told.add(arrival);
  }
}

interface Hearer {
  memory: Memory;
  salts: Salts;
  property: HubProperty;
  now: number;
}

/**
 * Notes the user whom an event of another hub names.
 * @param ifKnown only where another user of the stored id is known.
 * @param reply gets what the other hub must know.
 */
export function hearName(
  { memory, salts, property, now }: Hearer,
  arrival: Arrival,
  ifKnown: boolean,
  reply: NamesReply,
): void {
  const { site_id } = property;
  const { event_id, event_time } = arrival;
  const { date, unnamed } = salts.idsFor(arrival, property, memory, now);
  const visitor = unnamed();
  if (visitor !== null && memory.isNamedLate(date, visitor, event_time)) reply.late.push(event_id);
  const isShared = memory.isShared(arrival, site_id);
  if (isShared) reply.shared.push(event_id);
  if (isShared || !ifKnown) memory.personFor(arrival, site_id, now);
}
