// The messages between the hub and its callers.
import type { EventType } from "../events/measurement";
import type { RefusalCounts } from "../requests/refusal";
import type { AddressPrivacy } from "../visitors/address";
import type { AnyArrival } from "./arrival";
import type { RuleCounts } from "./rule-counters";

/** The property as the hub needs it. It comes with every batch, so that the hub never reads D1. */
export interface HubProperty {
  site_id: string;
  timezone: string;
  address: AddressPrivacy;
  /** The version of the configuration that the sender has. */
  version?: number;
}

export interface HubBatch {
  property: HubProperty;
  arrivals: AnyArrival[];
  refusals?: RefusalCounts;
  /** Events of an import, whose ids are remembered for ever. */
  imported?: true;
  /** Hubs to which, in turn, arrivals are passed on whose visitors this one does not know; absent when it takes all. */
  next?: string[];
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
}

export interface AcceptReply {
  accepted: number;
  /** Events whose id was seen within the last day: they count once. */
  duplicates: number;
  /** The version of the property's configuration, where the sender knew an older one. */
  newer?: number;
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
  /** The latest events by their time (ISO 8601), newest first, at most 50, however long ago; no measurements of reading. */
  feed: (FeedEvent & { time: string })[];
  /** How often each rule matched since it was made (imports apart), and when last; rules that never did are left out. */
  rules: { id: string; clicks: number; last_click_at: string | null }[];
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
  last_event_at: number | null;
}

/** The RPC surface of a hub. */
export interface Hub {
  /** The batch, or its JSON: a text crosses to another object at a fraction of what forty fields an event cost. */
  accept(batch: HubBatch | string): Promise<AcceptReply>;
  /**
   * Hears that pages named users for stored ids, in events that another hub takes. Durable when it resolves.
   * @param batch as JSON.
   * @param ifKnown notes only users of stored ids that the hub knows with another one.
   */
  hearNames(batch: string, ifKnown: boolean): Promise<NamesReply>;
  /** Forgets which stored ids a person was seen with. */
  forgetPerson(person: string): Promise<void>;
  /** `isWatched` asks it to say, by `stir` of the first hub, when its share changes. */
  live(isWatched?: boolean): Promise<LiveShare>;
  /** Another shard's share has changed. False when nobody watches: then it need not say so any more. */
  stir(): Promise<boolean>;
  /** Closes the sockets, so that they are opened, and authorized, anew. */
  hangUp(): Promise<void>;
  /** Hears that the property's configuration was changed, to tell it to whoever sends a batch without knowing. */
  noteVersion(version: number): Promise<void>;
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
