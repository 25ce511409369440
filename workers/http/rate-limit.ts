// The rate limit that all stations share. It is the only place that asks the binding, so every key is made the same way.
import { limitedNetwork } from "../domain/visitors/address";

/**
 * False when the sender has used up its units of this purpose (`limit` and `period` in wrangler.toml).
 * @param purpose what is limited: `auth`, `public`, a site_id. Each has a count of its own.
 */
export async function isWithinRate(
  { RATE_LIMIT }: Pick<Cloudflare.Env, "RATE_LIMIT">,
  purpose: string,
  address: string | null | undefined,
  units = 1,
): Promise<boolean> {
  const key = `${purpose}/${limitedNetwork(address)}`;
  for (let unit = 0; unit < units; unit += 1) if (!(await RATE_LIMIT.limit({ key })).success) return false;
  return true;
}
