// What happens before and after an endpoint of better-auth: old sessions end, weak passwords are refused, and failed
// passwords count by account.
import { APIError, createAuthMiddleware, getSessionFromCtx, isAPIError } from "better-auth/api";
import {
  type AttemptLimit,
  attemptKey,
  lastAttempt,
  NOTIFIED_FAILURES,
  PASSWORD_LIMIT,
  RESET_LIMIT,
  returnAttempt,
  takeAttempt,
  WARNING_LIMIT,
} from "../../storage/accounts/attempts";
import { PASSWORD_LENGTH } from "../passwords/password-length";
import { faultOfPassword } from "../passwords/weak";
import { isTooOld } from "../sessions/session-life";
import { SLOWED_DOWN } from "./slowed-down";
import { type AccountEnv, tellOfChange, warnOwner } from "./warning";

type HookContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

const SIGN_IN = "/sign-in/email";
/** Endpoints that check a password. Whoever has stolen a session must not try passwords there without limit. */
const CHECKS_PASSWORD = new Set([
  SIGN_IN,
  "/change-password",
  "/two-factor/enable",
  "/two-factor/disable",
  "/two-factor/generate-backup-codes",
]);
const SETS_PASSWORD = new Set(["/change-password", "/reset-password"]);
/** Endpoints for callers without a session: reading it would cost a query for nothing. */
const WITHOUT_SESSION = new Set([SIGN_IN, "/request-password-reset", "/reset-password"]);
const WRONG_PASSWORDS = "wrong passwords";
const DEVICE_COOKIE = { name: "device", maxAge: 365 * 86_400 };

const textIn = (body: unknown, field: string): string => {
  const value = (body as Record<string, unknown> | undefined)?.[field];
  return typeof value === "string" ? value : "";
};

async function emailOf(ctx: HookContext): Promise<string | null> {
  if (ctx.path === SIGN_IN) return textIn(ctx.body, "email") || null;
  return (await getSessionFromCtx(ctx))?.user.email ?? null;
}

const deviceCookie = (ctx: HookContext) => ctx.context.createAuthCookie(DEVICE_COOKIE.name, DEVICE_COOKIE);

/** True if this browser has signed in to the account before. */
async function isKnownBrowser(ctx: HookContext, email: string): Promise<boolean> {
  if (ctx.path !== SIGN_IN) return true;
  if ((await ctx.getSignedCookie(deviceCookie(ctx).name, ctx.context.secret)) === (await attemptKey(email, "known")))
    return true;
  if (!(await ctx.getSignedCookie(ctx.context.authCookies.sessionToken.name, ctx.context.secret))) return false;
  return (await getSessionFromCtx(ctx))?.user.email === email.trim().toLowerCase();
}

async function keyFor(ctx: HookContext): Promise<{ key: string; email: string } | null> {
  if (!CHECKS_PASSWORD.has(ctx.path)) return null;
  const email = await emailOf(ctx);
  if (email === null) return null;
  return { key: await attemptKey(email, (await isKnownBrowser(ctx, email)) ? "known" : "stranger"), email };
}

const slowDown = (reason: string, wait: number): APIError =>
  new APIError(
    "TOO_MANY_REQUESTS",
    { message: `account had too many ${reason}; wait ${wait} seconds`, code: SLOWED_DOWN },
    { "x-retry-after": String(wait) },
  );

async function take(db: D1Database, key: string, limit: AttemptLimit, reason: string): Promise<APIError | null> {
  const attempt = await takeAttempt(db, key, limit, Date.now());
  return attempt.refused ? slowDown(reason, attempt.wait) : null;
}

async function endOldSession(ctx: HookContext): Promise<APIError | null> {
  if (WITHOUT_SESSION.has(ctx.path)) return null;
  const found = await getSessionFromCtx(ctx);
  if (!found || !isTooOld(found.session.createdAt, Date.now())) return null;
  await ctx.context.internalAdapter.deleteSession(found.session.token);
  return new APIError("UNAUTHORIZED", { message: "session has ended; sign in again", code: "SESSION_TOO_OLD" });
}

async function refuseWeakPassword(ctx: HookContext): Promise<APIError | null> {
  const password = textIn(ctx.body, "newPassword");
  // better-auth says that it is too short.
  if (!SETS_PASSWORD.has(ctx.path) || password.length < PASSWORD_LENGTH.min) return null;
  const user = ctx.path === "/change-password" ? (await getSessionFromCtx(ctx))?.user : undefined;
  const fault = faultOfPassword(password, user ? [user.email, user.name] : []);
  return fault === null
    ? null
    : new APIError("BAD_REQUEST", { message: `password ${fault}`, code: "PASSWORD_TOO_COMMON" });
}

async function countAttempt(db: D1Database, ctx: HookContext): Promise<APIError | null> {
  const counted = await keyFor(ctx);
  if (counted) return take(db, counted.key, PASSWORD_LIMIT, WRONG_PASSWORDS);
  if (ctx.path !== "/request-password-reset") return null;
  return take(db, await attemptKey(textIn(ctx.body, "email"), "reset"), RESET_LIMIT, "mails of this kind");
}

/** An error is returned, not thrown: better-auth logs what is thrown, and a flood of attempts would fill the log. */
export const beforeEndpoint = (db: D1Database) =>
  createAuthMiddleware(async (ctx) => {
    const refused = (await endOldSession(ctx)) ?? (await refuseWeakPassword(ctx)) ?? (await countAttempt(db, ctx));
    if (refused) return refused;
    // Whoever changes a password wants to lock others out, and may forget to say so.
    if (ctx.path === "/change-password") return { context: { body: { ...ctx.body, revokeOtherSessions: true } } };
  });

async function warnOncePerDay(env: AccountEnv, email: string): Promise<void> {
  const warning = await takeAttempt(env.DB, await attemptKey(email, "warning"), WARNING_LIMIT, Date.now());
  if (!warning.refused) warnOwner(env, email);
}

const WRONG_PASSWORD = new Set(["INVALID_EMAIL_OR_PASSWORD", "INVALID_PASSWORD"]);

const isWrongPassword = (returned: unknown): boolean =>
  isAPIError(returned) && WRONG_PASSWORD.has(String(returned.body?.code));

export const afterEndpoint = (env: AccountEnv) =>
  createAuthMiddleware(async (ctx) => {
    const counted = await keyFor(ctx);
    if (!counted) return;
    if (!isWrongPassword(ctx.context.returned)) {
      await returnAttempt(env.DB, counted.key, PASSWORD_LIMIT);
      if (ctx.path === "/change-password" && !isAPIError(ctx.context.returned))
        tellOfChange(env, counted.email, "password");
      if (ctx.path !== SIGN_IN || isAPIError(ctx.context.returned)) return;
      const { name, attributes } = deviceCookie(ctx);
      await ctx.setSignedCookie(name, await attemptKey(counted.email, "known"), ctx.context.secret, attributes);
      return;
    }
    const { wait, failures } = await lastAttempt(env.DB, counted.key, PASSWORD_LIMIT, Date.now());
    if (failures >= NOTIFIED_FAILURES) await warnOncePerDay(env, counted.email);
    if (wait > 0) throw slowDown(WRONG_PASSWORDS, wait);
  });
