// Shards: which hubs a visitor's events are offered to, also while a property goes from one number of shards to another.
// A visitor belongs to one hub for as long as that hub knows them; only who is new to the day goes where the new number
// says. So no visitor is counted twice, no visit is cut, and an event that is sent again is known.
import { addDays, localDate } from "../time/zone";
import { type AnyArrival, addressAndAgent } from "./arrival";
import { type NamedHubs, shardName } from "./hub";
import { hash64 } from "./seen";

/** From when on (ms) so many shards are in force. */
export interface ShardChange {
  from: number;
  shards: number;
}

interface Sharded {
  site_id: string;
  timezone: string;
  /** The number that the owner has set. */
  shards: number;
  /** Every number that was in force or will be, oldest first; empty when there was never another. */
  shard_changes: ShardChange[];
}

/** A change waits this long (ms): every isolate must know of it by then, and each knows a property for a minute. */
const NOTICE = 5 * 60_000;
/** One that is this near (ms) is not taken back: an isolate that knows nothing newer may act on it. */
const NEAR = 2 * 60_000;
/**
 * For so many local days hubs of a former number are asked first: an event may come 72 hours late, and its visit began
 * the day before. Only somebody whose visits cross each of these midnights would find theirs cut at the last.
 */
const ASKED_DAYS = 5;
/** Older entries are forgotten. */
const KEPT = 15 * 86_400_000;

/**
 * A visitor's shard depends on the visitor alone, and is the same on every day, so that a visit that crosses midnight
 * stays in its hub. A message of the version before goes where that version sent its visitor.
 */
function shardOf(arrival: AnyArrival, shards: number, timezone: string): number {
  if (shards === 1) return 0;
  const { user_id, stored, event_time } = arrival;
  // On the day on which a stored id was made its visitor is that of the address.
  const id = user_id ?? (stored && localDate(event_time, timezone) > stored.made ? stored.id : null);
  if (id !== null) return hash64(id)[1] % shards;
  return ("keys" in arrival ? arrival.keys.shard : hash64(addressAndAgent(arrival))[1]) % shards;
}

/**
 * Names of the hubs to which an event is offered in turn: those that may know its visitor, and last whose it is else. A
 * page may name a user who was here before it knew the name: then the user's hub is asked, the one of the visitor who came
 * without it, and where neither knows anybody the user's takes it.
 */
export function hubsFor(property: Sharded, arrival: AnyArrival, now: number): string[] {
  const { site_id, timezone, shards, shard_changes } = property;
  const hub = (count: number, who = arrival): string => shardName(site_id, shardOf(who, count, timezone));
  const begun = shard_changes.filter(({ from }, i) => i === 0 || from <= now);
  const current = begun.at(-1)?.shards ?? shards;
  const home = hub(current);
  const date = localDate(arrival.event_time, timezone);
  const former = begun
    .filter((_, i) => begun[i + 1] && date < addDays(localDate(begun[i + 1]!.from, timezone), ASKED_DAYS))
    .map((change) => change.shards);
  const asked = new Set(former.map((count) => hub(count)));
  if (arrival.by_page && arrival.user_id !== null) {
    const unnamed = { ...arrival, user_id: null };
    asked.add(home);
    for (const count of [...former, current]) asked.add(hub(count, unnamed));
    return asked.size === 1 ? [home] : [...asked, home];
  }
  asked.delete(home);
  return [...asked, home];
}

/**
 * Names of the hubs that get the events of a browser's stored id without a user, now, on later days, and after a change of
 * the number of shards. They must know the user whom a page names for it. Empty where that is nobody, or one shard.
 */
export function namedHubsFor(property: Sharded, arrival: AnyArrival): string[] {
  const { by_page, user_id, stored } = arrival;
  if (!by_page || user_id === null || !stored) return [];
  const { site_id, timezone, shards, shard_changes } = property;
  const counts = new Set([shards, ...shard_changes.map((change) => change.shards)]);
  if (Math.max(...counts) === 1) return [];
  const today = { ...arrival, user_id: null };
  const later = { ...today, stored: { ...stored, made: "" } };
  const hubs = [...counts].flatMap((count) =>
    [today, later].map((who) => shardName(site_id, shardOf(who, count, timezone))),
  );
  return [...new Set(hubs)].sort();
}

/** The hub that gets the browser's events without the user whom a page names. Null where that is nobody, or one shard. */
function unnamedHubFor(property: Sharded, arrival: AnyArrival, now: number): string | null {
  if (!arrival.by_page || arrival.user_id === null) return null;
  const hubs = hubsFor(property, { ...arrival, user_id: null }, now);
  return hubCount(property) === 1 ? null : hubs.at(-1)!;
}

export interface Route<A extends AnyArrival> {
  /** To which the arrivals are offered, in turn. */
  hubs: string[];
  /** Who must know the users whom the arrivals name. */
  named?: NamedHubs;
  /** Who gets the events of the arrivals' browsers without the users whom they name. */
  unnamed?: string;
  arrivals: A[];
}

/** Arrivals by the hubs to which they are offered, in their order. */
export function routesFor<A extends AnyArrival>(property: Sharded, arrivals: readonly A[], now: number): Route<A>[] {
  const routes = new Map<string, Route<A>>();
  for (const arrival of arrivals) {
    const hubs = hubsFor(property, arrival, now);
    const named = namedHubsFor(property, arrival);
    const unnamed = unnamedHubFor(property, arrival, now);
    const key = [...hubs, "", ...named, "", unnamed].join(" ");
    const known = routes.get(key);
    if (known) known.arrivals.push(arrival);
    else {
      const shards = hubCount(property);
      routes.set(key, {
        hubs,
        arrivals: [arrival],
        ...(named.length > 0 ? { named: { hubs: named, shards } } : {}),
        ...(unnamed === null ? {} : { unnamed }),
      });
    }
  }
  return [...routes.values()];
}

/** How many hubs a property has or ever had: each may know something that a picture of the whole must show. */
export const hubCount = ({ shards, shard_changes }: Pick<Sharded, "shards" | "shard_changes">): number =>
  Math.max(shards, ...shard_changes.map((change) => change.shards));

/** The changes with another number of shards, in force as soon as everybody can know of it. */
export function withShards(
  { shards: before, shard_changes }: Pick<Sharded, "shards" | "shard_changes">,
  shards: number,
  now: number,
): ShardChange[] {
  const all = shard_changes.length > 0 ? shard_changes : [{ from: 0, shards: before }];
  const settled = all.filter(({ from }, i) => i === 0 || from <= now + NEAR);
  const most = Math.max(...settled.map((change) => change.shards));
  const kept = settled.filter((change, i) => {
    const next = settled[i + 1];
    return !next || next.from > now - KEPT || change.shards === most;
  });
  return kept.at(-1)!.shards === shards ? kept : [...kept, { from: now + NOTICE, shards }];
}
