// Routes of the lake: which objects it has, compaction when an owner says so, and the erasure of a user.

import { Hono } from "hono";
import { z } from "zod";
import { erasureInput } from "../domain/lake/erasure";
import { requireFresh } from "../domain/properties/caller";
import { parseInput } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readInput } from "../http/body";
import { startForOwner } from "../jobs/start";
import { type FilesCursor, readFilesPage } from "../storage/lake/pages";
import { newNotes, saveNotes } from "../storage/runs/erasure-notes";

export const lakeRoutes = new Hono<AppEnv>();

const ROOT = "/api/v1/properties/:site_id";

/** An object has about 250 characters. */
const MOST_FILES = 5_000;
const filesAsked = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_FILES).default(MOST_FILES),
  after: z
    .string()
    .regex(/^\d{1,15}-\d{1,15}-\d{1,15}$/, "must be the `next` of a page")
    .transform((text): FilesCursor => {
      const [watermark = 0, objects = 0, after = 0] = text.split("-").map(Number);
      return { watermark, objects, after };
    })
    .optional(),
});

lakeRoutes.get(`${ROOT}/pipeline/files`, async (c) => {
  const { site_id } = await askedProperty(c, "stats");
  const { limit, after } = parseInput(filesAsked, c.req.query());
  const page = await readFilesPage(c.env.DB, site_id, limit, after ?? null);
  if (!page) throw new Problem("conflict", "lake has changed since the first page; read the list from its beginning");
  const { watermark, next } = page;
  return c.json({
    watermark,
    ...(next && { next: `${next.watermark}-${next.objects}-${next.after}` }),
    files: page.files.map(({ zone, key, rows, bytes, min_date, max_date, event_type }) => ({
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
