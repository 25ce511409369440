// What insight replies: events with their details, web vitals, heatmaps and rules. Free of zod: the dashboard reads it too.
// All of it is under /api/v1/properties/{site_id}/insight and takes `from` and `to`, local dates, both included.
import type { EventType } from "../events/measurement";

/** No question reaches over more days. */
export const MOST_INSIGHT_DAYS = 366;
/** Values and pages told of one list, the most frequent first; and names of events. */
export const MOST_INSIGHT_ROWS = 100;
export const MOST_INSIGHT_NAMES = 500;

/** GET /events: every kind and name that occurred, the most frequent first; page views among them, engagement not. */
export interface EventsInsight {
  events: NamedEvent[];
}
export interface NamedEvent {
  type: EventType;
  name: string;
  events: number;
  visitors: number;
}

/** GET /events/{name}: zero and empty lists where there was none. */
export interface EventInsight {
  name: string;
  type: EventType;
  events: number;
  pages: ValueCount[];
  props: PropInsight[];
}
export interface ValueCount {
  value: string;
  events: number;
}
/**
 * One prop with its values; numbers and booleans as text. Besides the event's own props there are `href`, where a link,
 * download or form leads, for fields of forms `form field`, both names joined by a line feed, and for errors
 * `message file line`, so joined too, empty where the browser hides them.
 */
export interface PropInsight {
  key: string;
  values: ValueCount[];
}

export const VITALS = ["LCP", "INP", "CLS", "FCP", "TTFB"] as const;
export type Vital = (typeof VITALS)[number];

/** GET /vitals?page=&device=: both optional. All of VITALS are among `metrics`, in that order. */
export interface VitalsInsight {
  metrics: VitalInsight[];
  /** Of the asked device, if any; whatever page was asked. */
  pages: VitalRow[];
  /** Of the asked page, if any; whatever device was asked. */
  devices: VitalRow[];
}
export interface VitalInsight {
  metric: Vital;
  samples: number;
  /** Milliseconds, CLS without unit, at most 2.5 % off; null without samples. */
  p75: number | null;
  /** How many samples were in each band. */
  good: number;
  needs_improvement: number;
  poor: number;
}
export interface VitalRow {
  value: string;
  /** Of all metrics together. */
  samples: number;
  p75: Record<Vital, number | null>;
}

export const HEAT_WIDTHS = ["phone", "tablet", "desktop"] as const;
export type HeatWidth = (typeof HEAT_WIDTHS)[number];
/** The grid: columns of the page's width, rows of 40 CSS pixels from its top. */
export const HEAT_COLUMNS = 24;
export const HEAT_ROWS = 250;
export const HEAT_ROW_PIXELS = 40;
/** Scroll reach is told in steps of so many percent. */
export const REACH_STEP = 5;

/** Column, row, count. */
export type HeatCell = [column: number, row: number, count: number];

/** GET /heatmap?page=&width=, both given. */
export interface HeatmapInsight {
  page: string;
  width: HeatWidth;
  clicks: HeatCell[];
  moves: HeatCell[];
  /** How many views reached 5 %, 10 %, … 100 % of the page or more. */
  reach: number[];
  views: number;
}
/** GET /heatmap without page (and with or without width): where there are heatmaps, the most viewed first. */
export interface HeatmapsInsight {
  pages: HeatmapRow[];
}
export interface HeatmapRow {
  page: string;
  width: HeatWidth;
  clicks: number;
  moves: number;
  views: number;
}

/** GET /rules: rules that matched or were seen in the period, the most clicked first. */
export interface RulesInsight {
  rules: RuleCounts[];
}
export interface RuleCounts {
  id: string;
  /** Matches: clicks and submissions, or for rules so triggered, that it was hovered or became visible. */
  clicks: number;
  /** Who made them. */
  visitors: number;
  /** ISO 8601; since the rule was made, whatever the period. */
  last_click_at: string | null;
  /** Page views on which an element of it was in sight. */
  views: number;
  /** clicks / views × 100, one decimal; null without views. */
  ctr: number | null;
}

/** GET /rules/{id}. */
export interface RuleInsight extends RuleCounts {
  pages: RulePage[];
  elements: RuleElement[];
  devices: RuleDevice[];
}
export interface RulePage {
  page: string;
  clicks: number;
  seen: number;
  ctr: number | null;
}
export interface RuleElement {
  text: string | null;
  href: string | null;
  clicks: number;
}
export interface RuleDevice {
  device: string;
  clicks: number;
}

/** GET …/insight/networks?from&to */
export interface NetworksInsight {
  networks: {
    network: string;
    network_type: string;
    asn: number | null;
    /** Country, region, city as far as known. */
    place: { country: string | null; region: string | null; city: string | null };
    visitors: number;
    visits: number;
    pageviews: number;
    first_seen: string | null;
    last_seen: string | null;
    /** The pages viewed most, at most five. */
    pages: { page: string; pageviews: number }[];
  }[];
  types: { network_type: string; visitors: number; visits: number; pageviews: number }[];
  /** Suspected bots, by reason: counted in all numbers unless the question leaves them out. */
  signals: { signal: string; meaning: string; visitors: number; visits: number; pageviews: number; events: number }[];
}
