// Codes of authenticators and recovery codes: each code of an authenticator works once, and no browser skips them.
import { APIError, getSessionFromCtx } from "better-auth/api";
import { attemptKey, CODE_LIMIT, returnAttempt, takeAttempt } from "../../storage/accounts/attempts";
import type { HookContext } from "./device";

const VERIFY_TOTP = "/two-factor/verify-totp";
const VERIFIES_CODE: ReadonlySet<string> = new Set([VERIFY_TOTP, "/two-factor/verify-backup-code"]);

export const verifiesCode = (path: string): boolean => VERIFIES_CODE.has(path);

/** What is known before a code is checked. */
interface Attempt {
  /** The user of the session; null while somebody signs in. */
  user: { id: string; email: string } | null;
  /** True if the code completes the setup of an authenticator. */
  isSetup: boolean;
  /** Counts the uses of this code. */
  key: string | null;
}

const attempts = new WeakMap<Request, Attempt>();

/** The attempt whose code was right. */
export const attemptOf = ({ request }: Pick<HookContext, "request">): Attempt | null =>
  (request && attempts.get(request)) ?? null;

/** The user who has entered the password and now enters the code. */
async function halfSignedIn(ctx: HookContext): Promise<string | null> {
  const { name } = ctx.context.createAuthCookie("two_factor");
  const identifier = await ctx.getSignedCookie(name, ctx.context.secret);
  return identifier ? ((await ctx.context.internalAdapter.findVerificationValue(identifier))?.value ?? null) : null;
}

/**
 * Takes the code before it is checked, so that of two requests at the same time one is refused. A code that someone has
 * looked at or intercepted does not work again.
 */
export async function takeCode(db: D1Database, ctx: HookContext): Promise<APIError | null> {
  if (!verifiesCode(ctx.path) || !ctx.request) return null;
  const user = (await getSessionFromCtx(ctx))?.user ?? null;
  const isTotp = ctx.path === VERIFY_TOTP;
  const attempt: Attempt = { user, isSetup: isTotp && user !== null && !user.twoFactorEnabled, key: null };
  attempts.set(ctx.request, attempt);
  const userId = isTotp ? (user?.id ?? (await halfSignedIn(ctx))) : null;
  if (userId === null) return null;
  attempt.key = await attemptKey(`${userId} ${String((ctx.body as { code?: unknown } | undefined)?.code)}`, "code");
  const taken = await takeAttempt(db, attempt.key, CODE_LIMIT, Date.now());
  if (!taken.refused) return null;
  return new APIError("UNAUTHORIZED", { message: "code was used before; wait for the next one", code: "CODE_USED" });
}

/** A wrong code may be the right one of a later time. */
export async function returnCode(db: D1Database, ctx: HookContext): Promise<void> {
  const key = attemptOf(ctx)?.key;
  if (key) await returnAttempt(db, key, CODE_LIMIT);
}
