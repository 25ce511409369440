// Looks a portion of addresses up: in the cache of networks, and what it does not know at a remote provider.
import { type EnrichmentStatus, type Found, NOTHING_FOUND } from "../domain/networks/enrichment";
import { prefixesOf, prefixOf } from "../domain/visitors/prefix";
import { keepNetworks, readNetworks } from "../storage/networks/answers";
import { type Asked, startAsking } from "./providers/ask";
import type { Patience } from "./providers/patience";
import type { RemoteProvider } from "./providers/provider";

/** How one address fared. Null facts: the provider said nothing, or nobody asked it. */
export interface LookedUp {
  ip: string;
  status: EnrichmentStatus;
  reason: string | null;
  prefix: string;
  found: Found | null;
}

export interface Portion {
  answers: LookedUp[];
  /** Addresses that time was too short for. */
  left: string[];
  calls: number;
  /** Why nobody is to be asked any more; null while the provider is there. */
  over: string | null;
}

/** Answers that are kept at once: what a crash forgets at most, and is asked for again. */
const KEPT_AT_ONCE = 50;
const KNOWS_NOTHING = "provider knows nothing of it";

/** Does the work for each item, so many at once. After an error nothing new is begun, and what was begun ends first. */
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

/** What is known of networks: of the prefixes that an address lies in, the narrowest tells. */
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

/** Addresses of one network, which are likely to get the same answer, one after the other. */
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
 * Looks addresses up, each of which has an answer or is left in the end.
 * @param over why nobody is to be asked; the cache still answers.
 * @param deadline ms since 1970, after which nothing new is begun.
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
    // What one of a network was not told the others are not asked for.
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
