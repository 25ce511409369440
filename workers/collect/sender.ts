// The page that a browser says it sends from. Browsers set both headers themselves, so an event that names a page of the
// property but comes from another site's page is forged: an image on a busy page could make thousands of visitors.
import { isKnownHost, type OwnHosts } from "../domain/events/path";

/** The host in an Origin or Referer; "" where it is an address of another kind, such as `file:` or an app's own. */
const hostIn = (address: string): string => /^https?:\/\/(\[[^\]]*\]|[^/?#:]*)/i.exec(address)?.[1] ?? "";

/**
 * True if the request says that it comes from a page whose host is none of these. Nothing follows from a request that does
 * not say it: a page may keep it to itself, and then `sendBeacon` sends the Origin `null`.
 */
export function isFromElsewhere(headers: Headers, own: OwnHosts): boolean {
  const origin = headers.get("origin");
  const sender = origin === null || origin === "null" ? headers.get("referer") : origin;
  if (sender === null || sender === "") return false;
  return !isKnownHost(hostIn(sender).replace(/\.$/, ""), own);
}

/** The same for what pages ask by `fetch`, which keeps the Origin back only in a sandbox. */
export const isFetchedElsewhere = (headers: Headers, own: OwnHosts): boolean =>
  headers.get("origin") === "null" || isFromElsewhere(headers, own);
