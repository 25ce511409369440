// The leash's thread: ends the process when its parent is gone.
import { workerData } from "node:worker_threads";
import { onOrphaned } from "./orphan.ts";

/**
 * Ends this process and everything it has started, by a signal that nobody can handle: wrangler tidies its folders when
 * it exits, and does not come to an end where these are gone.
 */
function endGroup(): void {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    // It leads no group: a build, or any process on Windows.
    process.kill(process.pid, "SIGKILL");
  }
}

onOrphaned(endGroup, workerData as number);
