// Who is not a person looking at a page: crawlers and programs, and browsers that fetch ahead.
import { isbot } from "isbot";
import { remembered } from "./remember";

const MAX_AGENT = 1000;
const isbotRemembered = remembered(isbot, 2000);

/** True for crawlers, libraries, monitors, headless browsers, and whoever does not say what it is. */
export function isBot(userAgent: string | null): boolean {
  return !userAgent?.trim() || isbotRemembered(userAgent.slice(0, MAX_AGENT));
}

/** Browsers name it differently: the standard, its drafts (Chrome, Safari), and Firefox before 2022. */
const PURPOSE_HEADERS = ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"];

/**
 * True when the browser fetches or renders the page ahead and nobody sees it yet. `header` gives a request's header by
 * name, null when absent: `(name) => request.headers.get(name)`.
 */
export function isPrefetch(header: (name: string) => string | null | undefined): boolean {
  return PURPOSE_HEADERS.some((name) => /\b(?:prefetch|prerender|preview)\b/i.test(header(name) ?? ""));
}
