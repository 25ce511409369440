// The routes of one's own account: name and address, sessions, confirming the password, deletion.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { type Caller, FRESH_MS, requireCaller, requireFresh } from "../domain/properties/caller";
import { isPlain } from "../domain/requests/plain";
import { Problem, wrongPart } from "../domain/requests/problem";
import { truncateAddress } from "../domain/visitors/address";
import { deviceOf } from "../domain/visitors/device";
import type { AppEnv } from "../http/app";
import { readChanges, readInput } from "../http/body";
import { keyHolder, sessionHolder } from "../storage/accounts/live-holders";
import {
  confirmSession,
  deleteOtherSessions,
  deleteSessions,
  listSessions,
  type SessionRow,
} from "../storage/accounts/sessions";
import { deleteUser, loadUser, organizationsInTheWay, type User, updateUser } from "../storage/accounts/users";
import { logAccountAction } from "./account-log";
import { changeAddress } from "./email/ask";
import { requirePassword } from "./passwords/check";
import { canSendReset } from "./passwords/reset";
import { endLive } from "./sessions/end-live";
import { isTooOld, SESSION_DAYS } from "./sessions/session-life";

export const ownAccountRoutes = new Hono<AppEnv>();

const ACCOUNT = "/api/v1/account";

const password = z.string().max(1_000);

const accountChanges = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, "name must not be empty")
      .max(100)
      .refine(isPlain, "name must not contain control characters or lone surrogates"),
    email: z.email("email must be an email address").max(254).toLowerCase(),
    current_password: password,
  })
  .partial();

const confirmation = z.strictObject({ password });

interface SignedIn {
  caller: Caller & { session_id: string };
  user: User;
}

/** @throws Problem unauthorized, or forbidden for an API key. */
async function signedIn(c: Context<AppEnv>): Promise<SignedIn> {
  const { session_id, ...caller } = requireCaller(c.var.caller);
  if (caller.kind === "key" || session_id === undefined)
    throw new Problem("forbidden", "API key does not belong to a user");
  const user = await loadUser(c.env.DB, caller.id);
  if (!user) throw new Problem("unauthorized", "user no longer exists");
  return { caller: { ...caller, session_id }, user };
}

/** @param asked the new address, if it has to be confirmed. */
const viewOf = (c: Context<AppEnv>, user: User, asked: string | null = null) => ({
  user,
  /** Where a link was sent that makes it the account's address; only in the reply to the change. */
  ...(asked === null ? {} : { email_to_confirm: asked }),
  /** True if a forgotten password can be reset by mail. */
  reset_by_mail: canSendReset(c.env),
});

ownAccountRoutes.get(ACCOUNT, async (c) => c.json(viewOf(c, (await signedIn(c)).user)));

ownAccountRoutes.patch(ACCOUNT, async (c) => {
  const { user } = await signedIn(c);
  const changes = await readChanges(c.req.raw, accountChanges);
  if (!changes) return c.json(viewOf(c, user));
  const { name = user.name, email = user.email, current_password } = changes;
  if (email !== user.email) {
    if (current_password === undefined) throw wrongPart("current_password", "must be given with a new email");
    await requirePassword(c, user, current_password, "current_password");
  }
  if (name !== user.name) await updateUser(c.env.DB, user.id, { name }, Date.now());
  const isMoved = email !== user.email && (await changeAddress(c, user, email));
  const isAsked = email !== user.email && !isMoved;
  return c.json(viewOf(c, { ...user, name, email: isMoved ? email : user.email }, isAsked ? email : null));
});

ownAccountRoutes.delete(ACCOUNT, async (c) => {
  const { user } = await signedIn(c);
  requireFresh(c.var.caller, Date.now());
  const [name] = await organizationsInTheWay(c.env.DB, user.id);
  if (name !== undefined)
    throw new Problem(
      "conflict",
      `account is the only owner of ${name}: delete its properties, and hand it over or remove its members first`,
    );
  await logAccountAction(c.env.DB, user.id, "account.delete", c.req.raw.headers);
  const { sessions, keys } = await deleteUser(c.env.DB, user.id);
  await endLive(c.env, sessions.map(sessionHolder).concat(keys.map(keyHolder)));
  return c.body(null, 204);
});

/** The password counts as checked for an hour: see `requireFresh`. */
ownAccountRoutes.post("/api/v1/account/confirm", async (c) => {
  const { caller, user } = await signedIn(c);
  const { password } = await readInput(c.req.raw, confirmation);
  const now = Date.now();
  await requirePassword(c, user, password, "password");
  await confirmSession(c.env.DB, caller.session_id, now);
  return c.json({ confirmed_until: new Date(now + FRESH_MS).toISOString() });
});

/** `Firefox on Linux`; null for a program without a name. */
function browserOf(agent: string | null): string | null {
  const { browser, os } = deviceOf(agent ?? "");
  return browser && os ? `${browser} on ${os}` : (browser ?? os);
}

const toSession = ({ id, createdAt, updatedAt, expiresAt, ipAddress, userAgent }: SessionRow, current: string) => ({
  id,
  current: id === current,
  browser: browserOf(userAgent),
  network: truncateAddress(ipAddress, "truncated"),
  created_at: createdAt,
  last_used_at: updatedAt,
  expires_at: new Date(
    Math.min(Date.parse(expiresAt), Date.parse(createdAt) + SESSION_DAYS * 86_400_000),
  ).toISOString(),
});

ownAccountRoutes.get("/api/v1/account/sessions", async (c) => {
  const { caller, user } = await signedIn(c);
  const now = Date.now();
  const rows = (await listSessions(c.env.DB, user.id, now)).filter(({ createdAt }) => !isTooOld(createdAt, now));
  return c.json({ sessions: rows.map((row) => toSession(row, caller.session_id)) });
});

/** All sessions but the caller's. */
ownAccountRoutes.delete("/api/v1/account/sessions", async (c) => {
  const { caller, user } = await signedIn(c);
  const ended = await deleteOtherSessions(c.env.DB, user.id, caller.session_id);
  await endLive(c.env, ended.map(sessionHolder));
  return c.body(null, 204);
});

ownAccountRoutes.delete("/api/v1/account/sessions/:id", async (c) => {
  const { user } = await signedIn(c);
  const ended = await deleteSessions(c.env.DB, user.id, [c.req.param("id")]);
  if (ended.length === 0) throw new Problem("not_found", "session does not exist");
  await endLive(c.env, ended.map(sessionHolder));
  return c.body(null, 204);
});
