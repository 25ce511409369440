// Selects the caller's organization for routes without a property.
import { type Caller, requireCaller, type Scope } from "../domain/properties/caller";
import { Problem } from "../domain/requests/problem";

/** The organizations in which the caller has the scope, in the order in which they joined. */
export function organizationsFor(caller: Caller, scope: Scope): string[] {
  return Object.keys(caller.scopes).filter((id) => caller.scopes[id]?.includes(scope));
}

/** @throws Problem forbidden when the caller is a key of one property. */
export function requireWholeOrganization(caller: Caller | null): Caller {
  const known = requireCaller(caller);
  if (known.site_id !== null) throw new Problem("forbidden", "API key is limited to one property");
  return known;
}

/**
 * The organization that the caller named, or the first in which they have the scope.
 * @throws Problem unauthorized, forbidden, or not_found when the caller does not belong to the organization.
 */
export function requireOrganization(caller: Caller | null, named: string | undefined, scope: Scope): string {
  const known = requireWholeOrganization(caller);
  if (named !== undefined && !Object.hasOwn(known.scopes, named))
    throw new Problem("not_found", "organization does not exist");
  const allowed = organizationsFor(known, scope);
  const chosen = named === undefined ? allowed[0] : allowed.find((id) => id === named);
  if (chosen === undefined)
    throw new Problem("forbidden", `${known.kind === "key" ? "API key" : "member"} lacks the scope ${scope}`);
  return chosen;
}
