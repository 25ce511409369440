// The context of every route: the bindings, the caller, and what the request is about.
import type { Caller } from "../domain/properties/caller";

/** The organization and the property that a request is about. */
export interface Subject {
  organization_id: string;
  site_id: string | null;
}

export interface AppEnv {
  Bindings: Cloudflare.Env;
  Variables: { caller: Caller | null; requestId: string; subject?: Subject };
}
