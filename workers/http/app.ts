// What every route of the Worker can count on: the bindings, and who is calling.
import type { Caller } from "../domain/properties/caller";

export interface AppEnv {
  Bindings: Cloudflare.Env;
  Variables: { caller: Caller | null; requestId: string };
}
