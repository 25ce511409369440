// Preloaded into every child of the local system: servers that nobody can stop any more would hold the ports.
import { isMainThread, Worker } from "node:worker_threads";

const startedBy = Number(process.env.TRACKKIT_STARTED_BY) || process.ppid;
// A fork of this process would load the leash, too, and its parent is this process.
delete process.env.TRACKKIT_STARTED_BY;

// In a thread of its own: where the state folder is gone, wrangler's first thread may be blocked for good.
if (isMainThread)
  new Worker(new URL("./leash-thread.ts", import.meta.url), {
    workerData: startedBy,
    execArgv: ["--no-warnings"],
  }).unref();
