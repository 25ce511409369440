// Pages not found: the server returned 404, or the page marks itself as such.
import type { Kit } from "../kit.ts";

/** Chrome 109, Firefox 116. Older browsers do not expose the status of the page. */
type Navigation = PerformanceNavigationTiming & { responseStatus?: number };

/** Once per load: a route of a single-page site has no status. */
export default (kit: Kit): void => {
  const [navigation] = performance.getEntriesByType("navigation") as Navigation[];
  if (navigation?.responseStatus === 404 || document.querySelector("[data-tk-not-found]"))
    // Without the query, which may contain private data.
    kit.record("not_found", { p: { referrer: document.referrer.split("?")[0] || undefined } });
};
