// The rate limit of all stations. Only this file calls the binding, so all keys have the same form.
import { limitedNetwork, wideNetwork } from "../domain/visitors/address";
import { hash64 } from "../domain/events/hash";
import { limitedNetwork } from "../domain/visitors/address";

/**
 * False when the sender has used up its units for this purpose (`limit` and `period` in wrangler.toml).
 * @param purpose what is limited: `auth`, `public`, a site_id. Each purpose has a separate count.
 */
export async function isWithinRate(
  { RATE_LIMIT, AUTH_SECRET }: Pick<Cloudflare.Env, "RATE_LIMIT" | "AUTH_SECRET">,
  purpose: string,
  address: string | null | undefined,
  units = 1,
): Promise<boolean> {
  return hasUnits(RATE_LIMIT, `${purpose}/${limitedNetwork(address)}`, units);
}

/** Units of one request of a /48: a fifth of the limit is enough for all senders of a network together. */
const WIDE_UNITS = 5;

/**
 * The limit of the /48 of an IPv6 sender. It comes on top of `isWithinRate`, for requests that write a row of their own each: a sender with a
 * /48 could write one from each /64.
 */
export async function isWithinWideRate(
  env: Pick<Cloudflare.Env, "RATE_LIMIT">,
  purpose: string,
  address: string | null | undefined,
): Promise<boolean> {
  const network = wideNetwork(address);
  return network === null || hasUnits(env.RATE_LIMIT, `${purpose}/${network}`, WIDE_UNITS);
}

async function hasUnits(limit: RateLimit, key: string, units: number): Promise<boolean> {
  for (let unit = 0; unit < units; unit += 1) if (!(await limit.limit({ key })).success) return false;
  // Whoever keeps the counts, the local system in a file, keeps no address. A hash for the speed, not for secrecy.
  const key = `${purpose}/${hash64(`${AUTH_SECRET}/${limitedNetwork(address)}`).join("-")}`;
  for (let unit = 0; unit < units; unit += 1) if (!(await RATE_LIMIT.limit({ key })).success) return false;
  return true;
}
