// The reasons for not counting an event, as a table. A new reason is one line here and one in domain/requests/refusal.ts.
import type { Sighting } from "../domain/events/event";
import { EVENT_TYPES, MEASUREMENTS } from "../domain/events/measurement";
import { isExcludedPath, isKnownHost } from "../domain/events/path";
import type { Refusal } from "../domain/requests/refusal";
import { isSpamReferrer } from "../domain/sources/source";
import { isExcluded } from "../domain/visitors/address";
import { isBot, isPrefetch } from "../domain/visitors/bot";
import { isFromElsewhere } from "./sender";
import { hostStreamFor, type Site, takesFromPages } from "./site";
import type { Visitor } from "./visitor";

export interface Question {
  arrival: Sighting;
  site: Site;
  /** The referrer as it was sent: a spammer's host need not be the visit's source. */
  referrer: string | null;
  /** The browser's headers; null if a server sends the event for a visitor. */
  headers: Headers | null;
  /** The agent to judge; undefined when a server names none. */
  agent: string | null | undefined;
}

/** True for a browser that asks not to be tracked, where the property respects that. */
const wantsNoTracking = (headers: Headers, { property }: Site): boolean =>
  property.privacy.honour_dnt && (headers.get("dnt") === "1" || headers.get("sec-gpc") === "1");

/** True for a browser whose events would be refused whatever they say. */
export const isUncounted = (headers: Headers, { address, agent }: Visitor, site: Site): boolean =>
  isBot(agent) || wantsNoTracking(headers, site) || isExcluded(address, site.property.privacy.excluded_addresses);

const RULES: [Refusal, (question: Question) => boolean][] = [
  ["prefetch", ({ headers }) => headers !== null && isPrefetch((name) => headers.get(name))],
  ["bot", ({ agent }) => agent !== undefined && isBot(agent)],
  ["do_not_track", ({ headers, site }) => headers !== null && wantsNoTracking(headers, site)],
  ["excluded_address", ({ arrival, site }) => isExcluded(arrival.address, site.property.privacy.excluded_addresses)],
  // A server with a key may send events of an app, which has no host.
  [
    "unknown_host",
    ({ arrival, site, headers }) =>
      headers !== null && (!isKnownHost(arrival.hostname, site) || isFromElsewhere(headers, site)),
  ],
  [
    "excluded_path",
    ({ arrival: { page }, site: { property } }) =>
      page !== null && isExcludedPath(page, property.privacy.excluded_paths, property.pages),
  ],
  ["spam_referrer", ({ referrer }) => isSpamReferrer(referrer)],
  // The rule was deleted or never existed. A disabled rule still counts: a page uses the rules it had when it opened.
  ["not_measured", ({ arrival, site }) => arrival.rule !== null && !site.ruleIds.has(arrival.rule)],
  [
    "not_measured",
    ({ arrival, site }) => {
      const { measurement } = EVENT_TYPES[arrival.event_type];
      // A caller with a key may deliberately send events that otherwise only a chunk of the tracker sends.
      if (measurement === null || (arrival.anonymous !== 1 && MEASUREMENTS[measurement].chunk)) return false;
      return hostStreamFor(site, arrival.hostname)?.stream.measurements[measurement] === false;
    },
  ],
  [
    "not_measured",
    ({ arrival, site }) =>
      arrival.event_type === "identify" &&
      arrival.anonymous === 1 &&
      !takesFromPages(site, arrival.hostname, "identify"),
  ],
];

/** The first reason not to count an event, null when there is none. */
export function refusalOf(question: Question): Refusal | null {
  return RULES.find(([, applies]) => applies(question))?.[0] ?? null;
}
