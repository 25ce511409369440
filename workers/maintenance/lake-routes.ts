// Routes of the lake: which objects it has, compaction when an owner says so, and the erasure of a user.

import { Hono } from "hono";
import { erasureInput } from "../domain/lake/erasure";
import { LAKE_ZONES } from "../domain/lake/zones";
import { requireFresh } from "../domain/properties/caller";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readInput } from "../http/body";
import { startForOwner } from "../jobs/start";
import { newNotes, saveNotes } from "../storage/lake/erasure-notes";
import { listFiles } from "../storage/lake/reading";

export const lakeRoutes = new Hono<AppEnv>();

const ROOT = "/api/v1/properties/:site_id";

lakeRoutes.get(`${ROOT}/pipeline/files`, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const files = await listFiles(c.env.DB, site_id, LAKE_ZONES);
  return c.json({
    files: files.map(({ zone, key, rows, bytes, min_date, max_date, event_type }) => ({
      zone,
      key,
      rows,
      bytes,
      min_date,
      max_date,
      event_type,
    })),
  });
});

lakeRoutes.post(`${ROOT}/pipeline/compact`, async (c) => {
  const { site_id } = await askedProperty(c, "manage");
  return c.json({ run_id: await startForOwner(c.env, { kind: "compaction", site_id }) }, 202);
});

lakeRoutes.post(`${ROOT}/erasures`, async (c) => {
  const { site_id } = await askedProperty(c, "manage");
  requireFresh(c.var.caller, Date.now());
  const { user_id } = await readInput(c.req.raw, erasureInput);
  // Workflows keep their parameters for days: the user is in the notes alone.
  const run_id = await startForOwner(c.env, { kind: "erasure", site_id }, (runId) =>
    saveNotes(c.env.LAKE, site_id, runId, newNotes(user_id, Date.now())),
  );
  return c.json({ run_id }, 202);
});
