// The messages between the hub and its callers.
import type { UnnamedIds } from "../events/event";
import type { EventType } from "../events/measurement";
import type { OverlayChoice } from "../events/overlay";
import type { RefusalCounts } from "../requests/refusal";
import type { AddressPrivacy } from "../visitors/address";
import type { AnyArrival } from "./arrival";
import type { BrowserNames } from "./names";
import type { RuleCounts } from "./rule-counters";

/** Goals that can be decided on one event by itself: all that a version of the configuration has. Filters are as saved. */
export interface LiveGoals {
  version: number;
  list: { id: string; filter: unknown }[];
}

/** The property as the hub needs it. It comes with every batch, so that the hub never reads D1. */
export interface HubProperty {
  site_id: string;
  timezone: string;
  address: AddressPrivacy;
  /** The version of the configuration that the sender has. */
  version?: number;
  /** What live data counts; absent when the sender has told the hub. */
  goals?: LiveGoals;
}

export interface HubBatch {
  property: HubProperty;
  arrivals: AnyArrival[];
  refusals?: RefusalCounts;
  /** Events of an import, whose ids are remembered for ever. */
  imported?: true;
  /** Hubs to which, in turn, arrivals are passed on whose visitors this one does not know; absent when it takes all. */
  next?: string[];
  /** With names for another hub: what the sender knows of the stored ids, if any of it is later than their arrivals. */
  names?: BrowserNames[];
  /** The hub that gets the events of the arrivals' browsers without the users whom they name; absent with one shard. */
  unnamed?: string;
  /** Who must know which users the arrivals name for stored ids; absent when it is only the hub that takes them. */
  named?: NamedHubs;
}

export interface NamedHubs {
  /** Hubs that get the events of the stored id without a user. */
  hubs: string[];
  /** How many hubs the property has: any of them may know another user of the stored id. */
  shards: number;
}

export interface NamesReply {
  /** Ids of late events: their visitor did something later here, without the user. */
  late: string[];
  /** Ids of events with whose stored id another user was seen. */
  shared: string[];
  /** What the hub knew of stored ids that were seen with another user, if any of it is later than the event. */
  names: BrowserNames[];
}

/** Why an import could not be compared with the events of its dates. */
export interface Unread {
  code: "unavailable" | "too_large";
  message: string;
}

export interface AcceptReply {
  accepted: number;
  /** Events whose id was seen within the last day: they count once. */
  duplicates: number;
  /** The version of the property's configuration, where the sender knew an older one. */
  newer?: number;
  /** Only for an import: it could not be compared with the lake, so that nothing of the batch was taken. */
  unread?: Unread;
}

export interface LiveRow {
  value: string;
  visitors: number;
}

/** An event as the feed shows it: what happened where, and nothing of who did it. */
export interface FeedEvent {
  name: string;
  type: EventType;
  page: string | null;
  country: string;
  device: string;
  source: string;
}

/** The last 30 minutes. Rates are null when no visit began. */
export interface LivePicture {
  active_5m: number;
  active_30m: number;
  pageviews_30m: number;
  bounce_rate_30m: number | null;
  avg_duration_30m: number | null;
  /** Page views per minute, oldest first; the last is the running minute. */
  per_minute: number[];
  pages: LiveRow[];
  sources: LiveRow[];
  countries: LiveRow[];
  devices: LiveRow[];
  /**
   * The latest events by their time (ISO 8601), newest first, at most 50, however long ago, without reading, heatmaps and
   * rule impressions. In a full feed at most 15 are first visits and web vitals.
   */
  feed: (FeedEvent & { time: string })[];
  /** How often each rule matched since it was made (imports apart), and when last; rules that never did are left out. */
  rules: { id: string; clicks: number; last_click_at: string | null }[];
  /**
   * How often each goal was met since it was made or its filter was changed (imports apart), and when last: goals that can be
   * decided on one event by itself. Goals that never were are left out. `conversions_30m` is of the minutes of `per_minute`.
   */
  goals: { id: string; conversions: number; conversions_30m: number; last_conversion_at: string }[];
  /** When the last event arrived (ISO 8601), null when none since the property began. */
  last_event_at: string | null;
}

/** The messages of a live socket: the whole picture first, then its changes, at most once a second. */
export type SocketMessage =
  | { type: "picture"; picture: LivePicture }
  | { type: "change"; change: Partial<LivePicture> };

