// Pages that do not exist: the server said 404, or the page itself says so.
import type { Kit } from "../kit.ts";

/** Chrome 109, Firefox 116; older browsers do not tell the page the status it was sent with. */
type Navigation = PerformanceNavigationTiming & { responseStatus?: number };

/** Told once per load: a route of a single-page site has no status. */
export default (kit: Kit): void => {
  const [navigation] = performance.getEntriesByType("navigation") as Navigation[];
  if (navigation?.responseStatus === 404 || document.querySelector("[data-tk-not-found]"))
    // Without the query, which may hold what nobody should read.
    kit.record("not_found", { p: { referrer: document.referrer.split("?")[0] || undefined } });
};
