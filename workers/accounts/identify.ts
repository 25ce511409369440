// Finds out who is calling: an API key in the Authorization header, else the user of the session cookie, else nobody.
import type { Context, MiddlewareHandler } from "hono";
import type { AppEnv } from "../app";
import { type Caller, scopesOfRole } from "../domain/caller";
import { Problem } from "../domain/problem";
import { findKey } from "../storage/keys";
import { authFor } from "./auth-for";
import { membershipsOf } from "./memberships";
import { hasSessionCookie, requireOwnOrigin } from "./session-cookie";

/** Sets `caller` for every route below. Costs nothing when there is neither key nor cookie. */
export const identify: MiddlewareHandler<AppEnv> = async (c, next) => {
  c.set("caller", await callerOf(c));
  await next();
};

async function callerOf(c: Context<AppEnv>): Promise<Caller | null> {
  const bearer = /^Bearer +(.*)$/i.exec(c.req.header("authorization") ?? "")?.[1];
  if (bearer !== undefined) return callerOfKey(c.env.DB, bearer.trim());
  if (!hasSessionCookie(c.req.raw)) return null;
  requireOwnOrigin(c.req.raw);
  return callerOfSession(c);
}

/** @throws Problem unauthorized: who shows a key means it. */
async function callerOfKey(db: D1Database, bearer: string): Promise<Caller> {
  const key = await findKey(db, bearer, Date.now());
  if (!key) throw new Problem("unauthorized", "API key is not known");
  return { kind: "key", id: key.id, scopes: { [key.organization_id]: key.scopes }, site_id: key.site_id };
}

async function callerOfSession(c: Context<AppEnv>): Promise<Caller | null> {
  const auth = await authFor(c.env, c.req.raw);
  const { headers, response: session } = await auth.api.getSession({ headers: c.req.raw.headers, returnHeaders: true });
  // Once a day the session is prolonged, and its cookie with it; one that has ended is taken back.
  for (const cookie of headers.getSetCookie()) c.header("set-cookie", cookie, { append: true });
  if (!session) return null;
  const memberships = await membershipsOf(c.env.DB, session.user.id);
  return {
    kind: "user",
    id: session.user.id,
    scopes: Object.fromEntries(memberships.map(({ id, role }) => [id, scopesOfRole(role)])),
    site_id: null,
  };
}