/** One hub's share of the live picture: sums, so that shards can be added up. */
export interface LiveShare {
  active_5m: number;
  active_30m: number;
  per_minute: number[];
  visits: number;
  bounces: number;
  duration: number;
  pages: Record<string, number>;
  sources: Record<string, number>;
  countries: Record<string, number>;
  devices: Record<string, number>;
  /** Oldest first; times in ms. */
  feed: (FeedEvent & { time: number })[];
  rules: RuleCounts;
  /** Absent in a hub of an earlier version. */
  goals?: RuleCounts;
  /** Conversions in the last 30 minutes by the goal's id. Absent in a hub of an earlier version. */
  conversions?: Record<string, number>;
  last_event_at: number | null;
}

/** What a hub has accepted that may not be counted yet. Times are ms; nothing in a part was accepted before its time. */
export interface HubBacklog {
  /** The hub's present: what it has accepted by then is in one of the parts, or counted. */
  now: number;
  /** What it has not sent yet; null when it has sent all. */
  unsent: number | null;
  /** Messages without a receipt, as far as the hub knows. */
  uncounted: [message: string, since: number][];
}

/** A person as hubs know them. */
export interface HubPerson {
  /** Ids of the visitors and visits that had their events. */
  visitors: string[];
  visits: string[];
  /** What was accepted before this time (ms) must be counted first. */
  before: number;
}

/** What a hub had of a person. */
export interface Forgotten {
  /** Messages that are not counted yet. Unless there are none, nothing was forgotten. */
  waiting: number;
  /** Rows of the journal that were done with, whosever they were. */
  journal_rows: number;
  visitors: number;
  feed: number;
  /** False when the hub is too large to have the bytes of deleted rows overwritten. */
  is_clean: boolean;
}

/** The RPC surface of a hub. */
export interface Hub {
  /** The batch, or its JSON: a text crosses to another object at a fraction of what forty fields an event cost. */
  accept(batch: HubBatch | string): Promise<AcceptReply>;
  /**
   * The ids that visitors of arrivals have without the users whom pages name, in the order of the arrivals.
   * @param batch as JSON.
   */
  unnamedIds(batch: string): Promise<UnnamedIds[]>;
  /**
   * Hears that pages named users for stored ids, in events that another hub takes. Durable when it resolves.
   * @param batch as JSON.
   * @param ifKnown notes only users of stored ids that the hub knows with another one.
   */
  hearNames(batch: string, ifKnown: boolean): Promise<NamesReply>;
  /**
   * Forgets which stored ids a person was seen with.
   * @returns what it knew of these ids, at most a thousand of them.
   */
  forgetNames(person: string): Promise<BrowserNames[]>;
  /**
   * Forgets a person: what it has sent, visitors, the live feed. Nothing while anything that was accepted before the time in
   * it is not counted yet.
   * @param person as JSON.
   */
  forget(person: string): Promise<Forgotten>;
  /** `isWatched` asks it to say, by `stir` of the first hub, when its share changes. */
  live(isWatched?: boolean): Promise<LiveShare>;
  /** Another shard's share has changed. False when nobody watches: then it need not say so any more. */
  stir(): Promise<boolean>;
  /** Closes the sockets, all or those of a session or key, so that they are opened, and authorized, anew. */
  hangUp(holder?: string): Promise<void>;
  /** Hears that the property's configuration was changed, to tell it to whoever sends a batch without knowing. */
  noteVersion(version: number, goals?: LiveGoals): Promise<void>;
  /** A picker was opened. The hub keeps its choice for `holder`, the session or key that opened it. */
  expectChoice(id: string, holder: string): Promise<void>;
  /** Keeps the first choice of a picker. False if none is expected: unknown, expired, or made already. */
  keepChoice(id: string, choice: OverlayChoice): Promise<boolean>;
  /** What was picked, null before it; undefined if the holder did not open this picker, or its time is over. */
  choiceOf(id: string, holder: string): Promise<OverlayChoice | null | undefined>;
  /** Tells what may not be counted yet. */
  backlog(): Promise<HubBacklog>;
  /** Sends what the journal holds now instead of waiting for the alarm. */
  flush(): Promise<void>;
  /** Forgets everything. For a property that was deleted. */
  destroy(): Promise<void>;
}

/** The name of the hub that keeps a shard of a property's present. */
export const shardName = (siteId: string, shard: number): string => `${siteId}/${shard}`;
/** The name of the hub that takes all imports of a property's past: one visitor, one hub, however many files they are in. */
export const importName = (siteId: string): string => `${siteId}/import`;
/** The name of a hub of before, which took one import. */
export const singleImportName = (siteId: string, importId: string): string => `${siteId}/import/${importId}`;
export const isImportName = (name: string): boolean => /^[^/]+\/import(\/|$)/.test(name);
