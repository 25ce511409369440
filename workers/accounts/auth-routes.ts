// The routes of better-auth that are open, and what callers see of its replies.
import type { Context } from "hono";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { codeOfStatus, Problem } from "../domain/requests/problem";
import { senderAddress } from "../domain/visitors/address";
import type { AppEnv } from "../http/app";
import { BODY_LIMIT } from "../http/body";
import { isWithinRate, isWithinWideRate, rateProblem } from "../http/rate-limit";
import { authFor } from "./auth-for";
import { canSendReset } from "./passwords/reset";
import { SLOWED_DOWN } from "./sign-in/slowed-down";

const BASE = "/api/auth";

/** Everything else of better-auth is closed. It has some 60 routes, and each new version may add more. */
const OPEN_ROUTES: ReadonlySet<string> = new Set([
  "POST /sign-in/email",
  "POST /sign-out",
  "POST /change-password",
  "POST /request-password-reset",
  "POST /reset-password",
  "POST /confirm-address",
  "POST /two-factor/enable",
  "POST /two-factor/disable",
  "POST /two-factor/verify-totp",
  "POST /two-factor/verify-backup-code",
  "POST /two-factor/generate-backup-codes",
]);

/** A stranger may name any address here, and the attempts of each have a row. */
const NAMES_ACCOUNT: ReadonlySet<string> = new Set(["/sign-in/email", "/request-password-reset"]);

export const authRoutes = new Hono<AppEnv>();

// better-auth reads a body to its end, and anybody can send one.
authRoutes.on(["GET", "POST"], "/api/auth/*", bodyLimit({ maxSize: BODY_LIMIT }), async (c) => {
  const sender = c.req.header("cf-connecting-ip");
  if (!(await isWithinRate(c.env, "auth", sender))) throw rateProblem("address");
  const path = openPath(c);
  if (NAMES_ACCOUNT.has(path) && !(await isWithinWideRate(c.env, "auth", sender))) throw rateProblem("address");
  if (path === "/request-password-reset" && !canSendReset(c.env))
    throw new Problem(
      "conflict",
      "installation has no email; its owner can run npm run deploy -- --reset-password EMAIL",
    );
  const auth = await authFor(c.env, c.req.raw);
  const response = await auth.handler(withSender(c.req.raw));
  if (response.status >= 400) throw await toProblem(response);
  return withoutTokens(response);
});

/**
 * The path as it was sent, not decoded: better-auth counts a request in D1 before it looks whether the path exists, and
 * each spelling would be another row.
 * @throws Problem not_found.
 */
function openPath(c: Context<AppEnv>): string {
  const path = new URL(c.req.raw.url).pathname.slice(BASE.length);
  if (!OPEN_ROUTES.has(`${c.req.method} ${path}`)) throw new Problem("not_found", "account route does not exist");
  return path;
}

/**
 * The request with the sender's address in the form that all rate limits use. better-auth reads this header to count
 * attempts. The cookie of an earlier version with which a browser skips the second factor is left out.
 */
function withSender(request: Request): Request {
  const headers = new Headers(request.headers);
  const sender = senderAddress(headers.get("cf-connecting-ip"));
  if (sender === null) headers.delete("cf-connecting-ip");
  else headers.set("cf-connecting-ip", sender);
  const cookie = headers.get("cookie");
  if (cookie !== null) headers.set("cookie", cookie.replace(TRUST_COOKIE, ""));
  return new Request(request, { headers });
}

const TRUST_COOKIE = /(?:^|;)[^;=]*\.trust_device=[^;]*/g;

/** The cookie is out of reach of scripts (HttpOnly), so no reply may tell them the session's token. */
async function withoutTokens(response: Response): Promise<Response> {
  const reply = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const { token: _, ...rest } = reply ?? {};
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  headers.set("cache-control", "no-store");
  return Response.json(rest, { status: response.status, headers });
}

/** Our messages for some of better-auth's reasons. */
const MESSAGES: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: "email or password is wrong",
  INVALID_PASSWORD: "password is wrong",
  PASSWORD_TOO_SHORT: "password is too short: it must have at least 12 characters",
  PASSWORD_TOO_LONG: "password is too long: it must have at most 128 characters",
  INVALID_TOKEN: "link has expired or was used before; ask for a new one",
  INVALID_CODE: "code is wrong; codes change every 30 seconds",
  INVALID_BACKUP_CODE: "recovery code is wrong or was used before",
};

/** better-auth has its own error format. Callers of this API see ours. */
async function toProblem(response: Response): Promise<Problem> {
  const known = response.status < 500 ? (codeOfStatus(response.status) ?? "invalid") : "internal";
  if (known === "internal") return new Problem(known, "account request failed; try again");
  const { message, code: reason } = (await response.json().catch(() => ({}))) as { message?: string; code?: string };
  // The last attempt in a row had a wrong password, whose status better-auth keeps.
  const code = reason === SLOWED_DOWN ? "too_many" : known;
  if (code === "too_many") {
    const seconds = Number(response.headers.get("x-retry-after")) || 60;
    const said = reason === undefined ? `address made too many attempts; wait ${seconds} seconds` : message;
    return new Problem(code, said ?? "", { retry_after: seconds });
  }
  if (reason === "INVALID_EMAIL_OR_PASSWORD") return new Problem(code, MESSAGES.INVALID_EMAIL_OR_PASSWORD!);
  const said = (reason && MESSAGES[reason]) ?? message ?? "account route does not exist";
  return new Problem(code, said, reason === undefined ? undefined : { reason });
}
