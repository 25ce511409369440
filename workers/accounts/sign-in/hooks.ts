// What happens before and after an endpoint of better-auth: old sessions end, weak passwords and used codes are refused,
// failed passwords count by account, and changes are told and logged.
import { APIError, createAuthMiddleware, getSessionFromCtx, isAPIError } from "better-auth/api";
import { z } from "zod";
import type { AccountAction } from "../../domain/properties/audit";
import {
  type AttemptLimit,
  attemptKey,
  clearAttempts,
  lastAttempt,
  PASSWORD_LIMIT,
  RESET_LIMIT,
  returnAttempt,
  takeAttempt,
} from "../../storage/accounts/attempts";
import { deleteVerifications } from "../../storage/accounts/verifications";
import { logAccountAction } from "../account-log";
import { PASSWORD_LENGTH } from "../passwords/password-length";
import { sendResetLater } from "../passwords/reset";
import { faultOfPassword } from "../passwords/weak";
import { isTooOld } from "../sessions/session-life";
import { attemptOf, returnCode, takeCode, verifiesCode } from "./codes";
import { type HookContext, isKnownBrowser, rememberBrowser } from "./device";
import { SLOWED_DOWN } from "./slowed-down";
import { type AccountEnv, tellOfChange, warnOfFailures } from "./warning";

const SIGN_IN = "/sign-in/email";
const ASK_RESET = "/request-password-reset";
const RESET = "/reset-password";
/** Endpoints that check a password. Whoever has stolen a session must not try passwords there without limit. */
const CHECKS_PASSWORD = new Set([
  SIGN_IN,
  "/change-password",
  "/two-factor/enable",
  "/two-factor/disable",
  "/two-factor/generate-backup-codes",
]);
const SETS_PASSWORD = new Set(["/change-password", RESET]);
/** Endpoints for callers without a session: reading it would cost a query for nothing. */
const WITHOUT_SESSION = new Set([SIGN_IN, ASK_RESET, RESET, "/confirm-address"]);
const WRONG_PASSWORDS = "wrong passwords";

const textIn = (body: unknown, field: string): string => {
  const value = (body as Record<string, unknown> | undefined)?.[field];
  return typeof value === "string" ? value : "";
};

async function emailOf(ctx: HookContext): Promise<string | null> {
  if (ctx.path === SIGN_IN) return textIn(ctx.body, "email") || null;
  return (await getSessionFromCtx(ctx))?.user.email ?? null;
}

async function keyFor(ctx: HookContext): Promise<{ key: string; email: string } | null> {
  if (!CHECKS_PASSWORD.has(ctx.path)) return null;
  const email = await emailOf(ctx);
  if (email === null) return null;
  const isKnown = ctx.path !== SIGN_IN || (await isKnownBrowser(ctx, email));
  return { key: await attemptKey(email, isKnown ? "known" : "stranger"), email };
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
  if (ctx.path !== ASK_RESET) return null;
  return take(db, await attemptKey(textIn(ctx.body, "email"), "reset"), RESET_LIMIT, "mails of this kind");
}

/**
 * Answers before it looks for the account: the time of the reply does not say whether there is one. Null for what is no
 * address, which the endpoint refuses.
 */
function answerReset(env: AccountEnv, ctx: HookContext): { status: true } | null {
  const email = z.email().safeParse(textIn(ctx.body, "email"));
  if (!email.success) return null;
  sendResetLater(env, ctx.context.internalAdapter, email.data);
  return { status: true };
}

/** An error is returned, not thrown: better-auth logs what is thrown, and a flood of attempts would fill the log. */
export const beforeEndpoint = (env: AccountEnv) =>
  createAuthMiddleware(async (ctx) => {
    const refused =
      (await endOldSession(ctx)) ??
      (await refuseWeakPassword(ctx)) ??
      (await countAttempt(env.DB, ctx)) ??
      (await takeCode(env.DB, ctx));
    if (refused) return refused;
    if (ctx.path === ASK_RESET) return answerReset(env, ctx) ?? undefined;
    // Whoever changes a password wants to lock others out, and may forget to say so.
    if (ctx.path === "/change-password") return { context: { body: { ...ctx.body, revokeOtherSessions: true } } };
    // A browser that skips the second factor would do so for ever: each sign-in prolongs it, and nothing lists it.
    if (verifiesCode(ctx.path)) return { context: { body: { ...ctx.body, trustDevice: false } } };
  });

