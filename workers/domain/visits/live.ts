// The live picture: the last 30 minutes, read off the visits that are going on, and the feed of the latest events. Times
// are ms.
import { VISIT_DIMENSIONS } from "../events/catalog";
import type { Event } from "../events/event";
import { isMeasuring } from "../events/measurement";
import type { LivePicture, LiveRow, LiveShare } from "./hub";
import { mergeCounts, noteRule, type RuleCounters, toCounts } from "./rule-counters";
import type { Visit } from "./visit";

const MINUTE = 60_000;
export const LIVE_MINUTES = 30;
export const LIVE_WINDOW = LIVE_MINUTES * MINUTE;
/** Events stay somewhat longer than the window (minutes), in case the clock is set back. */
const SLACK = 5;
export const MINUTES_KEPT = LIVE_MINUTES + SLACK;
export const LIVE_KEPT = MINUTES_KEPT * MINUTE;
const ROWS = 10;
const FEED_EVENTS = 50;
/** In a full feed, only so many rows may be measurements: a page view brings up to five web vitals. */
const FEED_MEASURING = 15;
/** A hub's share shows so many visits, the latest, at some 300 bytes each. */
export const MOST_LIVE_VISITS = 50_000;

/** A visit as the picture needs it. */
export interface LiveVisit {
  visitor: string;
  start: number;
  last: number;
  bounced: boolean;
  exit: string | null;
  source: string;
  country: string;
  device: string;
}

type FeedRow = LiveShare["feed"][number];
/** A row of the feed as the hub keeps it, with its visitor, so that it can be forgotten. Absent in an earlier version. */
export type KeptFeedRow = FeedRow & { who?: [visitor: string, visit: string] };

export interface Live {
  /** Visits with an event in the window, by id, the one that came last at the end; old ones go when the picture is drawn. */
  visits: Map<string, LiveVisit>;
  /** Page views by minute since 1970. */
  pageviews: Map<number, number>;
  /** The latest events, oldest first. */
  feed: KeptFeedRow[];
  /** Since the rules were made, not of the window. */
  rules: RuleCounters;
  /** The same of goals. Who keeps the goals counts them: a filter is no business of this file. */
  goals: RuleCounters;
  /** Conversions by goal and minute since 1970. */
  conversions: Map<string, Map<number, number>>;
  lastEventAt: number | null;
}

export const emptyLive = (): Live => ({
  visits: new Map(),
  pageviews: new Map(),
  feed: [],
  rules: new Map(),
  goals: new Map(),
  conversions: new Map(),
  lastEventAt: null,
});

const dimension = (name: string): number => VISIT_DIMENSIONS.findIndex(({ column }) => column === name);
const SOURCE = dimension("source");
const COUNTRY = dimension("country");
const DEVICE = dimension("device");
const sourceOf = ({ dimensions }: Visit): string => dimensions[SOURCE] ?? "(direct)";
const countryOf = ({ dimensions }: Visit): string => dimensions[COUNTRY] ?? "(unknown)";
const deviceOf = ({ dimensions }: Visit): string => dimensions[DEVICE] ?? "(unknown)";

/** Puts a visit as it is now at the end; the one that came longest ago makes room. */
export function noteVisit({ visits }: Live, visit: Visit): LiveVisit {
  const { id, visitor, start, last, exit } = visit;
  const bounced = visit.pageviews === 1 && !visit.interactive;
  const dimensions = { source: sourceOf(visit), country: countryOf(visit), device: deviceOf(visit) };
  const noted = { visitor, start, last, bounced, exit, ...dimensions };
  visits.delete(id);
  visits.set(id, noted);
  if (visits.size > MOST_LIVE_VISITS) visits.delete(visits.keys().next().value!);
  return noted;
}

/** Notes that an event came, also one of no visit. */
export function noteArrival(live: Live, time: number): void {
  live.lastEventAt = Math.max(live.lastEventAt ?? 0, time);
}

