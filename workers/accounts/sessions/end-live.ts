// Closes the live sockets of sessions that have ended.
import { closeLive } from "../../http/live-sockets";
import { sessionHolder } from "../../storage/accounts/live-holders";
import type { AccountEnv } from "../sign-in/warning";

/** The session is gone already. A hub that does not answer closes the socket within the hour. */
export async function endLive({ DB, HUB }: AccountEnv, ...ids: string[]): Promise<void> {
  if (!HUB) return;
  try {
    await closeLive({ DB, HUB }, ids.map(sessionHolder));
  } catch (error) {
    console.error("live sockets of a session could not be closed", error);
  }
}
