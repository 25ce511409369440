// The context of every route: the bindings and the caller.
import type { Caller } from "../domain/properties/caller";

export interface AppEnv {
  Bindings: Cloudflare.Env;
  Variables: { caller: Caller | null; requestId: string };
}
