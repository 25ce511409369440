// Idle time: one minute or longer without input on a visible page.
import type { Kit } from "../kit.ts";

const LEAST_MS = 60_000;

export default (kit: Kit): void => {
  /** The start of the idle time, if any; never while the page is hidden. */
  let since: number;
  /** Ends the idle time: on input, or when the page ends, is hidden or is shown. So no timer is needed. */
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
