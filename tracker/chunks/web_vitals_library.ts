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

  const tell = kit.safely(({ name, value, rating, navigationURL }: Metric) => {
    const digits = name === "CLS" ? 1e4 : 1;
    kit.record("web_vital", {
      // The address that was loaded: routes that a single-page site shows later did not cause it.
      u: (page || navigationURL || location.href).slice(0, 2000),
      p: { metric: name, value: Math.round(value * digits) / digits, rating },
    });
  });
  onTTFB(tell);
  onFCP(tell);

  // These grow while the page is in sight, also after it was hidden and shown again. What is sent is added up, so each
  // counts once: with the value that it has when the page first goes out of sight.
  const growing = new Map<string, Metric>();
  const follow = (metric: Metric): void => {
    if (!told.has(metric.id)) growing.set(metric.id, metric);
  };
  // All changes, because the library keeps the last interactions back until the page rests; when it is hidden before
  // that, it reads them too late for its own last report.
  for (const grow of [onLCP, onCLS, onINP]) grow(follow, { reportAllChanges: true });

  // In the bubbling phase the library has heard of it; and the core, which has sent its own.
  const end = kit.safely(() => {
    if (!document.hidden) return;
    for (const [id, metric] of growing) {
      told.add(id);
      tell(metric);
    }
    growing.clear();
    kit.flush();
  });
  addEventListener("visibilitychange", end);
};
