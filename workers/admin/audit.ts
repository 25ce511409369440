// The route of the audit log.
import { Hono } from "hono";
import { z } from "zod";
import { parseInput } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { type AuditCursor, listEntries } from "../storage/accounts/audit";
import { organizationsFor, requireOrganization, requireWholeOrganization } from "./organization";

export const auditRoutes = new Hono<AppEnv>();

const question = z.strictObject({
  organization_id: z.string().max(100).optional(),
  site_id: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(100).optional(),
});

/** `after` is the last entry of the page before: its time and id. @throws Problem invalid. */
function cursorIn(text: string | undefined): AuditCursor | null {
  if (text === undefined) return null;
  const [, at, id] = /^(\d{1,15})\.([\w-]{1,80})$/.exec(text) ?? [];
  if (at === undefined || id === undefined) throw new Problem("invalid", "after must be the next of an earlier reply");
  return { at: Number(at), id };
}

auditRoutes.get("/api/v1/audit", async (c) => {
  requireWholeOrganization(c.var.caller);
  const { organization_id, site_id = null, limit, after } = parseInput(question, c.req.query());
  const chosen = requireOrganization(c.var.caller, organization_id, "manage");
  const organizations =
    organization_id === undefined ? organizationsFor(requireWholeOrganization(c.var.caller), "manage") : [chosen];
  const entries = await listEntries(c.env.DB, organizations, site_id, cursorIn(after), limit + 1);
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  const next = entries.length > limit && last ? `${Date.parse(last.at)}.${last.id}` : null;
  return c.json({ entries: page, next });
});
