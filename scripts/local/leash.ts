// Preloaded into every child of the local system: ends it when its parent is gone, however the parent ended. Servers
// that nobody can stop any more would hold the ports.

const startedBy = process.ppid;
const LOOK_EVERY_MS = 1_000;

setInterval(() => {
  // Orphans are given to another parent.
  if (process.ppid !== startedBy) process.exit(1);
}, LOOK_EVERY_MS).unref();
