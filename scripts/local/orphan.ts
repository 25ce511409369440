// Noticing that whoever started this process is gone.

const LOOK_EVERY_MS = 1_000;

/**
 * Calls once when the parent has ended, in whatever way. Without the parent's id, a parent that ends before this call
 * goes unnoticed. Returns the timer, which keeps the process alive until it is unreferenced.
 */
export function onOrphaned(work: () => void, startedBy = process.ppid): NodeJS.Timeout {
  const timer = setInterval(() => {
    // Orphans are given to another parent.
    if (process.ppid === startedBy) return;
    clearInterval(timer);
    work();
  }, LOOK_EVERY_MS);
  return timer;
}
