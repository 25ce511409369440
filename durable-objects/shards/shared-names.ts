// Names of stored ids between shards: the hub that takes an event in which a page names a user is often not the one that
// gets the events of that stored id without a user.

import type { Arrival } from "../../workers/domain/events/event";
import { toArrival } from "../../workers/domain/visits/arrival";
import {
  type HubBatch,
  type HubProperty,
  type NamedHubs,
  type NamesReply,
  shardName,
} from "../../workers/domain/visits/hub";
import type { BrowserNames, Names } from "../../workers/domain/visits/names";
import type { Memory } from "../memory";
import type { PropertyHub } from "../property-hub";
import type { Salts } from "../visitor-id";

interface Teller {
  namespace: DurableObjectNamespace<PropertyHub>;
  /** Its own name. */
  name: string | undefined;
  property: HubProperty;
  /** The events to take that name somebody new. Called again after each round of calls, because more may have arrived. */
  untold: () => Arrival[];
  memory: () => Memory;
  now: number;
}

/** What a hub knows of the stored ids of arrivals that is later than these. */
function laterNames({ names }: Memory, arrivals: readonly Arrival[]): BrowserNames[] {
  const later = new Map<string, Names>();
  for (const { stored, event_time } of arrivals) {
    const known = stored ? names.laterThan(stored.id, event_time) : null;
    if (stored && known) later.set(stored.id, known);
  }
  return [...later];
}

/**
 * Tells hubs what this one is about to take. Nothing is taken before all of them have it: the caller then sends the events
 * again, and they are told again. Where another user was seen with the stored id, all shards that know it are told.
 * Otherwise each would believe what it heard last. If an event is late, each hub may know other moments at which a user was named
 * after it: this one collects them, and tells them all.
 * @returns ids of events that are late for the visitors of the other hubs.
 */
export async function tellNames(
  { namespace, name, property, untold, memory, now }: Teller,
  { hubs, shards }: NamedHubs,
): Promise<ReadonlySet<string>> {
  const told = new Set<Arrival>();
  const late = new Set<string>();
  const shared = new Set<string>();
  /** @returns whether the others knew something later than the arrivals. */
  const tell = async (to: readonly string[], arrivals: Arrival[], ifKnown: boolean): Promise<boolean> => {
    if (arrivals.length === 0) return false;
    const names = laterNames(memory(), arrivals);
    const batch = JSON.stringify({ property, arrivals, names } satisfies HubBatch);
    const heard: BrowserNames[] = [];
    const others = to.filter((hub) => hub !== name);
    for (const reply of await Promise.all(others.map((hub) => namespace.getByName(hub).hearNames(batch, ifKnown)))) {
      for (const id of reply.late) late.add(id);
      for (const id of reply.shared) shared.add(id);
      // The type of a call's result has lost its tuples.
      heard.push(...(reply.names as unknown as BrowserNames[]));
    }
    for (const known of heard) memory().names.hear(known, now);
    return heard.length > 0;
  };
  const rest = Array.from({ length: shards }, (_, shard) => shardName(property.site_id, shard)).filter(
    (hub) => !hubs.includes(hub),
  );
  for (;;) {
    const arrivals = untold().filter((arrival) => !told.has(arrival));
    if (arrivals.length === 0) return late;
    // This hub may be the only one that gets the events of the stored id without a user: then no other one says so.
    for (const arrival of arrivals) if (memory().isShared(arrival, property.site_id)) shared.add(arrival.event_id);
    const isLaterKnown = await tell(hubs, arrivals, false);
    const ofSeveral = arrivals.filter(({ event_id }) => shared.has(event_id));
    if ((await tell(rest, ofSeveral, true)) || isLaterKnown) {
      await tell(hubs, ofSeveral, false);
      await tell(rest, ofSeveral, true);
    }
    for (const arrival of arrivals) told.add(arrival);
  }
}

interface Hearer {
  memory: Memory;
  salts: Salts;
  property: HubProperty;
  /** What the other hub knows of stored ids. */
  names: ReadonlyMap<string, Names>;
  now: number;
}

export const noNames = (): NamesReply => ({ late: [], shared: [], names: [] });

/**
 * Notes the users whom events of another hub name.
 * @param ifKnown only where another user of the stored id is known.
 * @param reply gets what the other hub must know.
 */
export function hearNames(
  memory: Memory,
  salts: Salts,
  { property, arrivals, names }: HubBatch,
  ifKnown: boolean,
  reply: NamesReply,
): void {
  const hearer = { memory, salts, property, names: new Map(names), now: Date.now() };
  for (const arrival of arrivals) hearName(hearer, toArrival(arrival, property.address), ifKnown, reply);
}

function hearName(
  { memory, salts, property, names, now }: Hearer,
  arrival: Arrival,
  ifKnown: boolean,
  reply: NamesReply,
): void {
  const { site_id } = property;
  const { event_id, event_time } = arrival;
  const { date, unnamed } = salts.idsFor(arrival, property, memory, now);
  if (unnamed !== null && memory.isNamedLate(date, unnamed, event_time)) reply.late.push(event_id);
  const isShared = memory.isShared(arrival, site_id);
  if (isShared) {
    reply.shared.push(event_id);
    reply.names.push(...laterNames(memory, [arrival]));
  }
  if (!isShared && ifKnown) return;
  const known = arrival.stored && names.get(arrival.stored.id);
  if (arrival.stored && known) memory.names.hear([arrival.stored.id, known], now);
  memory.personFor(arrival, site_id, now);
}
