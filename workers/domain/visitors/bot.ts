// Detects requests that are not a person viewing a page: crawlers, programs, and browsers that prefetch.
import { isbot } from "isbot";
import { remembered } from "./remember";

const MAX_AGENT = 1000;
const isbotRemembered = remembered(isbot, 2000);

/** True for crawlers, libraries, monitors, headless browsers, and an empty user agent. */
export function isBot(userAgent: string | null): boolean {
  return !userAgent?.trim() || isbotRemembered(userAgent.slice(0, MAX_AGENT));
}

/** Browsers use different names: the standard, its drafts (Chrome, Safari), and Firefox before 2022. */
const PURPOSE_HEADERS = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];

/**
 * True if the browser prefetches or prerenders the page and nobody sees it yet. `header` returns a request's header by
 * name, or null: `(name) => request.headers.get(name)`.
 */
export function isPrefetch(header: (name: string) => string | null | undefined): boolean {
  return PURPOSE_HEADERS.some((name) => /\b(?:prefetch|prerender|preview)\b/i.test(header(name) ?? ""));
}
