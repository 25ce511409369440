// Identifies the caller: the API key in the Authorization header, else the user of the session cookie, else nobody.
import type { Context, MiddlewareHandler } from "hono";
import { type Caller, scopesOfRole } from "../domain/properties/caller";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { isWithinRate, rateProblem } from "../http/rate-limit";
import { sessionHolder } from "../storage/accounts/live-holders";
import { deleteSessions } from "../storage/accounts/sessions";
import { findKey } from "../storage/properties/keys";
import { authFor } from "./auth-for";
import { membershipsOf } from "./memberships";
import { hasSessionCookie, requireOwnOrigin } from "./session-cookie";
import { endLive } from "./sessions/end-live";
import { isTooOld } from "./sessions/session-life";

/** Sets `caller` for the routes below. Without a key or a cookie it reads nothing. */
export const identify: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set("caller", (await callerOfKey(c)) ?? (await callerOfSession(c)));
  await next();
};

/** Like `identify`, but ignores cookies. Visitors' browsers call these routes, which must never load better-auth. */
export const identifyKey: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set("caller", await callerOfKey(c));
  await next();
};

/**
 * @throws Problem unauthorized for an unknown key, because a caller that sends one does not expect anonymous access; too_many
 * for an address that tries many. A key that was used in the last minute is not looked up.
 */
async function callerOfKey(c: Context<AppEnv>): Promise<Caller | null> {
  const bearer = /^Bearer\b(.*)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (bearer === undefined) return null;
  const key = await findKey(c.env.DB, bearer.trim(), Date.now(), async () => {
    if (!(await isWithinRate(c.env, "key", c.req.header("cf-connecting-ip")))) throw rateProblem("address");
  });
  if (!key) throw new Problem("unauthorized", "API key is invalid");
  const { id, organization_id, site_id, scopes, expires_at } = key;
  return { kind: "key", id, scopes: { [organization_id]: scopes }, site_id, expires_at };
}

async function callerOfSession(c: Context<AppEnv>): Promise<Caller | null> {
  if (!hasSessionCookie(c.req.raw)) return null;
  requireOwnOrigin(c.req.raw);
  const auth = await authFor(c.env, c.req.raw);
  const { headers, response: session } = await auth.api.getSession({ headers: c.req.raw.headers, returnHeaders: true });
  // better-auth extends the session and its cookie once a day, and clears the cookie of an expired session.
  for (const cookie of headers.getSetCookie()) c.header("set-cookie", cookie, { append: true });
  if (!session) return null;
  if (isTooOld(session.session.createdAt, Date.now())) {
    const ended = await deleteSessions(c.env.DB, session.user.id, [session.session.id]);
    await endLive(c.env, ended.map(sessionHolder));
    return null;
  }
  const memberships = await membershipsOf(c.env.DB, session.user.id);
  return {
    kind: "user",
    id: session.user.id,
    scopes: Object.fromEntries(memberships.map(({ id, role }) => [id, scopesOfRole(role)])),
    site_id: null,
    session_id: session.session.id,
    confirmed_at: new Date(session.session.confirmedAt ?? session.session.createdAt).getTime(),
  };
}
