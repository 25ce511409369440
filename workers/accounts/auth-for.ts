// Loads better-auth when a request first needs it. It is over half of the script, and collect never needs it.
import type { Auth } from "./auth";

/**
 * A Worker answers at a few origins (its own, the dashboard's, a custom domain). The limit keeps made-up Host headers
 * from filling memory.
 */
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
