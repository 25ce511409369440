// Providers' answers about networks, stored in D1 until they expire, and the number of calls.
import type { Found } from "../../domain/networks/enrichment";
import { NETWORK_TYPES, type NetworkType } from "../../domain/networks/network";

/** How long an answer is valid. */
export const KEPT_MS = 30 * 86_400_000;
/** For the type column, which cannot be null. */
const UNKNOWN = "unknown";

interface Row extends Omit<Found, "network_type"> {
  prefix: string;
  network_type: string;
}

/** The stored answers for these prefixes, in one statement. All null: the provider knows nothing about the network. */
export async function readNetworks(
  db: D1Database,
  provider: string,
  prefixes: readonly string[],
  now: number,
): Promise<Map<string, Found>> {
  if (prefixes.length === 0) return new Map();
  const { results } = await db
    .prepare(
      `SELECT prefix, network, network_type, asn, country, region, city FROM ip_networks
       WHERE provider = ?1 AND prefix IN (SELECT value FROM json_each(?2)) AND expires_at > ?3`,
    )
    .bind(provider, JSON.stringify(prefixes), now)
    .all<Row>();
  return new Map(
    results.map(({ prefix, network_type, ...facts }) => [
      prefix,
      { ...facts, network_type: NETWORK_TYPES.find((type) => type === network_type) ?? null },
    ]),
  );
}

/** Stores answers of a provider in one statement, replacing earlier answers. */
export async function keepNetworks(
  db: D1Database,
  provider: string,
  found: ReadonlyMap<string, Found>,
  now: number,
): Promise<void> {
  if (found.size === 0) return;
  const rows = [...found].map(([prefix, facts]) => ({
    prefix,
    ...facts,
    network_type: facts.network_type ?? (UNKNOWN satisfies Exclude<string, NetworkType>),
  }));
  await db
    .prepare(
      `INSERT INTO ip_networks (provider, prefix, network, network_type, asn, country, region, city, fetched_at, expires_at)
       SELECT ?1, value ->> 'prefix', value ->> 'network', value ->> 'network_type', value ->> 'asn', value ->> 'country',
         value ->> 'region', value ->> 'city', ?2, ?3 FROM json_each(?4) WHERE true
       ON CONFLICT (provider, prefix) DO UPDATE SET network = excluded.network, network_type = excluded.network_type,
         asn = excluded.asn, country = excluded.country, region = excluded.region, city = excluded.city,
         fetched_at = excluded.fetched_at, expires_at = excluded.expires_at`,
    )
    .bind(provider, now, now + KEPT_MS, JSON.stringify(rows))
    .run();
}

/** Deletes expired answers, and the calls of earlier days. */
export async function forgetNetworks(db: D1Database, now: number): Promise<void> {
  const day = dayOf(now - KEPT_MS);
  await db.batch([
    db.prepare("DELETE FROM ip_networks WHERE expires_at <= ?").bind(now),
    db.prepare("DELETE FROM provider_calls WHERE day < ?").bind(day),
  ]);
}

/** The UTC day of a time. */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/**
 * Reserves calls before they are made, so that a crash in between wastes some but never exceeds the budget.
 * @returns how many of the requested calls the day's budget still has.
 */
export async function reserveCalls(
  db: D1Database,
  provider: string,
  day: string,
  wanted: number,
  budget: number,
): Promise<number> {
  const key = [provider, day] as const;
  const [before, after] = await db.batch<{ calls: number }>([
    db.prepare("SELECT calls FROM provider_calls WHERE provider = ? AND day = ?").bind(...key),
    db
      .prepare(
        // max: a budget that was lowered during the day must not reduce the calls already reserved.
        `INSERT INTO provider_calls (provider, day, calls) VALUES (?1, ?2, min(?3, ?4))
         ON CONFLICT (provider, day) DO UPDATE SET calls = max(calls, min(calls + ?3, ?4)) RETURNING calls`,
      )
      .bind(...key, wanted, budget),
  ]);
  return (after?.results[0]?.calls ?? 0) - (before?.results[0]?.calls ?? 0);
}

/** Returns reserved calls that were not made. */
export async function returnCalls(db: D1Database, provider: string, day: string, calls: number): Promise<void> {
  if (calls === 0) return;
  await db
    .prepare("UPDATE provider_calls SET calls = max(calls - ?3, 0) WHERE provider = ?1 AND day = ?2")
    .bind(provider, day, calls)
    .run();
}
