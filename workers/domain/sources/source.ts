// Where a visit came from: tags of the page's address, click ids, referrer; and from these the channel.
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
  /** Address of the page, with its query. */
  url: URL;
  /** `document.referrer`; also `android-app://…`, or a bare host and path. */
  referrer: string | null;
  /** Hosts of the property's data streams: links from these are internal. */
  siteHosts: readonly string[];
}

const MAX_TAG = 255;
const MAX_REFERRER = 1000;
/** As DNS has it; a URL may hold more. */
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

/** Spares the many addresses without a query the look-up of twenty parameters. */
const NO_TAGS = { get: () => null, has: () => false };

function clickIdIn(params: { has(name: string): boolean }): ClickId | undefined {
  return params === NO_TAGS ? undefined : CLICK_IDS.find(({ parameter }) => params.has(parameter));
}

/**
 * Source: the first of `utm_source`, `source`, `ref`; a referrer that we know by name; a click id; the referrer's host.
 * A known source has one name however it was reached (`fb`, l.facebook.com → Facebook); `utm_source` stays as given.
 * `referrer` is `host/path` without `www.`, query and closing slash. All null for direct and internal visits, whose
 * channel is Direct. Never throws.
 */
export function sourceOf({ url, referrer, siteHosts }: SourceQuestion): SourceFacts {
  const params = url.search.length > 1 ? url.searchParams : NO_TAGS;
  const tag = (name: string): string | null => toCleanText(params.get(name), MAX_TAG);

  const from = toReferrer(referrer);
  const external = from && !isKnownHost(from.host, [...siteHosts, url.hostname]) ? from : null;
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

/** True when the referrer's host, or a domain above it, is on the list of hosts that spam referrers. */
export function isSpamReferrer(referrer: string | null): boolean {
  const from = toReferrer(referrer);
  if (!from) return false;
  spam ??= new Set(SPAM_REFERRERS.split(/\s+/));
  for (let host = from.host; host; host = host.includes(".") ? host.slice(host.indexOf(".") + 1) : "") {
    if (spam.has(host)) return true;
  }
  return false;
}
