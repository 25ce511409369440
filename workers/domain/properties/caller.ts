// The caller: who asks, and what they may do. accounts finds out who it is; every station asks here whether they may.
import { Problem } from "../requests/problem";
import type { Property } from "./property";

export const SCOPES = ["ingest", "stats", "manage"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Caller {
  kind: "user" | "key";
  /** User id or key id. */
  id: string;
  /** What the caller may do, by organization. */
  scopes: Record<string, readonly Scope[]>;
  /** Set when the key may speak for one property only. */
  site_id: string | null;
}

/** What a member of an organization may do there. */
export function scopesOfRole(role: string): readonly Scope[] {
  return role.split(",").some((one) => one === "owner" || one === "admin") ? SCOPES : ["stats"];
}

/** @throws Problem unauthorized when nobody asks. */
export function requireCaller(caller: Caller | null): Caller {
  if (!caller) throw new Problem("unauthorized", "request must carry a session cookie or an API key");
  return caller;
}

/**
 * The property, when the caller may use it so. A property of another organization is as unknown as one that never was.
 * @throws Problem unauthorized, not_found or forbidden.
 */
export function requireProperty(caller: Caller | null, property: Property | null, scope: Scope): Property {
  const known = requireCaller(caller);
  const scopes = property && known.scopes[property.organization_id];
  if (!property || !scopes || (known.site_id !== null && known.site_id !== property.site_id))
    throw new Problem("not_found", "property does not exist");
  if (!scopes.includes(scope))
    throw new Problem("forbidden", `${known.kind === "key" ? "API key" : "member"} lacks the scope ${scope}`);
  return property;
}
