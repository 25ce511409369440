// Google's library, which the chunk of web vitals loads, and an event for each of its metrics.
import { type Metric, onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";
import type { Kit } from "../kit.ts";

export default (kit: Kit): void => {
  const told = new Set<string>();
  /** A page restored from the back/forward cache is measured again, perhaps with another address than at its load. */
  let page: string | undefined;
  kit.on<PageTransitionEvent>("pageshow", (event) => {
    if (event.persisted) page = location.href;
  });

  const tell = kit.safely(({ name, value, rating, navigationURL }: Metric) => {
    const digits = name === "CLS" ? 1e4 : 1;
    kit.record("web_vital", {
      // The address of the load: later routes of a single-page site did not cause the value.
      u: (page || navigationURL || location.href).slice(0, 2000),
      p: { metric: name, value: Math.round(value * digits) / digits, rating },
    });
  });
  onTTFB(tell);
  onFCP(tell);

  // These grow while the page is visible, also after it was hidden and shown again. Sent values are added up, so each is
  // sent once: with its value when the page is first hidden.
  const growing = new Map<string, Metric>();
  const follow = (metric: Metric): void => {
    if (!told.has(metric.id)) growing.set(metric.id, metric);
  };
  // Report all changes, because the library holds the last interactions back until the page is idle. If the page is
  // hidden before that, they are too late for the library's last report.
  for (const grow of [onLCP, onCLS, onINP]) grow(follow, { reportAllChanges: true });

  // In the bubbling phase, the library and the core have handled the event already.
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
