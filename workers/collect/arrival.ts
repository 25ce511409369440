// Beacons and incoming events turned into sightings: typed, cleaned, enriched. `deliver` makes arrivals of them.
import { type Envelope, type Hit, MAX_AGO } from "../domain/events/beacon";
import type { PropValue, Sighting } from "../domain/events/event";
import { EVENT_TYPES, type EventType, toEventType } from "../domain/events/measurement";
import { hostOf, pageOf, pageOfPath } from "../domain/events/path";
import type { Revenue } from "../domain/events/revenue";
import { parseInput } from "../domain/requests/input";
import { Problem } from "../domain/requests/problem";
import { toCleanText } from "../domain/requests/text";
import { sourceOf } from "../domain/sources/source";
import { canonicalAddress } from "../domain/visitors/address";
import { deviceOf, languageOf, screenOf } from "../domain/visitors/device";
import { MAX_AHEAD, timeAtMost } from "../domain/visits/imports/ids";
import { type Incoming, propsSchema, timeOf } from "../domain/visits/incoming";
import { storedVisitorOf } from "./identity";
import { hostStreamFor, type Site, takesFromPages } from "./site";
import type { VisitorKeys } from "./visit-token";
import { type EdgeLocation, networkFacts, type Visitor } from "./visitor";

const MAX_TITLE = 300;
const LONGEST_NAME = 120;
/** Nobody looks at a page for longer than a day (ms). */
const MAX_ENGAGED = 86_400_000;
const MAX_AGE = 72 * 3_600_000;
/** Older than every web server's log. */
const OLDEST_IMPORT = Date.UTC(1995, 0, 1);

const MAX_BUTTON = 200;
/** Events in which the prop `id` is the id of the element that was clicked. */
const BUTTON_EVENTS: ReadonlySet<EventType> = new Set<EventType>([
  "click",
  "rage_click",
  "dead_click",
  "rule",
  "outbound",
  "download",
  "form_submit",
]);

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
  button: string | undefined;
  revenue: Revenue | undefined;
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

/** The button that an event is about: the one that it names, else the element that was clicked. */
function buttonOf(type: EventType, { button, props }: Draft): string | null {
  if (button) return button;
  const id = BUTTON_EVENTS.has(type) ? props?.id : undefined;
  return id === undefined ? null : toCleanText(String(id), MAX_BUTTON);
}

