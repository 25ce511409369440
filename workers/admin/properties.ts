// Routes to list, create, change and delete properties, for members and keys of the organization that owns them.
import { Hono } from "hono";
import { z } from "zod";
import { requireCaller, requireFresh } from "../domain/properties/caller";
import { pagesInput, privacyInput, propertyInput } from "../domain/properties/property";
import { parseInput } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { shardName } from "../domain/visits/hub";
import { withShards } from "../domain/visits/shard";
import type { AppEnv } from "../http/app";
import { askedProperty } from "../http/asked-property";
import { subjectOf } from "../http/audit";
import { readChanges, readInput } from "../http/body";
import { createProperty, listProperties, markPropertyDeleted, updateProperty } from "../storage/properties/properties";
import { announceChange } from "./announce";
import { removeRemains } from "./deletion";
import { organizationsFor, requireOrganization } from "./organization";

export const propertyRoutes = new Hono<AppEnv>();

const newProperty = propertyInput.extend({ organization_id: z.string().max(100).optional() });

/** A property has about 800 characters. */
const MOST_LISTED = 500;
const pageAsked = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(MOST_LISTED),
  after: z
    .string()
    .regex(/^\d{1,16}-[a-z\d]{1,40}$/, "must be the `next` of a page")
    .optional(),
});

/** The fields without defaults: a PATCH must not reset fields that it does not name. */
const propertyChanges = z
  .strictObject({
    name: propertyInput.shape.name,
    timezone: propertyInput.shape.timezone,
    currency: propertyInput.shape.currency.unwrap(),
    shards: propertyInput.shape.shards.unwrap(),
    public_live: propertyInput.shape.public_live.unwrap(),
    privacy: z
      .strictObject({
        address: privacyInput.shape.address.unwrap(),
        storage: privacyInput.shape.storage.unwrap(),
        honour_dnt: privacyInput.shape.honour_dnt.unwrap(),
        excluded_addresses: privacyInput.shape.excluded_addresses.unwrap(),
        excluded_paths: privacyInput.shape.excluded_paths.unwrap(),
        subdomains: privacyInput.shape.subdomains.unwrap(),
        without_key: privacyInput.shape.without_key.unwrap(),
      })
      .partial(),
    pages: z
      .strictObject({
        trailing_slash: pagesInput.shape.trailing_slash.unwrap(),
        query_parameters: pagesInput.shape.query_parameters.unwrap(),
      })
      .partial(),
  })
  .partial();

propertyRoutes.get("/api/v1/properties", async (c) => {
  const caller = requireCaller(c.var.caller);
  const organizations = organizationsFor(caller, "stats");
  if (caller.kind === "key" && organizations.length === 0)
    throw new Problem("forbidden", "API key lacks the scope stats");
  const page = parseInput(pageAsked, c.req.query());
  return c.json(await listProperties(c.env.DB, organizations, { siteId: caller.site_id, ...page }));
});

propertyRoutes.post("/api/v1/properties", async (c) => {
  requireCaller(c.var.caller);
  const { organization_id, ...input } = await readInput(c.req.raw, newProperty);
  const organizationId = requireOrganization(c.var.caller, organization_id, "manage");
  subjectOf(c, { organization_id: organizationId, site_id: null });
  return c.json(await createProperty(c.env.DB, organizationId, input, Date.now()), 201);
});

propertyRoutes.get("/api/v1/properties/:site_id", async (c) => c.json(await askedProperty(c, "stats")));

propertyRoutes.patch("/api/v1/properties/:site_id", async (c) => {
  const before = await askedProperty(c, "manage");
  const { site_id } = before;
  const input = await readChanges(c.req.raw, propertyChanges);
  if (!input) return c.json(before);
  const isResharded = input.shards !== undefined && input.shards !== before.shards;
  const changed = await updateProperty(c.env.DB, site_id, {
    ...input,
    ...(isResharded ? { shard_changes: withShards(before, input.shards!, Date.now()) } : {}),
  });
  // Another request deleted it in the meantime.
  if (!changed) throw new Problem("not_found", "property does not exist");
  await announceChange(c.env, changed);
  // A live socket shows only the hubs that existed when it was opened.
  if (isResharded) c.executionCtx.waitUntil(c.env.HUB.getByName(shardName(site_id, 0)).hangUp());
  return c.json(changed);
});

propertyRoutes.delete("/api/v1/properties/:site_id", async (c) => {
  const { site_id } = await askedProperty(c, "manage");
  const now = Date.now();
  requireFresh(c.var.caller, now);
  await markPropertyDeleted(c.env.DB, site_id, now);
  // The property counts as deleted from here on. If the removal fails, the runtime logs the error and the sweep
  // retries, so this request does not fail.
  const removal = removeRemains(c.env, site_id);
  c.executionCtx.waitUntil(removal);
  await Promise.allSettled([removal]);
  return c.body(null, 204);
});
