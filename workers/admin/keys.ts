// API keys of a property or an organization. A key never has more rights than the caller who creates it.
import { Hono } from "hono";
import { z } from "zod";
import { type Caller, SCOPES, type Scope } from "../domain/properties/caller";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { readInput } from "../http/body";
import { createKey, deleteKey, type KeyOwner, listKeys } from "../storage/properties/keys";
import { organizationsFor, requireOrganization, requireWholeOrganization } from "./organization";

export const keyRoutes = new Hono<AppEnv>();

const keyInput = z.strictObject({
  name: z.string().trim().min(1, "name must not be empty").max(100),
  scopes: z.array(z.enum(SCOPES)).min(1, "scopes must name at least one scope").max(SCOPES.length),
});
const organizationKeyInput = keyInput.extend({ organization_id: z.string().max(100).optional() });

keyRoutes.get("/api/v1/properties/:site_id/keys", async (c) => {
  const owner = ownerOf(await askedProperty(c, "stats"));
  return c.json({ keys: await listKeys(c.env.DB, [owner]) });
});

keyRoutes.post("/api/v1/properties/:site_id/keys", async (c) => {
  const owner = ownerOf(await askedProperty(c, "manage"));
  const input = await readInput(c.req.raw, keyInput);
  requireOwnScopes(c.var.caller, owner.organization_id, input.scopes);
  return c.json(await createKey(c.env.DB, owner, input, Date.now()), 201);
});

keyRoutes.delete("/api/v1/properties/:site_id/keys/:id", async (c) => {
  const owner = ownerOf(await askedProperty(c, "manage"));
  if (!(await deleteKey(c.env.DB, [owner], c.req.param("id")))) throw new Problem("not_found", "key does not exist");
  return c.body(null, 204);
});

keyRoutes.get("/api/v1/keys", async (c) =>
  c.json({ keys: await listKeys(c.env.DB, ownersFor(c.var.caller, "stats")) }),
);

keyRoutes.post("/api/v1/keys", async (c) => {
  requireWholeOrganization(c.var.caller);
  const { organization_id, ...input } = await readInput(c.req.raw, organizationKeyInput);
  const owner = { organization_id: requireOrganization(c.var.caller, organization_id, "manage"), site_id: null };
  requireOwnScopes(c.var.caller, owner.organization_id, input.scopes);
  return c.json(await createKey(c.env.DB, owner, input, Date.now()), 201);
});

keyRoutes.delete("/api/v1/keys/:id", async (c) => {
  if (!(await deleteKey(c.env.DB, ownersFor(c.var.caller, "manage"), c.req.param("id"))))
    throw new Problem("not_found", "key does not exist");
  return c.body(null, 204);
});

const ownerOf = ({ organization_id, site_id }: KeyOwner): KeyOwner => ({ organization_id, site_id });

/**
 * The caller's organizations, as owners of keys that are not limited to a property. @throws Problem forbidden when
 * there are none.
 */
function ownersFor(caller: Caller | null, scope: Scope): KeyOwner[] {
  requireOrganization(caller, undefined, scope);
  return organizationsFor(requireWholeOrganization(caller), scope).map((organization_id) => ({
    organization_id,
    site_id: null,
  }));
}

/** @throws Problem forbidden for a scope that the caller does not have. */
function requireOwnScopes(caller: Caller | null, organizationId: string, scopes: readonly Scope[]): void {
  const missing = scopes.find((scope) => !caller?.scopes[organizationId]?.includes(scope));
  if (missing) throw new Problem("forbidden", `key must not have the scope ${missing}, because its creator lacks it`);
}
