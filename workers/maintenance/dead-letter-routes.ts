// The routes of dead letters: what could not be counted is listed, counted again, or discarded.
import { type Context, Hono } from "hono";
import { discardInput, MOST_LETTERS, replayInput } from "../domain/lake/dead-letter";
import { requireFresh, type Scope } from "../domain/properties/caller";
import { Problem } from "../domain/requests/problem";
import type { DeadLettersView, DeadLetterView } from "../domain/runs/run";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readInput } from "../http/body";
import { startForOwner } from "../jobs/start";
import { type DeadLetterRow, deadLetterIds, discardDeadLetters, listDeadLetters } from "../storage/lake/dead-letters";

export const deadLetterRoutes = new Hono<AppEnv>();

const ROOT = "/api/v1/properties/:site_id/pipeline/dead-letters";

const siteOf = async (c: Context<AppEnv>, scope: Scope): Promise<string> => (await askedProperty(c, scope)).site_id;

const toView = ({ id, reason, first_failed_at, failed_at, count, events }: DeadLetterRow): DeadLetterView => ({
  id,
  reason,
  first_failed_at: new Date(first_failed_at).toISOString(),
  failed_at: new Date(failed_at).toISOString(),
  count,
  events,
});

/** @throws Problem not_found when one of the ids is not the property's. */
async function requireLetters(db: D1Database, siteId: string, ids: readonly string[] | undefined): Promise<void> {
  const found = new Set(await deadLetterIds(db, siteId, ids, MOST_LETTERS));
  if (found.size === 0 && !ids) throw new Problem("not_found", "property has no dead letters");
  const missing = ids?.find((id) => !found.has(id));
  if (missing !== undefined) throw new Problem("not_found", `dead letter ${missing} does not exist`);
}

deadLetterRoutes.get(ROOT, async (c) => {
  const { letters, total } = await listDeadLetters(c.env.DB, await siteOf(c, "stats"), MOST_LETTERS);
  return c.json({ dead_letters: letters.map(toView), total } satisfies DeadLettersView);
});

deadLetterRoutes.post(`${ROOT}/replay`, async (c) => {
  const siteId = await siteOf(c, "manage");
  // Without a body: all of them.
  const { ids } = c.req.raw.body === null ? {} : await readInput(c.req.raw, replayInput);
  await requireLetters(c.env.DB, siteId, ids);
  const run_id = await startForOwner(c.env, { kind: "replay", site_id: siteId, ...(ids ? { ids } : {}) });
  return c.json({ run_id }, 202);
});

deadLetterRoutes.post(`${ROOT}/discard`, async (c) => {
  const siteId = await siteOf(c, "manage");
  requireFresh(c.var.caller, Date.now());
  const ids = [...new Set((await readInput(c.req.raw, discardInput)).ids)];
  await requireLetters(c.env.DB, siteId, ids);
  await discardDeadLetters(c.env, siteId, ids, Date.now());
  return c.json({ discarded: ids.length });
});
