// The routes of one's own account: name and address, sessions, confirming the password, deletion.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { type Caller, FRESH_MS, requireCaller, requireFresh } from "../domain/properties/caller";
import { isPlain } from "../domain/requests/plain";
import { Problem } from "../domain/requests/problem";
import { truncateAddress } from "../domain/visitors/address";
import { deviceOf } from "../domain/visitors/device";
import type { AppEnv } from "../http/app";
import { readChanges, readInput } from "../http/body";
import { attemptKey, PASSWORD_LIMIT, returnAttempt, takeAttempt } from "../storage/accounts/attempts";
import { keyHolder, sessionHolder } from "../storage/accounts/live-holders";
import {
  confirmSession,
  deleteOtherSessions,
  deleteSessions,
  listSessions,
  type SessionRow,
} from "../storage/accounts/sessions";
import {
  deleteUser,
  loadUser,
  organizationsInTheWay,
  passwordOf,
  type User,
  updateUser,
} from "../storage/accounts/users";
import { authFor } from "./auth-for";
import { canSendReset } from "./passwords/reset";
import { endLive } from "./sessions/end-live";
import { isTooOld, SESSION_DAYS } from "./sessions/session-life";
import { tellOfChange } from "./sign-in/warning";

export const ownAccountRoutes = new Hono<AppEnv>();

const ACCOUNT = "/api/v1/account";

const accountChanges = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1, "name must not be empty")
      .max(100)
      .refine(isPlain, "name must not contain control characters or lone surrogates"),
    email: z.email("email must be an email address").max(254).toLowerCase(),
  })
  .partial();

const confirmation = z.strictObject({ password: z.string().max(1_000) });

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

const viewOf = (c: Context<AppEnv>, user: User) => ({
  user,
  /** True if a forgotten password can be reset by mail. */
  reset_by_mail: canSendReset(c.env),
});

ownAccountRoutes.get(ACCOUNT, async (c) => c.json(viewOf(c, (await signedIn(c)).user)));

ownAccountRoutes.patch(ACCOUNT, async (c) => {
  const { user } = await signedIn(c);
  const changes = await readChanges(c.req.raw, accountChanges);
  if (!changes) return c.json(viewOf(c, user));
  const isMoving = changes.email !== undefined && changes.email !== user.email;
  if (isMoving) requireFresh(c.var.caller, Date.now());
  if (!(await updateUser(c.env.DB, user.id, changes, Date.now())))
    throw new Problem("conflict", "email belongs to another account");
  if (isMoving) tellOfChange(c.env, user.email, "email");
  return c.json(viewOf(c, { ...user, name: changes.name ?? user.name, email: changes.email ?? user.email }));
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
  const { sessions, keys } = await deleteUser(c.env.DB, user.id);
  await endLive(c.env, sessions.map(sessionHolder).concat(keys.map(keyHolder)));
  return c.body(null, 204);
});

/** The password counts as checked for an hour: see `requireFresh`. */
ownAccountRoutes.post("/api/v1/account/confirm", async (c) => {
  const { caller, user } = await signedIn(c);
  const { password } = await readInput(c.req.raw, confirmation);
  const key = await attemptKey(user.email, "known");
  const now = Date.now();
  const attempt = await takeAttempt(c.env.DB, key, PASSWORD_LIMIT, now);
  if (attempt.refused)
    throw new Problem("too_many", `account had too many wrong passwords; wait ${attempt.wait} seconds`, {
      retry_after: attempt.wait,
    });
  const hash = await passwordOf(c.env.DB, user.id);
  const context = await (await authFor(c.env, c.req.raw)).$context;
  if (hash === null || !(await context.password.verify({ hash, password })))
    throw new Problem("invalid", "password is wrong", [{ path: "password", message: "password is wrong" }]);
  await returnAttempt(c.env.DB, key, PASSWORD_LIMIT);
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
