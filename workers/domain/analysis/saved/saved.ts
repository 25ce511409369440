// What an organization saves for its questions: goals, segments, path groups, annotations and funnels, as the API shows
// them. Free of zod: the dashboard reads it too.

export const MOST_GOALS = 100;
/** Shared ones; and personal ones of an account, which do not count among these. */
export const MOST_SEGMENTS = 200;
export const MOST_OWN_SEGMENTS = 50;
export const MOST_PATH_PATTERNS = 100;
/** As for segments. */
export const MOST_ANNOTATIONS = 1000;
export const MOST_OWN_ANNOTATIONS = 200;
export const MOST_FUNNELS = 50;
export const MOST_STEPS = 10;

/** A filter tree as the caller wrote it, such as `["is", "event:name", ["Signup"]]`. */
export type SavedFilter = readonly [operator: string, ...unknown[]];

export interface Goal {
  id: string;
  /** Unique in the property: queries name goals by it. */
  name: string;
  filter: SavedFilter;
  /** ISO 4217; null for the property's currency. */
  currency: string | null;
  /** ISO 8601. */
  created_at: string;
}

export interface Segment {
  id: string;
  name: string;
  filter: SavedFilter;
  /** A segment that is not shared is personal: only the account that created it sees it. */
  shared: boolean;
  created_at: string;
}

/** Pages that match the pattern are shown as the label. The first matching pattern wins. */
export interface PathGroup {
  id: string;
  pattern: string;
  label: string;
  /** 0 is the first. */
  position: number;
}

/** A note at a date or at an instant; the other of the two is null. */
export interface Annotation {
  id: string;
  /** Local date of the property. */
  date: string | null;
  /** ISO 8601. */
  time: string | null;
  text: string;
  /** As for segments. */
  shared: boolean;
  created_at: string;
}

/** The body of `POST /api/v2/funnel` without the property and the period. */
export interface FunnelBody {
  filters?: readonly SavedFilter[];
  steps: readonly { name?: string; filter: SavedFilter }[];
  unit?: "visitor" | "visit";
  order?: "sequential" | "strict" | "any";
  window?: "visit" | "30m" | "1h" | "24h" | "7d" | "30d";
  start?: "any" | "first";
  among?: "event" | "page" | "page_group";
  open?: boolean;
  breakdown?: { dimension: string; step?: number };
  include?: { comparisons?: { mode: "previous_period" | "year_over_year"; match_day_of_week?: boolean } };
}

export interface SavedFunnel {
  id: string;
  name: string;
  funnel: FunnelBody;
  created_at: string;
}