/** Notes an event of a visit. */
export function noteLive(
  live: Live,
  visit: Visit,
  event: Pick<Event, "event_type" | "event_time" | "name" | "page" | "rule">,
): void {
  const { event_type: type, event_time: time, name, page } = event;
  const { country, device, source } = noteVisit(live, visit);
  noteArrival(live, time);
  noteRule(live.rules, event);
  // Measurements of reading come by the second and say nothing that somebody did.
  if (type !== "engagement" && type !== "heatmap" && type !== "rule_seen")
    noteFeed(live.feed, { time, name, type, page, country, device, source, who: [visit.visitor, visit.id] });
  if (type !== "pageview") return;
  const minute = Math.floor(time / MINUTE);
  live.pageviews.set(minute, (live.pageviews.get(minute) ?? 0) + 1);
}

const shown = ({ who: _, ...row }: KeptFeedRow): FeedRow => row;
/** A total order, so that the same events make the same feed in whatever order and on however many hubs they come. */
const isAfter = (a: KeptFeedRow, b: KeptFeedRow): boolean =>
  a.time === b.time ? JSON.stringify(shown(a)) > JSON.stringify(shown(b)) : a.time > b.time;

const measures = ({ type }: FeedRow): boolean => isMeasuring(type);

/**
 * Shortens a feed, oldest row first, to its length: measurements over their limit go first, so that they do not displace
 * what visitors did; then the oldest others. A row that one hub drops would not be in the feed of all hubs either.
 */
function trimFeed(feed: FeedRow[]): void {
  let measuring = feed.length > FEED_EVENTS ? feed.filter(measures).length : 0;
  while (feed.length > FEED_EVENTS) {
    const isOver = measuring > FEED_MEASURING;
    const place = feed.findIndex((row) => measures(row) === isOver);
    feed.splice(place, 1);
    if (isOver) measuring -= 1;
  }
}

function noteFeed(feed: KeptFeedRow[], row: KeptFeedRow): void {
  let place = feed.length;
  // Nearly always the newest: one comparison.
  while (place > 0 && isAfter(feed[place - 1]!, row)) place -= 1;
  feed.splice(place, 0, row);
  trimFeed(feed);
}

/**
 * Forgets a person. Rows of the feed from before it had visitors go too: they may be anybody's.
 * @returns how many rows of the feed.
 */
export function forgetLive(live: Live, person: { visitors: readonly string[]; visits: readonly string[] }): number {
  const visitors = new Set(person.visitors);
  const visits = new Set(person.visits);
  for (const [id, { visitor }] of live.visits) if (visits.has(id) || visitors.has(visitor)) live.visits.delete(id);
  const before = live.feed.length;
  live.feed = live.feed.filter(({ who }) => who && !visitors.has(who[0]) && !visits.has(who[1]));
  return before - live.feed.length;
}

/** Notes that an event met a goal. */
export function noteConversion({ conversions }: Live, goal: string, time: number): void {
  const minutes = conversions.get(goal) ?? new Map<number, number>();
  const minute = Math.floor(time / MINUTE);
  minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
  conversions.set(goal, minutes);
}

/** Drops the conversions of minutes before this one. */
export function forgetConversions({ conversions }: Live, oldest: number): void {
  for (const [goal, minutes] of conversions) {
    for (const known of minutes.keys()) if (known < oldest) minutes.delete(known);
    if (minutes.size === 0) conversions.delete(goal);
  }
}

/** The conversions of each goal in the minutes of the window. */
const recentConversions = ({ conversions }: Live, minute: number): Record<string, number> =>
  Object.fromEntries(
    [...conversions].map(([goal, minutes]) => [
      goal,
      [...minutes].reduce((sum, [at, n]) => sum + (at > minute - LIVE_MINUTES && at <= minute ? n : 0), 0),
    ]),
  );

function tally(visits: readonly LiveVisit[], valueFor: (visit: LiveVisit) => string | null): Record<string, number> {
  const visitors = new Map<string, Set<string>>();
  for (const visit of visits) {
    const value = valueFor(visit);
    if (value === null) continue;
    const known = visitors.get(value);
    if (known) known.add(visit.visitor);
    else visitors.set(value, new Set([visit.visitor]));
  }
  return Object.fromEntries([...visitors].map(([value, known]) => [value, known.size]));
}

