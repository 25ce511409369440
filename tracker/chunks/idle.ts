// Idle time: a minute and more in which the page was in sight and nobody touched it.
import type { Kit } from "../kit.ts";

const LEAST_MS = 60_000;

export default (kit: Kit): void => {
  /** When idleness began, if it did; never, while the page is out of sight. */
  let since: number;
  /** Input, or the page ends, goes out of sight or comes back: what went by is over. No timer is needed to know it. */
  const end = (): void => {
    const now = performance.now();
    const idle = now - since;
    since = document.hidden ? Infinity : now;
    if (idle >= LEAST_MS) kit.record("idle", { p: { seconds: Math.round(idle / 1000) } });
  };
  for (const type of ["pointermove", "pointerdown", "keydown", "input", "scroll", "visibilitychange"])
    kit.on(type, end);
  kit.onLeave(end);
  end();
};
