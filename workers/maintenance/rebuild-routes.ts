// The route of rebuild and check: which days of which property an owner may have recounted.
import { Hono } from "hono";
import { Problem } from "../domain/requests/problem";
import { firstKeptDay, rebuildInput, requireDays } from "../domain/runs/rebuild";
import { localDate } from "../domain/time/zone";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readInput } from "../http/body";
import { startForOwner } from "../jobs/start";
import { loadSettings } from "../storage/properties/settings";

export const rebuildRoutes = new Hono<AppEnv>();

rebuildRoutes.post("/api/v1/properties/:site_id/pipeline/rebuild", async (c) => {
  const { site_id, timezone } = await askedProperty(c, "manage");
  const { from, to, check, dataset } = await readInput(c.req.raw, rebuildInput);
  const now = Date.now();
  const today = localDate(now, timezone);
  requireDays(from, to, today, firstKeptDay((await loadSettings(c.env.DB, site_id)).retention, today));
  if (check && dataset) throw new Problem("invalid", "check has no meaning for the dataset analysis");
  const kind = dataset ?? (check ? "check" : "rebuild");
  return c.json({ run_id: await startForOwner(c.env, { kind, site_id, from, to }) }, 202);
});
