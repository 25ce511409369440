// What the chunk of web vitals loads: Google's library, and each of its numbers as an event.
import { type Metric, onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";
import type { Kit } from "../kit.ts";

export default (kit: Kit): void => {
  const told = new Set<string>();
  /** A page that comes back is measured again, and may have another address than it was loaded with. */
  let page: string | undefined;
  kit.on<PageTransitionEvent>("pageshow", (event) => {
    if (event.persisted) page = location.href;
  });

  const tell = kit.safely(({ id, name, value, rating, navigationURL }: Metric) => {
    // CLS and INP may grow after the page was hidden and shown again. What is sent is added up, so each counts once:
    // with the value that it had when the page first went out of sight.
    if (told.has(id)) return;
    told.add(id);
    const digits = name === "CLS" ? 1e4 : 1;
    kit.record("web_vital", {
      // The address that was loaded: routes that a single-page site shows later did not cause it.
      u: (page || navigationURL || location.href).slice(0, 2000),
      p: { metric: name, value: Math.round(value * digits) / digits, rating },
    });
  });
  for (const follow of [onTTFB, onFCP, onLCP, onCLS, onINP]) follow(tell);

  // The library tells its last when the page is hidden, after the core has sent its own; in the bubbling phase it has.
  addEventListener("visibilitychange", kit.safely(kit.flush));
};
