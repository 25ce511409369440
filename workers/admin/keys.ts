// API keys of a property or an organization. A key never has more rights than the caller who creates it, and does not
// outlive a key that creates it.
import { type Context, Hono } from "hono";
import { z } from "zod";
import { type Caller, requireCaller, requireFresh, SCOPES, type Scope } from "../domain/properties/caller";
import { Problem } from "../domain/requests/problem";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { subjectOf } from "../http/audit";
import { readInput } from "../http/body";
import { closeLive } from "../http/live-sockets";
import { keyHolder } from "../storage/accounts/live-holders";
import { type ApiKey, createKey, deleteKey, type KeyOwner, listKeys } from "../storage/properties/keys";
import { organizationsFor, requireOrganization, requireWholeOrganization } from "./organization";

export const keyRoutes = new Hono<AppEnv>();

const keyInput = z.strictObject({
  name: z.string().trim().min(1, "name must not be empty").max(100),
  scopes: z.array(z.enum(SCOPES)).min(1, "scopes must name at least one scope").max(SCOPES.length),
  expires_at: z.iso
    .datetime({ offset: true, error: "expires_at must be a time such as 2027-01-31T00:00:00Z" })
    .nullable()
    .default(null),
});
const organizationKeyInput = keyInput.extend({ organization_id: z.string().max(100).optional() });
type KeyInput = z.infer<typeof keyInput>;

keyRoutes.get("/api/v1/properties/:site_id/keys", async (c) => {
  const owner = ownerOf(await askedProperty(c, "stats"));
  return c.json({ keys: await listKeys(c.env.DB, [owner]) });
});

keyRoutes.post("/api/v1/properties/:site_id/keys", async (c) => {
  const owner = ownerOf(await askedProperty(c, "manage"));
  return c.json(await makeKey(c, owner, await readInput(c.req.raw, keyInput)), 201);
});

keyRoutes.delete("/api/v1/properties/:site_id/keys/:id", async (c) => {
  const owner = ownerOf(await askedProperty(c, "manage"));
  await removeKey(c, [owner], c.req.param("id"));
  return c.body(null, 204);
});

keyRoutes.get("/api/v1/keys", async (c) =>
  c.json({ keys: await listKeys(c.env.DB, ownersFor(c.var.caller, "stats")) }),
);

keyRoutes.post("/api/v1/keys", async (c) => {
  requireWholeOrganization(c.var.caller);
  const { organization_id, ...input } = await readInput(c.req.raw, organizationKeyInput);
  const owner = { organization_id: requireOrganization(c.var.caller, organization_id, "manage"), site_id: null };
  return c.json(await makeKey(c, owner, input), 201);
});

keyRoutes.delete("/api/v1/keys/:id", async (c) => {
  await removeKey(c, ownersFor(c.var.caller, "manage"), c.req.param("id"));
  return c.body(null, 204);
});

const ownerOf = ({ organization_id, site_id }: KeyOwner): KeyOwner => ({ organization_id, site_id });

async function makeKey(c: Context<AppEnv>, owner: KeyOwner, input: KeyInput): Promise<ApiKey> {
  const caller = requireCaller(c.var.caller);
  const now = Date.now();
  requireOwnScopes(caller, owner.organization_id, input.scopes);
  // A key outlives the session that makes it, and each scope is worth stealing.
  requireFresh(caller, now);
  subjectOf(c, owner);
  return createKey(c.env.DB, owner, { ...input, expires_at: expiryOf(caller, input, now) }, now, caller);
}

/** @throws Problem invalid for a time in the past, forbidden for one after the end of the key that creates it. */
function expiryOf({ expires_at: most = null }: Caller, { expires_at: given }: KeyInput, now: number): number | null {
  const time = given === null ? most : Date.parse(given);
  if (time === null) return null;
  if (time <= now) {
    const message = "expires_at must be in the future";
    throw new Problem("invalid", message, [{ path: "expires_at", message }]);
  }
  if (most !== null && time > most)
    throw new Problem("forbidden", "key must not outlive the key that creates it: expires_at is too late");
  return time;
}

/** @throws Problem not_found. */
async function removeKey(c: Context<AppEnv>, owners: readonly KeyOwner[], id: string): Promise<void> {
  const removed = await deleteKey(c.env.DB, owners, id);
  if (!removed) throw new Problem("not_found", "key does not exist");
  subjectOf(c, removed.owner);
  await closeLive(c.env, removed.ids.map(keyHolder));
}

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
function requireOwnScopes(caller: Caller, organizationId: string, scopes: readonly Scope[]): void {
  const missing = scopes.find((scope) => !caller.scopes[organizationId]?.includes(scope));
  if (missing) throw new Problem("forbidden", `key must not have the scope ${missing}, because its creator lacks it`);
}
