// The session's cookie: whether a request carries one, and whether its page may use it. Does not need better-auth.
import { Problem } from "../domain/requests/problem";

export const COOKIE_PREFIX = "trackkit";

/** better-auth puts `__Secure-` before it under https. */
const SESSION_COOKIE = new RegExp(`(?:^|;\\s*)(?:__Secure-)?${COOKIE_PREFIX}\\.session_token=`);

export const hasSessionCookie = (request: Request): boolean => SESSION_COOKIE.test(request.headers.get("cookie") ?? "");

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A browser adds the cookie to requests that another site's page made it send (CSRF). What changes something must come
 * from our own origin. Browsers say so in Origin; where one leaves it out, in Sec-Fetch-Site. A program that sends
 * neither has no business with a cookie: it uses an API key.
 * @throws Problem forbidden.
 */
export function requireOwnOrigin(request: Request): void {
  // A WebSocket begins as a GET, and browsers open one to any origin.
  if (SAFE_METHODS.has(request.method) && !request.headers.has("upgrade")) return;
  const origin = request.headers.get("origin");
  const isOwn =
    origin === null ? request.headers.get("sec-fetch-site") === "same-origin" : origin === new URL(request.url).origin;
  if (!isOwn) throw new Problem("forbidden", "request with a session cookie must come from the dashboard's own origin");
}
