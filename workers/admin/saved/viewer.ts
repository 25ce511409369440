// Whose personal segments and annotations a request may see and write. An API key belongs to no account, so it has none.
import { accountOf, type Caller, requireProperty, type Scope } from "../../domain/properties/caller";
import type { Property } from "../../domain/properties/property";
import { Problem } from "../../domain/requests/problem";
import type { Viewer } from "../../storage/saved/visible";

export const viewerOf: (caller: Caller | null) => Viewer = accountOf;

/** What a request to write needs at least: an account may write what is its own. */
export const leastScope = (caller: Caller | null): Scope => (viewerOf(caller) === null ? "manage" : "stats");

/**
 * Without the scope `manage` an account writes nothing but its personal things.
 * @param shared of what is there and of what it becomes; undefined where the caller sees nothing.
 * @throws Problem forbidden.
 */
export function requireWritable(
  caller: Caller | null,
  property: Property,
  ...shared: readonly (boolean | undefined)[]
): void {
  const isPersonal = viewerOf(caller) !== null && shared.every((one) => one === false);
  requireProperty(caller, property, isPersonal ? "stats" : "manage");
}

/** @throws Problem invalid when an API key would make something personal. */
export function requireShareable(viewer: Viewer, shared: boolean | undefined): void {
  if (viewer !== null || shared !== false) return;
  const message = "shared must be true with an API key, because a key belongs to no account";
  throw new Problem("invalid", message, [{ path: "shared", message }]);
}

/** The answer to whoever would take from the others what another account shares with them. */
export const mustStayShared = (what: "segment" | "annotation"): Problem =>
  new Problem("forbidden", `${what} must stay shared unless the account that created it makes it personal`);
