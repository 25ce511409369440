// Closes the live sockets of sessions and keys that have ended.
import { describeError } from "../../domain/requests/describe-error";
import { closeLive } from "../../http/live-sockets";
import type { AccountEnv } from "../sign-in/warning";

/** The sessions and keys are gone already. A hub that does not answer closes the socket within the hour. */
export async function endLive({ DB, HUB }: AccountEnv, holders: readonly string[]): Promise<void> {
  if (!HUB) return;
  try {
    await closeLive({ DB, HUB }, holders);
  } catch (error) {
    console.error("live sockets of an account could not be closed", describeError(error));
  }
}
