// The property that a route of the pipeline is about, for whoever may use it so.
import type { Context } from "hono";
import { requireCaller, requireProperty, type Scope } from "../domain/properties/caller";
import type { Property } from "../domain/properties/property";
import { loadProperty } from "../storage/properties/properties";
import type { AppEnv } from "./app";

/** The database is asked only once a caller is known. @throws Problem unauthorized, not_found or forbidden. */
export async function askedProperty(c: Context<AppEnv>, scope: Scope): Promise<Property> {
  const caller = requireCaller(c.var.caller);
  return requireProperty(caller, await loadProperty(c.env.DB, c.req.param("site_id") ?? ""), scope);
}