/** This hub's share of the picture. Drops what has left the window for good. */
export function liveShare(live: Live, now: number): LiveShare {
  for (const [id, visit] of live.visits) if (visit.last < now - LIVE_KEPT) live.visits.delete(id);
  const minute = Math.floor(now / MINUTE);
  for (const known of live.pageviews.keys()) if (known <= minute - MINUTES_KEPT) live.pageviews.delete(known);
  forgetConversions(live, minute - MINUTES_KEPT + 1);
  const active = [...live.visits.values()].filter((visit) => visit.last >= now - LIVE_WINDOW);
  const began = active.filter((visit) => visit.start >= now - LIVE_WINDOW);
  return {
    active_5m: new Set(active.filter((visit) => visit.last >= now - 5 * MINUTE).map((visit) => visit.visitor)).size,
    active_30m: new Set(active.map((visit) => visit.visitor)).size,
    per_minute: Array.from({ length: LIVE_MINUTES }, (_, i) => live.pageviews.get(minute - LIVE_MINUTES + 1 + i) ?? 0),
    visits: began.length,
    bounces: began.filter((visit) => visit.bounced).length,
    duration: began.reduce((sum, visit) => sum + Math.floor(visit.last / 1000) - Math.floor(visit.start / 1000), 0),
    pages: tally(active, (visit) => visit.exit),
    sources: tally(active, (visit) => visit.source),
    countries: tally(active, (visit) => visit.country),
    devices: tally(active, (visit) => visit.device),
    feed: live.feed.map(shown),
    rules: toCounts(live.rules),
    goals: toCounts(live.goals),
    conversions: recentConversions(live, minute),
    last_event_at: live.lastEventAt,
  };
}

function topRows(parts: readonly Record<string, number>[]): LiveRow[] {
  const sums = new Map<string, number>();
  for (const part of parts)
    for (const [value, visitors] of Object.entries(part)) sums.set(value, (sums.get(value) ?? 0) + visitors);
  return [...sums]
    .map(([value, visitors]) => ({ value, visitors }))
    .sort((a, b) => b.visitors - a.visitors || (a.value < b.value ? -1 : 1))
    .slice(0, ROWS);
}

function mergeFeeds(feeds: readonly FeedRow[][]): LivePicture["feed"] {
  const rows = feeds.flat().sort((a, b) => (isAfter(a, b) ? 1 : -1));
  trimFeed(rows);
  return rows.reverse().map((row) => ({ ...row, time: new Date(row.time).toISOString() }));
}

/** The whole picture out of the shares of a property's hubs. Visitors never cross hubs, so sums are exact. */
export function mergeLive(shares: readonly LiveShare[]): LivePicture {
  const sum = (pick: (share: LiveShare) => number) => shares.reduce((total, share) => total + pick(share), 0);
  const visits = sum((share) => share.visits);
  const perMinute = Array.from({ length: LIVE_MINUTES }, (_, i) => sum((share) => share.per_minute[i] ?? 0));
  const last = Math.max(0, ...shares.map((share) => share.last_event_at ?? 0));
  return {
    active_5m: sum((share) => share.active_5m),
    active_30m: sum((share) => share.active_30m),
    pageviews_30m: perMinute.reduce((total, views) => total + views, 0),
    bounce_rate_30m: visits ? Math.round((sum((share) => share.bounces) / visits) * 1000) / 10 : null,
    avg_duration_30m: visits ? Math.round(sum((share) => share.duration) / visits) : null,
    per_minute: perMinute,
    pages: topRows(shares.map((share) => share.pages)),
    sources: topRows(shares.map((share) => share.sources)),
    countries: topRows(shares.map((share) => share.countries)),
    devices: topRows(shares.map((share) => share.devices)),
    feed: mergeFeeds(shares.map((share) => share.feed)),
    rules: mergeCounts(shares.map((share) => share.rules)),
    goals: mergeCounts(shares.map((share) => share.goals ?? [])).map(({ id, clicks, last_click_at }) => ({
      ...{ id, conversions: clicks, last_conversion_at: last_click_at },
      conversions_30m: sum((share) => share.conversions?.[id] ?? 0),
    })),
    last_event_at: last ? new Date(last).toISOString() : null,
  };
}
