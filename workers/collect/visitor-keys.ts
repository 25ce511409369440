// Visitor keys: collect replaces address and agent by keyed hashes before an event leaves it, by a call or over the queue.
// The hub salts them once more, so an id is made of secrets in two places, both destroyed after 48 hours.

import { waitUntil } from "cloudflare:workers";
import type { Arrival, Sighting, VisitorKeys } from "../domain/events/event";
import type { Property } from "../domain/properties/property";
import { describeError } from "../domain/requests/describe-error";
import { localDate } from "../domain/time/zone";
import { truncateAddress } from "../domain/visitors/address";
import { keyedByte, keyedHash } from "../domain/visitors/keyed-hash";
import { addressAndAgent } from "../domain/visits/arrival";
import { VISIT_GAP } from "../domain/visits/visit";
import { secretsFor } from "../storage/visitors/secrets";

export type KeyEnv = Pick<Cloudflare.Env, "DB" | "AUTH_SECRET">;

/** So long (ms) before midnight the next day's secret is read: no event waits for it, and D1 may be away at midnight. */
const AHEAD = 2 * 3_600_000;

/** 96 bits. */
const keyOf = (secret: string | undefined, who: string): string => {
  if (secret === undefined) throw new Error("a date has no visitor secret");
  return keyedHash(secret, who);
};

/**
 * The visitor's shard key. It is the same on every day, so it must not identify anybody: it has eight bits, is made only
 * where a property has or had several shards (from 500,000 visitors a day, 2,000 of whom share a key), and is stored
 * nowhere but in a message that waits for its hub.
 */
function shardKeyOf(env: KeyEnv, { site_id, shards, shard_changes }: Property, sighting: Sighting): number {
  if (shards === 1 && shard_changes.length === 0) return 0;
  // Events of a server that name nobody: sent again by another server, they meet the first attempt.
  if (sighting.address === null && sighting.agent === null) return 0;
  const who = `${site_id}\n${addressAndAgent(sighting)}`;
  return keyedByte(`shard/${env.AUTH_SECRET}`, who);
}

/** When (ms) it was last asked whether a property's midnight is near: once a minute, since a date costs as much as a hash. */
const lookedAhead = new Map<string, number>();
const MOST_PROPERTIES = 1_000;

/** Reads tomorrow's secret when midnight is near. */
function readAhead({ DB }: KeyEnv, { site_id, timezone }: Property, now: number): void {
  if (Math.abs(now - (lookedAhead.get(site_id) ?? 0)) < 60_000) return;
  if (lookedAhead.size >= MOST_PROPERTIES) lookedAhead.clear();
  lookedAhead.set(site_id, now);
  const today = localDate(now, timezone);
  const next = localDate(now + AHEAD, timezone);
  if (next === today) return;
  const read = secretsFor(DB, site_id, [today, next], now);
  waitUntil(
    read.catch((error: unknown) => console.error("next day's visitor secret could not be read", describeError(error))),
  );
}

/**
 * The events as they may leave collect.
 * @throws when D1 has to be asked for a secret and does not answer.
 */
export async function toArrivals(
  env: KeyEnv,
  property: Property,
  sightings: readonly Sighting[],
  now: number,
): Promise<Arrival[]> {
  if (sightings.length === 0) return [];
  const { site_id, timezone, privacy } = property;
  const days = sightings.map(({ event_time }) => {
    const today = localDate(event_time, timezone);
    // A visit that has an event at this time or later may go on with this one.
    const before = localDate(event_time - VISIT_GAP, timezone);
    // This one may be late for a visit that the next day has already.
    const after = localDate(Math.min(event_time + VISIT_GAP, now), timezone);
    return { today, before, after };
  });
  const needed = new Set(days.flatMap(({ today, before, after }) => [before, today, after]));
  const secrets = await secretsFor(env.DB, site_id, [...needed], now);
  readAhead(env, property, now);
  // Events of one request are mostly of one visitor.
  const known = new Map<string, VisitorKeys>();
  return sightings.map((sighting, i) => {
    const { address, agent: _, ...event } = sighting;
    const { today, before, after } = days[i]!;
    const who = addressAndAgent(sighting);
    const place = `${before}\n${today}\n${after}\n${who}`;
    let keys = known.get(place);
    if (!keys) {
      keys = {
        today: keyOf(secrets.get(today), who),
        yesterday: before === today ? null : keyOf(secrets.get(before), who),
        ...(after > today ? { tomorrow: keyOf(secrets.get(after), who) } : {}),
        shard: shardKeyOf(env, property, sighting),
      };
      known.set(place, keys);
    }
    return { ...event, keys, ip: truncateAddress(address, privacy.address) };
  });
}
