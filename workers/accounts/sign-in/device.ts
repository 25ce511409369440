// The cookie of a browser that knows an account: its wrong passwords have a count of their own.
import type { createAuthMiddleware } from "better-auth/api";
import { getSessionFromCtx } from "better-auth/api";
import { attemptKey } from "../../storage/accounts/attempts";

export type HookContext = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

const COOKIE = { name: "device", maxAge: 365 * 86_400 };

type CookieContext = Pick<HookContext, "setSignedCookie"> & {
  context: Pick<HookContext["context"], "createAuthCookie" | "secret">;
};

/** Call when the user of the browser has proved to own the account. */
export async function rememberBrowser(ctx: CookieContext, email: string): Promise<void> {
  const { name, attributes } = ctx.context.createAuthCookie(COOKIE.name, COOKIE);
  await ctx.setSignedCookie(name, await attemptKey(email, "known"), ctx.context.secret, attributes);
}

/** True if this browser has signed in to the account before, or has the account's session. */
export async function isKnownBrowser(ctx: HookContext, email: string): Promise<boolean> {
  const { name } = ctx.context.createAuthCookie(COOKIE.name, COOKIE);
  if ((await ctx.getSignedCookie(name, ctx.context.secret)) === (await attemptKey(email, "known"))) return true;
  if (!(await ctx.getSignedCookie(ctx.context.authCookies.sessionToken.name, ctx.context.secret))) return false;
  return (await getSessionFromCtx(ctx))?.user.email === email.trim().toLowerCase();
}
