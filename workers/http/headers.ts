// Headers of every reply that goes through Hono's middleware: the request's id, which is always ours, and what keeps
// browsers and caches from doing more with a reply than it is meant for (OWASP ASVS 4.0.3, 8.2.1 and 14.4).
import type { Context, Next } from "hono";
import type { AppEnv } from "./app";

/** One year. Browsers ignore it over plain HTTP. */
const HSTS = "max-age=31536000";
const SWITCHING = 101;

/** A caller's own id would stand in our logs, and two requests could share it. */
export async function nameRequest(c: Context<AppEnv>, next: Next): Promise<void> {
  c.set("requestId", crypto.randomUUID());
  await next();
  // The reply to an upgrade holds its socket and is not made anew.
  if (c.res.status === SWITCHING) return;
  c.header("X-Request-Id", c.get("requestId"));
  c.header("X-Content-Type-Options", "nosniff");
  c.header("Strict-Transport-Security", HSTS);
  // What may be kept says so itself.
  if (!c.res.headers.has("cache-control")) c.header("Cache-Control", "no-store");
}