function toSighting(draft: Draft, visitor: Visitor, site: Site, now: number): Sighting {
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
    button_id: buttonOf(event_type, draft),
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

const named = (
  { revenue }: Draft,
  userId: string | null | undefined,
): Pick<Sighting, "user_id" | "revenue_amount" | "revenue_currency"> => ({
  user_id: userId ?? null,
  revenue_amount: revenue?.amount ?? null,
  revenue_currency: revenue?.currency ?? null,
});

/** The same of a page, which may have made it up: what its data stream does not take is dropped, and the event counts. */
const fromPage = (site: Site, draft: Draft, userId: string | undefined): ReturnType<typeof named> =>
  named(
    takesFromPages(site, draft.hostname, "revenue") ? draft : { ...draft, revenue: undefined },
    takesFromPages(site, draft.hostname, "identify") ? userId : null,
  );

/** The sighting of one hit of a tracker's beacon. @throws Problem invalid. */
export function sightingOfHit(hit: Hit, beacon: Envelope, visitor: Visitor, site: Site, now: number): Sighting {
  const url = toUrl(hit.u);
  const draft: Draft = {
    given: toCleanText(hit.n, LONGEST_NAME) ?? "",
    event_id: hit.i,
    event_time: now - Math.min(Math.round(hit.a ?? 0), MAX_AGO),
    url,
    page: pageOf(url, Boolean(beacon.f), site.property.pages),
    hostname: hostOf(url),
    title: hit.t,
    referrer: beacon.r ?? null,
    props: parseInput(propsSchema, hit.p),
    href: toCleanText(hit.h, 2000),
    button: undefined,
    revenue: hit.m ?? undefined,
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
    ...toSighting(draft, visitor, site, now),
    ...fromPage(site, draft, beacon.c),
    selector: toCleanText(hit.q, 1000),
    anonymous: 1,
    by_page: true,
    ...(stored && { stored }),
  };
}

/** When an incoming event happened. @throws Problem invalid for times that cannot be. */
function timeOfIncoming(incoming: Incoming, { now, isImport, visit }: IncomingContext): number {
  if (incoming.event_time === undefined) {
    if (isImport) throw new Problem("invalid", "event_time must be given in an import");
    return now;
  }
  const time = timeOf(incoming.event_time);
  if (time > now + MAX_AHEAD) throw new Problem("invalid", "event_time must not be in the future");
  if (isImport && time < OLDEST_IMPORT) throw new Problem("invalid", "event_time must be after 1995");
  if (visit && time < now - MAX_AGE)
    throw new Problem("invalid", "event_time must be at most 72 hours old when visit is given");
  if (!isImport && time < now - MAX_AGE)
    throw new Problem("invalid", "event_time must be at most 72 hours old; import older events");
  return timeAtMost(time, now);
}

/**
 * Whom an incoming event with a key is about: the visitor of its visit token; failing that the address and agent that it
 * names; failing those its session; failing that nobody. Where a caller's server stands says nothing about the visitor, and
 * the next attempt may come from another.
 */
function visitorOfIncoming(incoming: Incoming, { visit }: IncomingContext): Visitor {
  const location: EdgeLocation = {
    country: incoming.country ?? null,
    region: toCleanText(incoming.region, 100),
    city: toCleanText(incoming.city, 100),
    ...networkFacts(incoming.asn ?? null, toCleanText(incoming.network, 200)),
  };
  if (visit) return { address: visit.address, agent: visit.agent, location };
  if (incoming.ip !== undefined || incoming.user_agent !== undefined)
    return { address: canonicalAddress(incoming.ip ?? null), agent: incoming.user_agent ?? null, location };
  if (incoming.session_id !== undefined) return { address: null, agent: `session ${incoming.session_id}`, location };
  return { address: null, agent: null, location };
}

export interface IncomingContext {
  site: Site;
  caller: Visitor;
  /** The host of the calling page; null for a server. */
  host: string | null;
  /** True for a request with a key that has the scope `ingest`. */
  keyed: boolean;
  isImport: boolean;
  /** The visitor of the event's visit token; null when it has none. */
  visit: VisitorKeys | null;
  now: number;
  /** The id for an event without one. */
  newId: () => string;
  /** The place of an import's line. */
  line?: string;
}

/** The sighting of an incoming event. @throws Problem invalid. */
export function sightingOfIncoming(incoming: Incoming, context: IncomingContext): Sighting {
  const { site, caller, keyed, visit, now, line } = context;
  const url = incoming.url === undefined || incoming.url === "" ? null : toUrl(incoming.url);
  const visitor = keyed ? visitorOfIncoming(incoming, context) : caller;
  const draft: Draft = {
    given: incoming.event_type,
    event_id: incoming.event_id ?? context.newId(),
    event_time: timeOfIncoming(incoming, context),
    url,
    page:
      incoming.page_path === undefined
        ? url && pageOf(url, false, site.property.pages)
        : pageOfPath(incoming.page_path, site.property.pages),
    hostname: incoming.hostname?.toLowerCase() || (url && hostOf(url)) || context.host,
    title: incoming.title,
    referrer: incoming.referrer ?? null,
    props: incoming.props ?? null,
    href: incoming.href ?? null,
    button: incoming.button_id,
    revenue: incoming.revenue,
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
    ...toSighting(draft, visitor, site, now),
    ...(keyed ? {} : { anonymous: 1 as const }),
    ...(incoming.event_id === undefined && line !== undefined ? { line } : {}),
    // A server's own agent is no device.
    ...(keyed && !visit && incoming.user_agent === undefined ? deviceOf(null) : {}),
    selector: incoming.selector || null,
    ...(keyed ? named(draft, incoming.user_id ?? visit?.user_id) : fromPage(site, draft, incoming.user_id)),
    session_id: incoming.session_id ?? null,
    // As if the page had sent it: it stays the page's visitor, whatever the event calls the user.
    ...(visit && { by_page: true as const, ...(visit.stored && { stored: visit.stored }) }),
  };
}
