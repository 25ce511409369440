// Loads better-auth when a request first needs it: it is over half of the script, and collect never needs it.
import type { Auth } from "./auth";

/** One Worker answers at few origins (its own, the dashboard's, a custom domain); a made-up Host must not pile them up. */
const ORIGINS = 8;
const loaded = new Map<string, Auth>();

export async function authFor(env: Cloudflare.Env, request: Request): Promise<Auth> {
  const { origin } = new URL(request.url);
  const known = loaded.get(origin);
  if (known) return known;
  const { createAuth } = await import("./auth");
  const auth = createAuth(env, origin);
  if (loaded.size >= ORIGINS) loaded.clear();
  loaded.set(origin, auth);
  return auth;
}
