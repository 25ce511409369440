// The replies of insight: events with their details, web vitals, heatmaps and rules. Free of zod: the dashboard reads
// it too. All routes are under /api/v1/properties/{site_id}/insight and take `from` and `to`, local dates, both
// included.
import type { EventType } from "../events/measurement";

/** The maximum days of a request. */
export const MOST_INSIGHT_DAYS = 366;
/** The maximum rows of a list of values, pages or event names, the most frequent first. */
export const MOST_INSIGHT_ROWS = 100;
export const MOST_INSIGHT_NAMES = 500;

/** GET /events: every kind and name that occurred, the most frequent first; includes page views, but not engagement. */
export interface EventsInsight {
  events: NamedEvent[];
}
export interface NamedEvent {
  type: EventType;
  name: string;
  events: number;
  visitors: number;
}

/** GET /events/{name}: zero and empty lists if the event did not occur. */
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
 * One prop with its values; numbers and booleans as text. Besides the event's own props there are `href`, the target of
 * a link, download or form; `form field` for fields of forms, both names joined by a line feed; and `message file line`
 * for errors, joined the same way, with empty parts if the browser hides them.
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
  /** Limited to the requested device, if any, but not to the page. */
  pages: VitalRow[];
  /** Limited to the requested page, if any, but not to the device. */
  devices: VitalRow[];
}
export interface VitalInsight {
  metric: Vital;
  samples: number;
  /** Milliseconds, CLS without unit, at most 2.5 % off; null without samples. */
  p75: number | null;
  /** The number of samples in each band. */
  good: number;
  needs_improvement: number;
  poor: number;
}
export interface VitalRow {
  value: string;
  /** For all metrics together. */
  samples: number;
  p75: Record<Vital, number | null>;
}

export const HEAT_WIDTHS = ["phone", "tablet", "desktop"] as const;
export type HeatWidth = (typeof HEAT_WIDTHS)[number];
/** The grid: columns of the page's width, rows of 40 CSS pixels from its top. */
export const HEAT_COLUMNS = 24;
export const HEAT_ROWS = 250;
export const HEAT_ROW_PIXELS = 40;
/** Scroll reach is reported in steps of this percentage. */
export const REACH_STEP = 5;

/** Column, row, count. */
export type HeatCell = [column: number, row: number, count: number];

/** GET /heatmap?page=&width=, both required. */
export interface HeatmapInsight {
  page: string;
  width: HeatWidth;
  clicks: HeatCell[];
  moves: HeatCell[];
  /** The number of views that reached 5 %, 10 %, … 100 % of the page or more. */
  reach: number[];
  views: number;
}
/** GET /heatmap without page (with or without width): the pages with heatmaps, the most viewed first. */
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
  /** Matches: clicks and submissions, or hovers and appearances for rules with such a trigger. */
  clicks: number;
  /** Visitors with matches. */
  visitors: number;
  /** ISO 8601; since the rule was created, whatever the period. */
  last_click_at: string | null;
  /** Page views on which an element of the rule was in sight. */
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
    /** Country, region and city, as far as known. */
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
  /** Suspected bots by reason. All numbers include them unless the query leaves them out. */
  signals: { signal: string; meaning: string; visitors: number; visits: number; pageviews: number; events: number }[];
}
