// The source of a visit: tags in the page's URL, click ids, referrer; and the channel derived from these.
import type { VisitFacts } from "../events/event";
import { isKnownHost, toNormalPath, withoutWww } from "../events/path";
import { toCleanText } from "../requests/text";
import { CLICK_IDS, type ClickId } from "./additions";
import { channelOf } from "./channel";
import { type NamedSource, sourceForHost, sourceForTag } from "./names";
import { SPAM_REFERRERS } from "./spam-hosts";

export type SourceFacts = Pick<
  VisitFacts,
  "source" | "referrer" | "channel" | "utm_source" | "utm_medium" | "utm_campaign" | "utm_term" | "utm_content"
>;

export interface SourceQuestion {
  /** URL of the page, with its query. */
  url: URL;
  /** `document.referrer`; also `android-app://…`, or a bare host and path. */
  referrer: string | null;
  /** Hosts of the property's data streams. Links from these are internal. */
  siteHosts: readonly string[];
}

const MAX_TAG = 255;
const MAX_REFERRER = 1000;
/** The limit in DNS; a URL may have a longer host. */
const MAX_HOST = 253;
const WEB = new Set(["http:", "https:"]);
const APPS = new Set(["android-app:", "ios-app:"]);

interface Referrer {
  host: string;
  path: string;
}

function toReferrer(text: string | null): Referrer | null {
  if (!text) return null;
  const address = /^[\w-]+(?:\.[\w-]+)+(?:\/|$)/.test(text) ? `https://${text}` : text;
  if (!URL.canParse(address)) return null;
  const { protocol, hostname, pathname } = new URL(address);
  if (!WEB.has(protocol) && !APPS.has(protocol)) return null;
  const host = withoutWww(hostname.toLowerCase().replace(/\.$/, ""));
  return host && host.length <= MAX_HOST ? { host, path: toNormalPath(pathname).replace(/\/+$/, "") } : null;
}

/** Saves twenty parameter look-ups for the many URLs without a query. */
const NO_TAGS = { get: () => null, has: () => false };

function clickIdIn(params: { has(name: string): boolean }): ClickId | undefined {
  return params === NO_TAGS ? undefined : CLICK_IDS.find(({ parameter }) => params.has(parameter));
}

/**
 * Source: the first of `utm_source`, `source`, `ref`; a referrer with a known name; a click id; the referrer's host. A
 * known source has one name, whichever way it was reached (`fb`, l.facebook.com → Facebook); `utm_source` stays as
 * given. `referrer` is `host/path` without `www.`, query and trailing slash. All null for direct and internal visits,
 * whose channel is Direct. Never throws.
 */
export function sourceOf({ url, referrer, siteHosts }: SourceQuestion): SourceFacts {
  const params = url.search.length > 1 ? url.searchParams : NO_TAGS;
  const tag = (name: string): string | null => toCleanText(params.get(name), MAX_TAG);

  const from = toReferrer(referrer);
  const external =
    from && !isKnownHost(from.host, { hosts: [...siteHosts, url.hostname], subdomains: true }) ? from : null;
  const utmSource = tag("utm_source");
  const utmMedium = tag("utm_medium");
  const utmCampaign = tag("utm_campaign");
  const tagged = utmSource ?? tag("source") ?? tag("ref");
  const clickId = clickIdIn(params);

  const named: NamedSource | null = tagged
    ? sourceForTag(tagged)
    : ((external && sourceForHost(external.host, external.path)) ?? (clickId ? sourceForTag(clickId.source) : null));
  const source = named?.name ?? (tagged === "(direct)" ? null : tagged) ?? external?.host ?? null;

  return {
    source,
    referrer: external ? (external.host + external.path).slice(0, MAX_REFERRER) : null,
    channel: channelOf({
      source: (tagged ?? source ?? "").toLowerCase(),
      kind: named?.kind ?? null,
      medium: (utmMedium ?? clickId?.medium ?? "").toLowerCase(),
      campaign: (utmCampaign ?? "").toLowerCase(),
    }),
    utm_source: utmSource,
    utm_medium: utmMedium,
    utm_campaign: utmCampaign,
    utm_term: tag("utm_term"),
    utm_content: tag("utm_content"),
  };
}

let spam: Set<string> | undefined;

/** True if the referrer's host, or a parent domain, is on the list of referrer spam hosts. */
export function isSpamReferrer(referrer: string | null): boolean {
  const from = toReferrer(referrer);
  if (!from) return false;
  spam ??= new Set(SPAM_REFERRERS.split(/\s+/));
  for (let host = from.host; host; host = host.includes(".") ? host.slice(host.indexOf(".") + 1) : "") {
    if (spam.has(host)) return true;
  }
  return false;
}
