// Whose personal segments and annotations a request may see. An API key belongs to no account, so it has none.
import { accountOf, type Caller } from "../../domain/properties/caller";
import { Problem } from "../../domain/requests/problem";
import type { Viewer } from "../../storage/saved/visible";

export const viewerOf: (caller: Caller | null) => Viewer = accountOf;

/** @throws Problem invalid when an API key would make something personal. */
export function requireShareable(viewer: Viewer, shared: boolean | undefined): void {
  if (viewer !== null || shared !== false) return;
  const message = "shared must be true with an API key, because a key belongs to no account";
  throw new Problem("invalid", message, [{ path: "shared", message }]);
}

/** The answer to whoever would take from the others what another account shares with them. */
export const mustStayShared = (what: "segment" | "annotation"): Problem =>
  new Problem("forbidden", `${what} must stay shared unless the account that created it makes it personal`);
