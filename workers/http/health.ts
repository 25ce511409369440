// Health: checks the parts that the Worker cannot work without.

import { Hono } from "hono";
import { describeError } from "../domain/requests/describe-error";
import type { AppEnv } from "./app";

type Check = "ok" | "down";

async function check(part: string, ask: () => Promise<unknown>): Promise<[string, Check]> {
  try {
    await ask();
    return [part, "ok"];
  } catch (error) {
    console.error(`health: ${part} is down`, describeError(error));
    return [part, "down"];
  }
}

/** Anybody may ask, so D1 and R2 are asked at most once in this time (ms) by an isolate. */
const KEPT_MS = 10_000;
let last: { checks: Promise<[string, Check][]>; until: number } | null = null;

function checksOf({ DB, LAKE }: Pick<Cloudflare.Env, "DB" | "LAKE">, now: number): Promise<[string, Check][]> {
  if (last && now < last.until) return last.checks;
  const checks = Promise.all([
    // One of our tables, because a database without migrations is not healthy.
    check("database", () => DB.prepare("SELECT 1 FROM properties LIMIT 1").all()),
    check("lake", () => LAKE.head("health")),
  ]);
  last = { checks, until: now + KEPT_MS };
  return checks;
}

export const healthRoutes = new Hono<AppEnv>();
healthRoutes.on("GET", ["/", "/health"], async (c) => {
  const asked = checksOf(c.env, Date.now());
  // Other requests may wait for the same checks, so they continue when the first caller disconnects.
  c.executionCtx.waitUntil(asked);
  const checks = await asked;
  const ok = checks.every(([, state]) => state === "ok");
  return c.json({ status: ok ? "ok" : "down", checks: Object.fromEntries(checks) }, ok ? 200 : 503);
});
