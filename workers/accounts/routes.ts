// The routes of accounts: better-auth's, setup of the first account, and the current user with their account.
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { Hono } from "hono";
import { requireCaller } from "../domain/properties/caller";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { readInput } from "../http/body";
import { isWithinRate, rateProblem } from "../http/rate-limit";
import { users } from "../storage/accounts/tables";
import { ownAccountRoutes } from "./account-routes";
import { authFor } from "./auth-for";
import { authRoutes } from "./auth-routes";
import { membershipsOf } from "./memberships";
import { createOwner, isSetupNeeded, requireSetupToken, setupInput } from "./setup";

export const accountRoutes = new Hono<AppEnv>();

accountRoutes.route("/", authRoutes);
accountRoutes.route("/", ownAccountRoutes);

// Anybody may ask, and each question reads D1.
accountRoutes.use("/api/setup", async (c, next) => {
  if (!(await isWithinRate(c.env, "setup", c.req.header("cf-connecting-ip")))) throw rateProblem("address");
  await next();
});

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
