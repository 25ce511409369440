// The seam behind which whoever knows about addresses stands.
import type { Reading } from "../../domain/networks/provider-reply";

/** The prefix of what was found is in canonical form and holds the address (domain/visitors/prefix.ts). */
export type Answer =
  | Exclude<Reading, { kind: "lie" }>
  /** It will not say, however often it is asked. */
  | { kind: "refused"; reason: string }
  /** It could not say, or lied; `wait` is how many ms it wants to be left alone. */
  | { kind: "failed"; reason: string; wait: number | null }
  /** It will not say anything to us at all: the key is wrong, say. */
  | { kind: "closed"; reason: string };

export interface Provider {
  /** Under which name its answers are kept, counted and recorded. */
  name: string;
  /** Throws nothing but mistakes of ours: that it failed is an answer too. */
  lookUp(ip: string, signal: AbortSignal): Promise<Answer>;
}

/** One that is asked over the network: slowly, so many times a day. */
export interface RemoteProvider extends Provider {
  /** Calls a UTC day. */
  budget: number;
}
