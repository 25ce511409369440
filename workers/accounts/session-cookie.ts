// The session cookie: whether a request has one, and whether the requesting page may use it. Does not load better-auth.
import { Problem } from "../domain/requests/problem";

const NAME = "trackkit";
const HOST_PREFIX = "__Host-";

/**
 * Browsers accept a `__Host-` cookie only from its own host, over https and for all paths, so that no other subdomain can
 * set one. Over plain http, on one's own machine, they accept none.
 */
export const cookiePrefix = (isSecure: boolean): string => (isSecure ? `${HOST_PREFIX}${NAME}` : NAME);

const SESSION_COOKIE = new RegExp(`(?:^|;\\s*)(?:${HOST_PREFIX})?${NAME}\\.session_token=`);

export const hasSessionCookie = (request: Request): boolean => SESSION_COOKIE.test(request.headers.get("cookie") ?? "");

const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * A browser also sends the cookie with requests that another site's page caused (CSRF), so a request that changes
 * something must come from our own origin. Browsers report it in Origin or, if that is missing, in Sec-Fetch-Site. A
 * program that sends neither must use an API key instead of a cookie.
 * @throws Problem forbidden.
 */
export function requireOwnOrigin(request: Request): void {
  // A WebSocket starts as a GET, and a browser may open one to any origin.
  if (SAFE_METHODS.has(request.method) && !request.headers.has("upgrade")) return;
  const origin = request.headers.get("origin");
  const isOwn =
    origin === null ? request.headers.get("sec-fetch-site") === "same-origin" : origin === new URL(request.url).origin;
  if (!isOwn) throw new Problem("forbidden", "request with a session cookie must come from the dashboard's own origin");
}
