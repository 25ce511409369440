// Beacons and incoming events turned into arrivals: typed, cleaned, enriched, ready for the hub.
import type { Envelope, Hit } from "../domain/events/beacon";
import type { Arrival, PropValue } from "../domain/events/event";
import { EVENT_TYPES, type EventType, toEventType } from "../domain/events/measurement";
import { hostOf, pageOf } from "../domain/events/path";
import { parseInput } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { toCleanText } from "../domain/requests/text";
import { sourceOf } from "../domain/sources/source";
import { canonicalAddress } from "../domain/visitors/address";
import { deviceOf, languageOf, screenOf } from "../domain/visitors/device";
import { type Incoming, propsSchema, timeOf } from "../domain/visits/incoming";
import { storedVisitorOf } from "./identity";
import { hostStreamFor, type Site } from "./site";
import { type EdgeLocation, networkFacts, type Visitor } from "./visitor";

const MAX_TITLE = 300;
const LONGEST_NAME = 120;
/** How long a browser may hold a hit back (a tab that slept); older ones are dated so (ms). */
const MAX_AGO = 86_400_000;
/** Nobody looks at a page for longer than a day (ms). */
const MAX_ENGAGED = 86_400_000;
/** Tolerance (ms) for clocks that run ahead. */
const MAX_AHEAD = 5 * 60_000;
const MAX_AGE = 72 * 3_600_000;
/** Older than every web server's log. */
const OLDEST_IMPORT = Date.UTC(1995, 0, 1);

const RULE_EVENTS: ReadonlySet<EventType> = new Set<EventType>(["rule", "rule_view", "rule_seen"]);

/** The fields of an event that beacons and the API have in common. */
interface Draft {
  given: string;
  event_id: string;
  event_time: number;
  url: URL | null;
  /** The page, if there is no url or if it differs from the url. */
  page: string | null;
  hostname: string | null;
  title: string | undefined;
  referrer: string | null;
  props: Record<string, PropValue> | null;
  href: string | null;
  rule: string | undefined;
  language: string | null;
  screen: string | null;
  engaged_ms: number | null;
  scroll_depth: number | null;
  scroll_before: number | null;
  view_id: string | null;
  interactive: boolean | undefined;
}

const rounded = (value: number | null | undefined): number | null => (value == null ? null : Math.round(value));
const percent = (value: number | null | undefined): number | null =>
  rounded(value == null ? null : Math.min(value, 100));

function toUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || hostOf(url) === null) throw new Problem("invalid", "url must be an http or https address");
  return url;
}

/** The rule of a rule event; other events have none. @throws Problem invalid when a rule event names no rule. */
function ruleOf(type: EventType, rule: string | undefined): string | null {
  if (!RULE_EVENTS.has(type)) return null;
  if (rule === undefined) throw new Problem("invalid", `${type} event must name its rule`);
  return rule;
}

function toArrival(draft: Draft, visitor: Visitor, site: Site, now: number): Arrival {
  const { event_type, name } = toEventType(draft.given);
  const stream = hostStreamFor(site, draft.hostname)?.stream;
  const scroll = event_type === "engagement" && stream?.measurements.scroll !== false;
  return {
    event_id: draft.event_id,
    event_type,
    name,
    event_time: draft.event_time,
    received_at: now,
    hostname: draft.hostname,
    page: draft.page,
    title: toCleanText(draft.title, MAX_TITLE),
    button_id: null,
    selector: null,
    rule: ruleOf(event_type, draft.rule),
    href: draft.href,
    props: draft.props,
    revenue_amount: null,
    revenue_currency: null,
    user_id: null,
    session_id: null,
    engaged_ms: event_type === "engagement" ? draft.engaged_ms : null,
    scroll_depth: scroll ? draft.scroll_depth : null,
    scroll_before: scroll ? draft.scroll_before : null,
    view_id: draft.view_id,
    interactive: (draft.interactive ?? EVENT_TYPES[event_type].interactive) ? 1 : 0,
    ...sourceOf({
      url: draft.url ?? new URL(`https://${site.hosts[0] ?? "site.invalid"}`),
      referrer: draft.referrer,
      siteHosts: site.hosts,
    }),
    ...deviceOf(visitor.agent),
    screen: screenOf(draft.screen),
    language: languageOf(draft.language),
    ...visitor.location,
    address: visitor.address,
    agent: visitor.agent,
    first_visit: stream?.measurements.first_visit ?? false,
  };
}

