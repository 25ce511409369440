// The routes of accounts: sign-in, sign-out, setup of the first account, and the current user.
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { requireCaller } from "../domain/properties/caller";
import { Problem, type ProblemCode } from "../domain/requests/problem";
import { senderAddress } from "../domain/visitors/address";
import type { AppEnv } from "../http/app";
import { BODY_LIMIT, readInput } from "../http/body";
import { isWithinRate } from "../http/rate-limit";
import { users } from "../storage/accounts/tables";
import { authFor } from "./auth-for";
import { membershipsOf } from "./memberships";
import { createOwner, isSetupNeeded, requireSetupToken, setupInput } from "./setup";

export const accountRoutes = new Hono<AppEnv>();

// better-auth reads a body to its end, and anybody can send one.
accountRoutes.on(["GET", "POST"], "/api/auth/*", bodyLimit({ maxSize: BODY_LIMIT }), async (c) => {
  const auth = await authFor(c.env, c.req.raw);
  const path = c.req.path.slice("/api/auth".length);
  // better-auth counts a request in D1 before it checks that the path exists.
  const isKnown = Object.values(auth.api).some((endpoint) => (endpoint as { path?: string }).path === path);
  if (!isKnown) throw new Problem("not_found", "account route does not exist");
  if (!(await isWithinRate(c.env, "auth", c.req.header("cf-connecting-ip"))))
    throw new Problem("too_many", "address exceeded the rate limit; wait ten seconds");
  const response = await auth.handler(withSender(c.req.raw));
  if (response.status >= 400) throw await toProblem(response);
  return response;
});

/**
 * The request with the sender's address in the form that all rate limits use. better-auth reads this header to count
 * attempts.
 */
function withSender(request: Request): Request {
  const headers = new Headers(request.headers);
  const sender = senderAddress(headers.get("cf-connecting-ip"));
  if (sender === null) headers.delete("cf-connecting-ip");
  else headers.set("cf-connecting-ip", sender);
  return new Request(request, { headers });
}

accountRoutes.get("/api/setup", async (c) => c.json({ needed: await isSetupNeeded(c.env.DB) }));

accountRoutes.post("/api/setup", async (c) => {
  const input = await readInput(c.req.raw, setupInput);
  await requireSetupToken(c.env.SETUP_TOKEN, input.token);
  // Checked before the password is hashed, because hashing is expensive.
  if (!(await isSetupNeeded(c.env.DB))) throw new Problem("conflict", "setup is closed: an account already exists");
  return c.json(await createOwner(c.env.DB, await authFor(c.env, c.req.raw), input, Date.now()), 201);
});

accountRoutes.get("/api/v1/me", async (c) => {
  const caller = requireCaller(c.var.caller);
  if (caller.kind === "key") throw new Problem("forbidden", "API key does not belong to a user");
  const [user] = await drizzle(c.env.DB)
    .select({ id: users.id, email: users.email, name: users.name })
    .from(users)
    .where(eq(users.id, caller.id));
  if (!user) throw new Problem("unauthorized", "user no longer exists");
  return c.json({
    user,
    organizations: await membershipsOf(c.env.DB, user.id),
    tracker_url: trackerUrl(c.env.WORKER_URL, c.req.url, c.env.TRACKER_NAME),
  });
});

/** The URL from which sites load the tracker. The dashboard has another origin, so the Worker's must be configured. */
export function trackerUrl(workerUrl: string | undefined, requestUrl: string, name: string | undefined): string {
  return new URL(`/${name || "tk.js"}`, workerUrl || requestUrl).href;
}

const CODE_OF_STATUS: Record<number, ProblemCode> = {
  400: "invalid",
  401: "unauthorized",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  413: "too_large",
  422: "invalid",
  429: "too_many",
};

/** better-auth has its own error format. Callers of this API see ours. */
async function toProblem(response: Response): Promise<Problem> {
  const code = CODE_OF_STATUS[response.status] ?? (response.status < 500 ? "invalid" : "internal");
  if (code === "internal") return new Problem(code, "account request failed; try again");
  if (code === "too_many") {
    const seconds = Number(response.headers.get("x-retry-after")) || 60;
    return new Problem(code, `address made too many attempts; wait ${seconds} seconds`, { retry_after: seconds });
  }
  const { message, code: reason } = (await response.json().catch(() => ({}))) as { message?: string; code?: string };
  if (reason === "INVALID_EMAIL_OR_PASSWORD") return new Problem(code, "email or password is wrong");
  return new Problem(code, message ?? "account route does not exist", reason === undefined ? undefined : { reason });
}