const WRONG_PASSWORD = new Set(["INVALID_EMAIL_OR_PASSWORD", "INVALID_PASSWORD"]);

const isWrongPassword = (returned: unknown): boolean =>
  isAPIError(returned) && WRONG_PASSWORD.has(String(returned.body?.code));

interface Done {
  action: Exclude<AccountAction, "account.email" | "account.delete">;
  user: { id: string; email: string };
}

const CHANGES: Record<string, Done["action"]> = {
  "/change-password": "account.password",
  "/two-factor/disable": "account.two_factor_off",
  "/two-factor/generate-backup-codes": "account.recovery_codes",
};

/** The owners of passwords that were set by a link, until the endpoint has answered. */
const resets = new WeakMap<Request, Done["user"]>();
export const noteReset = (user: Done["user"], request: Request | undefined): void => {
  if (request) resets.set(request, user);
};

/** What an endpoint that succeeded has done to which account. */
async function doneBy(ctx: HookContext): Promise<Done | null> {
  const made = ctx.context.newSession?.user;
  // With a second factor a code has to follow.
  if (ctx.path === SIGN_IN) return made && !made.twoFactorEnabled ? { action: "account.sign_in", user: made } : null;
  if (verifiesCode(ctx.path)) {
    const attempt = attemptOf(ctx);
    if (attempt?.isSetup && attempt.user) return { action: "account.two_factor_on", user: attempt.user };
    return made && attempt?.user === null ? { action: "account.sign_in", user: made } : null;
  }
  if (ctx.path === RESET) {
    const user = ctx.request && resets.get(ctx.request);
    return user ? { action: "account.password_reset", user } : null;
  }
  const action = CHANGES[ctx.path];
  const user = action && (await getSessionFromCtx(ctx))?.user;
  return action && user ? { action, user } : null;
}

async function follow(env: AccountEnv, ctx: HookContext, { action, user }: Done): Promise<void> {
  if (action !== "account.sign_in") {
    await deleteVerifications(env.DB, user.id);
    tellOfChange(env, user.email, CHANGE_OF[action]);
  }
  if (action === "account.password_reset") {
    // A stranger may have used up all attempts. The owner has proved to be it.
    await clearAttempts(env.DB, user.email);
    await rememberBrowser(ctx, user.email);
  }
  await logAccountAction(env.DB, user.id, action, ctx.headers);
}

const CHANGE_OF = {
  "account.password": "password",
  "account.password_reset": "password_reset",
  "account.two_factor_on": "two_factor_on",
  "account.two_factor_off": "two_factor_off",
  "account.recovery_codes": "recovery_codes",
} as const;

export const afterEndpoint = (env: AccountEnv) =>
  createAuthMiddleware(async (ctx) => {
    const { returned } = ctx.context;
    const counted = await keyFor(ctx);
    if (counted && isWrongPassword(returned)) {
      const { wait, failures } = await lastAttempt(env.DB, counted.key, PASSWORD_LIMIT, Date.now());
      await warnOfFailures(env, counted.email, failures);
      if (wait > 0) throw slowDown(WRONG_PASSWORDS, wait);
      return;
    }
    if (counted) await returnAttempt(env.DB, counted.key, PASSWORD_LIMIT);
    if (isAPIError(returned)) return returnCode(env.DB, ctx);
    if (counted && ctx.path === SIGN_IN) await rememberBrowser(ctx, counted.email);
    const done = await doneBy(ctx);
    if (done) await follow(env, ctx, done);
  });
