// Scroll steps: 25, 50, 75, 90 and 100% of the page were visible, each once per page view.
import type { Kit } from "../kit.ts";

const STEPS = [25, 50, 75, 90, 100];
/** Interval of measuring the height of the page, which costs a layout while the page is loading. */
const LOOK_MS = 200;

export default (kit: Kit): void => {
  let steps: number[];
  let seen: number;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const tell = kit.safely(() => {
    clearTimeout(timer);
    timer = undefined;
    const height = document.documentElement.scrollHeight;
    // One pixel of tolerance, because zoomed pages scroll by fractions.
    while (steps[0] && (Math.max(seen, innerHeight) + 1) / height >= steps[0] / 100)
      kit.record("scroll", { p: { percent: steps.shift() } });
  });

  kit.onView(() => {
    steps = [...STEPS];
    seen = 0;
  });
  kit.on("scroll", () => {
    seen = Math.max(seen, scrollY + innerHeight);
    timer ||= setTimeout(tell, LOOK_MS);
  });
  // Report the first screen at the end, because the length of the page is unknown until then.
  kit.onLeave(tell);
};
