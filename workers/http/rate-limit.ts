// The rate limit of all stations. Only this file calls the binding, so all keys have the same form.
import { limitedNetwork } from "../domain/visitors/address";

/**
 * False when the sender has used up its units for this purpose (`limit` and `period` in wrangler.toml).
 * @param purpose what is limited: `auth`, `public`, a site_id. Each purpose has a separate count.
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
