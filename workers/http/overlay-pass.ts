// Signs and verifies overlay passes. Admin issues them; collect and stats verify them.
import { sign, verify } from "hono/jwt";
import { OVERLAY_MINUTES, type OverlayPass } from "../domain/events/overlay";

/** A separate key, so that no other token of the installation is a valid pass. */
const keyOf = (env: Pick<Cloudflare.Env, "AUTH_SECRET">): string => `overlay/${env.AUTH_SECRET}`;

export function signPass(
  env: Pick<Cloudflare.Env, "AUTH_SECRET">,
  pass: Omit<OverlayPass, "exp">,
  now: number,
): Promise<string> {
  return sign({ ...pass, exp: Math.floor(now / 1000) + OVERLAY_MINUTES * 60 }, keyOf(env), "HS256");
}

/** The content of the pass; null when it is forged or has expired. */
export async function provePass(env: Pick<Cloudflare.Env, "AUTH_SECRET">, pass: string): Promise<OverlayPass | null> {
  try {
    return (await verify(pass, keyOf(env), "HS256")) as unknown as OverlayPass;
  } catch {
    return null;
  }
}