/** The arrival of one hit of a tracker's beacon. @throws Problem invalid. */
export function arrivalOfHit(hit: Hit, beacon: Envelope, visitor: Visitor, site: Site, now: number): Arrival {
  const url = toUrl(hit.u);
  const draft: Draft = {
    given: toCleanText(hit.n, LONGEST_NAME) ?? "",
    event_id: hit.i,
    event_time: now - Math.min(Math.round(hit.a ?? 0), MAX_AGO),
    url,
    page: pageOf(url, Boolean(beacon.f)),
    hostname: hostOf(url),
    title: hit.t,
    referrer: beacon.r ?? null,
    props: parseInput(propsSchema, hit.p),
    href: toCleanText(hit.h, 2000),
    rule: hit.k,
    language: beacon.l ?? null,
    screen: beacon.w ?? null,
    engaged_ms: rounded(hit.e && Math.min(hit.e, MAX_ENGAGED)),
    scroll_depth: percent(hit.d),
    scroll_before: percent(hit.b),
    view_id: hit.v ?? null,
    interactive: hit.y === undefined ? undefined : hit.y === 1,
  };
  const stored = storedVisitorOf(beacon, site.property);
  return {
    ...toArrival(draft, visitor, site, now),
    selector: toCleanText(hit.q, 1000),
    user_id: beacon.c ?? null,
    by_page: true,
    ...(stored && { stored }),
  };
}

/** The time of an incoming event. @throws Problem invalid for impossible times. */
function timeOfIncoming(incoming: Incoming, now: number, isImport: boolean): number {
  if (incoming.event_time === undefined) {
    if (isImport) throw new Problem("invalid", "event_time must be given in an import");
    return now;
  }
  const time = timeOf(incoming.event_time);
  if (time > now + MAX_AHEAD) throw new Problem("invalid", "event_time must not be in the future");
  if (isImport && time < OLDEST_IMPORT) throw new Problem("invalid", "event_time must be after 1995");
  if (!isImport && time < now - MAX_AGE)
    throw new Problem("invalid", "event_time must be at most 72 hours old; import older events");
  return Math.min(time, now);
}

/**
 * Whom an incoming event with a key is about: the address and agent that it names; failing those its session; failing
 * that the caller itself. Where a caller's server stands says nothing about the visitor.
 */
function visitorOfIncoming(incoming: Incoming, caller: Visitor): Visitor {
  const location: EdgeLocation = {
    country: incoming.country?.toUpperCase() ?? null,
    region: toCleanText(incoming.region, 100),
    city: toCleanText(incoming.city, 100),
    ...networkFacts(incoming.asn ?? null, toCleanText(incoming.network, 200)),
  };
  if (incoming.ip !== undefined || incoming.user_agent !== undefined)
    return { address: canonicalAddress(incoming.ip ?? null), agent: incoming.user_agent ?? null, location };
  if (incoming.session_id !== undefined) return { address: null, agent: `session ${incoming.session_id}`, location };
  return { address: caller.address, agent: caller.agent, location };
}

export interface IncomingContext {
  site: Site;
  caller: Visitor;
  /** The host of the calling page; null for a server. */
  host: string | null;
  /** True for a request with a key that has the scope `ingest`. */
  keyed: boolean;
  isImport: boolean;
  now: number;
  /** The id for an event without one. */
  newId: () => string;
}

/** The arrival of an incoming event. @throws Problem invalid. */
export function arrivalOfIncoming(incoming: Incoming, context: IncomingContext): Arrival {
  const { site, caller, keyed, now } = context;
  const url = incoming.url === undefined || incoming.url === "" ? null : toUrl(incoming.url);
  const visitor = keyed ? visitorOfIncoming(incoming, caller) : caller;
  const draft: Draft = {
    given: incoming.event_type,
    event_id: incoming.event_id ?? context.newId(),
    event_time: timeOfIncoming(incoming, now, context.isImport),
    url,
    page: incoming.page_path ?? (url && pageOf(url, false)),
    hostname: incoming.hostname?.toLowerCase() || (url && hostOf(url)) || context.host,
    title: incoming.title,
    referrer: incoming.referrer ?? null,
    props: incoming.props ?? null,
    href: incoming.href ?? null,
    rule: incoming.rule_id,
    language: incoming.language ?? null,
    screen: incoming.screen ?? null,
    engaged_ms: rounded(incoming.engaged_ms),
    scroll_depth: rounded(incoming.scroll_depth),
    scroll_before: rounded(incoming.scroll_before),
    view_id: incoming.view_id ?? null,
    interactive: incoming.interactive,
  };
  return {
    ...toArrival(draft, visitor, site, now),
    // The agent of a server is not a device.
    ...(keyed && incoming.user_agent === undefined ? deviceOf(null) : {}),
    button_id: incoming.button_id ?? null,
    selector: incoming.selector ?? null,
    user_id: incoming.user_id ?? null,
    session_id: incoming.session_id ?? null,
    revenue_amount: incoming.revenue?.amount ?? null,
    revenue_currency: incoming.revenue?.currency ?? null,
  };
}
