// Loads the property of a route after checking the caller's rights. Every route with a site_id uses this function.
import type { Context } from "hono";
import { requireCaller, requireProperty, type Scope } from "../domain/properties/caller";
import type { Property } from "../domain/properties/property";
import { loadProperty } from "../storage/properties/properties";
import type { AppEnv } from "./app";
import { subjectOf } from "./audit";

/**
 * Requires a caller before it reads the database, so that an anonymous request costs no D1 read and learns nothing.
 * @param siteId from the path by default.
 * @throws Problem unauthorized, not_found or forbidden.
 */
export async function askedProperty(c: Context<AppEnv>, scope: Scope, siteId?: string): Promise<Property> {
  const caller = requireCaller(c.var.caller);
  const property = requireProperty(caller, await loadProperty(c.env.DB, siteId ?? c.req.param("site_id") ?? ""), scope);
  subjectOf(c, { organization_id: property.organization_id, site_id: property.site_id });
  return property;
}
