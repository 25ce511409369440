// Noticing that whoever started this process is gone.

const LOOK_EVERY_MS = 1_000;

/** Calls once when the parent has ended, in whatever way; does not keep the process alive. */
export function onOrphaned(work: () => void): void {
  const startedBy = process.ppid;
  const timer = setInterval(() => {
    // Orphans are given to another parent.
    if (process.ppid === startedBy) return;
    clearInterval(timer);
    work();
  }, LOOK_EVERY_MS);
  timer.unref();
}
