// Health: checks the parts that the Worker cannot work without.
import { Hono } from "hono";
import type { AppEnv } from "./app";

type Check = "ok" | "down";

async function check(part: string, ask: () => Promise<unknown>): Promise<[string, Check]> {
  try {
    await ask();
    return [part, "ok"];
  } catch (error) {
    console.error(`health: ${part} is down`, error);
    return [part, "down"];
  }
}

export const healthRoutes = new Hono<AppEnv>();
healthRoutes.on("GET", ["/", "/health"], async (c) => {
  const checks = await Promise.all([
    // One of our tables, because a database without migrations is not healthy.
    check("database", () => c.env.DB.prepare("SELECT 1 FROM properties LIMIT 1").all()),
    check("lake", () => c.env.LAKE.head("health")),
  ]);
  const ok = checks.every(([, state]) => state === "ok");
  return c.json({ status: ok ? "ok" : "down", checks: Object.fromEntries(checks) }, ok ? 200 : 503);
});
