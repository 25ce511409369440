// The interface of providers: sources of facts about addresses.
import type { Reading } from "../../domain/networks/provider-reply";

/** The prefix of what was found is in canonical form and holds the address (domain/visitors/prefix.ts). */
export type Answer =
  | Exclude<Reading, { kind: "lie" }>
  /** The provider will never answer for this address. */
  | { kind: "refused"; reason: string }
  /** The call failed, or the reply was wrong. `wait` is the pause (ms) that the provider asked for. */
  | { kind: "failed"; reason: string; wait: number | null }
  /** The provider refuses every call, for example because the key is wrong. */
  | { kind: "closed"; reason: string };

export interface Provider {
  /** The name under which answers are stored, counted and recorded. */
  name: string;
  /** Throws only for bugs of ours. A failed call is an answer too. */
  lookUp(ip: string, signal: AbortSignal): Promise<Answer>;
}

/** A provider that is called over the network: slow, and with a daily budget. */
export interface RemoteProvider extends Provider {
  /** Calls per UTC day. */
  budget: number;
}
