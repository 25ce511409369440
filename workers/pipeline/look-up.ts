// Looks up a portion of addresses: first in the cache of networks, then at a remote provider.
import { type EnrichmentStatus, type Found, NOTHING_FOUND } from "../domain/networks/enrichment";
import { prefixesOf, prefixOf } from "../domain/visitors/prefix";
import { keepNetworks, readNetworks } from "../storage/networks/answers";
import { type Asked, startAsking } from "./providers/ask";
import type { Patience } from "./providers/patience";
import type { RemoteProvider } from "./providers/provider";

/** The result for one address. Facts are null if the provider knew nothing or was not called. */
export interface LookedUp {
  ip: string;
  status: EnrichmentStatus;
  reason: string | null;
  prefix: string;
  found: Found | null;
}

export interface Portion {
  answers: LookedUp[];
  /** Addresses that did not fit into the time. */
  left: string[];
  calls: number;
  /** The reason to stop calling the provider; null while it is available. */
  over: string | null;
}

/** Answers stored per write. A crash loses at most this many, and they are looked up again. */
const KEPT_AT_ONCE = 50;
const KNOWS_NOTHING = "provider knows nothing of it";

/** Does the work for each item, a few at a time. After an error it starts nothing new and waits for the rest. */
export async function forEach<T>(items: readonly T[], concurrency: number, work: (item: T) => Promise<void>) {
  let next = 0;
  const errors: unknown[] = [];
  const worker = async () => {
    while (next < items.length && errors.length === 0) {
      try {
        await work(items[next++]!);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  if (errors.length > 0) throw errors[0];
}

/** Known networks. If several prefixes contain an address, the narrowest one applies. */
async function openCache(db: D1Database, provider: string, ips: readonly string[], now: () => number) {
  const candidates = new Map(ips.map((ip) => [ip, prefixesOf(ip)]));
  const known = await readNetworks(db, provider, [...new Set([...candidates.values()].flat())], now());
  let fresh = new Map<string, Found>();
  const flush = async () => {
    const writing = fresh;
    fresh = new Map();
    await keepNetworks(db, provider, writing, now());
  };
  return {
    prefixFor: (ip: string): string | undefined => candidates.get(ip)?.find((prefix) => known.has(prefix)),
    foundFor: (prefix: string): Found => known.get(prefix)!,
    async keep(prefix: string, found: Found): Promise<void> {
      known.set(prefix, found);
      fresh.set(prefix, found);
      if (fresh.size >= KEPT_AT_ONCE) await flush();
    },
    flush,
  };
}

/** Groups addresses by network: they probably have the same answer, so they are looked up one after the other. */
function byNetwork(ips: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const ip of ips) {
    const prefix = prefixOf(ip);
    const group = groups.get(prefix);
    if (group) group.push(ip);
    else groups.set(prefix, [ip]);
  }
  return [...groups.values()];
}

const toAnswer = (ip: string, status: "cached" | "fetched", prefix: string, found: Found): LookedUp => ({
  ip,
  status,
  reason: Object.values(found).every((value) => value === null) ? KNOWS_NOTHING : null,
  prefix,
  found,
});

/**
 * Looks up addresses. In the end each address has an answer or is left over.
 * @param over the reason not to call the provider; the cache still answers.
 * @param deadline ms since 1970; nothing new starts after it.
 */
export async function lookUpAll(
  db: D1Database,
  provider: RemoteProvider,
  ips: readonly string[],
  patience: Patience,
  over: string | null,
  deadline: number,
): Promise<Portion> {
  const cache = await openCache(db, provider.name, ips, patience.now);
  const asking = startAsking(db, provider, patience, over, deadline);
  const answers: LookedUp[] = [];
  const left: string[] = [];

  async function answer(ip: string, silence: Asked | null): Promise<Asked | null> {
    const prefix = cache.prefixFor(ip);
    if (prefix !== undefined) {
      answers.push(toAnswer(ip, "cached", prefix, cache.foundFor(prefix)));
      return silence;
    }
    // If one address of a network got no answer, the others of that network are not tried.
    const asked = silence ?? (await asking.ask(ip));
    if (asked.status === "left") left.push(ip);
    else if (asked.status === "fetched") {
      const named = asked.prefix ?? prefixOf(ip);
      const found = asked.found ?? NOTHING_FOUND;
      answers.push(toAnswer(ip, "fetched", named, found));
      await cache.keep(named, found);
      return null;
    } else answers.push({ ip, ...asked, prefix: prefixOf(ip), found: null });
    return asked;
  }

  await forEach(byNetwork(ips), patience.concurrency, async (group) => {
    let silence: Asked | null = null;
    for (const ip of group) silence = await answer(ip, silence);
  });
  await cache.flush();
  await asking.end();
  return { answers, left, calls: asking.calls(), over: asking.over() };
}
