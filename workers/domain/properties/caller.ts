// The caller: their identity and rights. accounts identifies the caller; all stations check rights here.
import { Problem } from "../requests/problem";
import type { Property } from "./property";

export const SCOPES = ["ingest", "stats", "manage"] as const;
export type Scope = (typeof SCOPES)[number];

export interface Caller {
  kind: "user" | "key";
  /** User id or key id. */
  id: string;
  /** The caller's scopes, by organization. */
  scopes: Record<string, readonly Scope[]>;
  /** Set if the key is limited to one property. */
  site_id: string | null;
  /** The id of a user's session. */
  session_id?: string;
  /** When (ms) a user's password was last checked in the session. */
  confirmed_at?: number;
  /** When (ms) a key expires; null if it does not. */
  expires_at?: number | null;
}

/** How long (ms) a checked password counts for changes that cannot be undone. */
export const FRESH_MS = 60 * 60_000;

/** The scopes of a member's role in an organization. */
export function scopesOfRole(role: string): readonly Scope[] {
  return role.split(",").some((one) => one === "owner" || one === "admin") ? SCOPES : ["stats"];
}

/** The account of a caller; null for an API key, which belongs to none. */
export const accountOf = (caller: Pick<Caller, "kind" | "id"> | null): string | null =>
  caller?.kind === "user" ? caller.id : null;

/** @throws Problem unauthorized without a caller. */
export function requireCaller(caller: Caller | null): Caller {
  if (!caller) throw new Problem("unauthorized", "request must carry a session cookie or an API key");
  return caller;
}

/** In the details of a problem, so that the dashboard asks for the password and tries again. */
export const CONFIRM_REASON = "password_confirmation";

/**
 * For changes that cannot be undone or that outlive a session: a stolen session must not be enough. An API key has no
 * password; its scope decides.
 * @throws Problem forbidden for a user whose password was last checked over an hour ago.
 */
export function requireFresh(caller: Caller | null, now: number): void {
  const known = requireCaller(caller);
  if (known.kind === "user" && now - (known.confirmed_at ?? 0) >= FRESH_MS)
    throw new Problem("forbidden", "session must be confirmed with the password first: POST /api/v1/account/confirm", {
      reason: CONFIRM_REASON,
    });
}

/**
 * The property, if the caller has the scope. A property of another organization looks like one that does not exist.
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
