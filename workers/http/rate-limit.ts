// The rate limits of all stations. Only this file calls the binding, so all keys have the same form.
import { hash64 } from "../domain/events/hash";
import { Problem } from "../domain/requests/problem";
import type { Refusal } from "../domain/requests/refusal";
import { limitedNetwork, wideNetwork } from "../domain/visitors/address";

type Limiter = Pick<Cloudflare.Env, "RATE_LIMIT">;

/** Seconds of a period (`period` in wrangler.toml). */
const PERIOD = 10;

/**
 * Units that one call of the binding pays for. What many senders share has a limit that is so many times larger than
 * `limit` in wrangler.toml, without a call for each of their requests. docs/operations.md explains the numbers.
 */
const UNITS_A_CALL = { network: 5, key: 20, property: 34 } as const;

/** Units that this isolate has paid for and not used yet. */
const paid = new Map<string, number>();
const MOST_PAID = 5_000;

function pay(key: string, units: number): void {
  const sum = (paid.get(key) ?? 0) + units;
  // The first key is the one that was used longest ago.
  paid.delete(key);
  const [oldest] = paid.keys();
  if (oldest !== undefined && paid.size >= MOST_PAID) paid.delete(oldest);
  paid.set(key, sum);
}

async function spend({ RATE_LIMIT }: Limiter, key: string, units: number, unitsACall: number): Promise<boolean> {
  // Other requests of this isolate pay and spend while this one waits, so each turn reads what is there.
  while ((paid.get(key) ?? 0) < units) {
    if (!(await RATE_LIMIT.limit({ key })).success) return false;
    pay(key, unitsACall);
  }
  pay(key, -units);
  return true;
}

/** The same without a memory: each unit is a call. */
async function spendCalls({ RATE_LIMIT }: Limiter, key: string, units: number): Promise<boolean> {
  for (let unit = 0; unit < units; unit += 1) if (!(await RATE_LIMIT.limit({ key })).success) return false;
  return true;
}

type NetworkLimiter = Limiter & Pick<Cloudflare.Env, "AUTH_SECRET">;

/**
 * Whoever keeps the counts, the local system in a file, keeps no address or network. A hash for the speed, not for secrecy.
 */
const keyOf = ({ AUTH_SECRET }: NetworkLimiter, purpose: string, network: string): string =>
  `${purpose}/${hash64(`${AUTH_SECRET}/${network}`).join("-")}`;

/**
 * False when the sender, or the network around it (/24 or /48), has used up its units for this purpose. What the sender
 * may not send costs its network nothing.
 * @param purpose what is limited: `auth`, `public`, a site_id. Each purpose has a separate count.
 */
export async function isWithinRate(
  env: NetworkLimiter,
  purpose: string,
  address: string | null | undefined,
  units = 1,
): Promise<boolean> {
  return (
    (await spendCalls(env, keyOf(env, purpose, limitedNetwork(address)), units)) &&
    (await spend(env, keyOf(env, purpose, wideNetwork(address)), units, UNITS_A_CALL.network))
  );
}

/** Units of one request of a network: a fifth of the limit is enough for all its senders together. */
const WIDE_UNITS = 5;

/**
 * A stricter limit of the network around the sender, on top of `isWithinRate`, for requests that write a row of their own
 * each: a sender with a /48 could write one from each /64.
 */
export const isWithinWideRate = (
  env: NetworkLimiter,
  purpose: string,
  address: string | null | undefined,
): Promise<boolean> => spendCalls(env, keyOf(env, `${purpose} rows`, wideNetwork(address)), WIDE_UNITS);

/** False when the senders of a property together have used up its units. Each shard takes as much as a whole property. */
export const isPropertyWithinRate = (env: Limiter, siteId: string, shards: number, units: number): Promise<boolean> =>
  spend(env, `property/${siteId}`, units, UNITS_A_CALL.property * shards);

/** False when a key has used up its units. */
export const isKeyWithinRate = (env: Limiter, purpose: string, keyId: string, units: number): Promise<boolean> =>
  spend(env, `${purpose}/${keyId}`, units, UNITS_A_CALL.key);

/** The problem of a sender beyond its limit. @param subject what is beyond it: `address`, `API key`. */
export const rateProblem = (subject: string, refusal: Refusal | null = null): Problem =>
  new Problem("too_many", `${subject} exceeded the rate limit; wait ten seconds`, { retry_after: PERIOD }, refusal);
