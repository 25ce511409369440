// The catalogue: the only list of dimensions, facts and metrics. Query validation, rollup keys, lake columns, panels
// and labels derive from it. Free of zod, so the dashboard may import its values.

/**
 * The source of a dimension's value. `event`: the event itself. `visit`: the first event of its visit. `entry` and
 * `exit`: the pages of the visit's first and last page view, which may come after its first event and may change while
 * the visit continues.
 */
export type Scope = "event" | "visit" | "entry" | "exit";

export interface Dimension {
  /** As in a query: `visit:source`. */
  name: string;
  /** As in the lake, and the rollup key: `source`. */
  column: string;
  label: string;
  scope: Scope;
  /** The value shown for events without one. */
  absent: string;
  /** True if few events have a value. The others do not count under `absent`, which would be meaningless. */
  sparse: boolean;
}

/** The column is the second part of the name unless `more` sets another. */
function dimension(
  name: string,
  label: string,
  absent: string,
  more: Partial<Pick<Dimension, "column" | "scope" | "sparse">> = {},
): Dimension {
  const [scope, column] = name.split(":") as ["event" | "visit", string];
  return { name, column, label, scope, absent, sparse: false, ...more };
}

/**
 * Append only: the position of a dimension is its bit in the stamps `firsts` and `visit_firsts`, which have two words of 31
 * bits each. Two bits are taken, so 60 dimensions fit.
 */
export const DIMENSIONS = [
  dimension("event:name", "Event", "(none)"),
  dimension("event:page", "Page", "(none)"),
  dimension("event:hostname", "Hostname", "(none)"),
  dimension("visit:source", "Source", "(direct)"),
  dimension("visit:referrer", "Referrer", "(direct)"),
  dimension("visit:channel", "Channel", "(none)"),
  dimension("visit:utm_source", "UTM source", "(none)"),
  dimension("visit:utm_medium", "UTM medium", "(none)"),
  dimension("visit:utm_campaign", "UTM campaign", "(none)"),
  dimension("visit:utm_term", "UTM term", "(none)"),
  dimension("visit:utm_content", "UTM content", "(none)"),
  dimension("visit:entry_page", "Entry page", "(none)", { scope: "entry" }),
  dimension("visit:exit_page", "Exit page", "(none)", { scope: "exit" }),
  dimension("visit:device", "Device", "(unknown)"),
  dimension("visit:browser", "Browser", "(unknown)"),
  dimension("visit:browser_version", "Browser version", "(unknown)"),
  dimension("visit:os", "Operating system", "(unknown)"),
  dimension("visit:os_version", "OS version", "(unknown)"),
  dimension("visit:screen", "Screen", "(unknown)"),
  dimension("visit:language", "Language", "(unknown)"),
  dimension("visit:country", "Country", "(unknown)"),
  dimension("visit:region", "Region", "(unknown)"),
  dimension("visit:city", "City", "(unknown)"),
  dimension("visit:network", "Network", "(unknown)"),
  dimension("event:rule", "Rule", "(none)", { sparse: true }),
  dimension("visit:network_type", "Network type", "(unknown)"),
  dimension("event:button", "Button", "(none)", { column: "button_id", sparse: true }),
] as const satisfies readonly Dimension[];

export const EVENT_DIMENSIONS: readonly Dimension[] = DIMENSIONS.filter((d) => d.scope === "event");
/** The dimensions that a visit stores, by position. The entry page comes among those of its first event. */
export const VISIT_DIMENSIONS: readonly Dimension[] = DIMENSIONS.filter(
  (d) => d.scope === "visit" || d.scope === "entry",
);

const byName = new Map<string, Dimension>(DIMENSIONS.map((d) => [d.name, d]));
export const dimensionFor = (name: string): Dimension | undefined => byName.get(name);

/**
 * True if an event has a row in an event dimension. Engagement is a measurement, not an action of the visitor. Seeing
 * an element of a rule is the base for its click rate, not a match.
 */
export function hasRow({ column, sparse }: Dimension, event: { event_type: string; rule: string | null }): boolean {
  if (column === "name") return event.event_type !== "engagement";
  if (column === "rule" && event.event_type === "rule_seen") return false;
  return !sparse || (event as Record<string, unknown>)[column] != null;
}

/** Bit 0 of a mask is the visitor's day and bit 1 the visitor's hour. The dimensions follow in order. */
export const DAY_BIT = 1;
export const HOUR_BIT = 2;
export const MASK_BITS = 31;
const positions = new Map<string, number>(DIMENSIONS.map((d, i) => [d.column, i + 2]));

/** The bits of a mask in two words. */
export interface Mask {
  low: number;
  high: number;
}

export function addBit(mask: Mask, column: string): void {
  const position = positions.get(column)!;
  if (position < MASK_BITS) mask.low |= 1 << position;
  else mask.high |= 1 << (position - MASK_BITS);
}

/** Whether a mask, given as two words, has the bit of a dimension. */
export function hasBit(low: number, high: number | null, column: string): boolean {
  const position = positions.get(column)!;
  return position < MASK_BITS ? (low & (1 << position)) !== 0 : ((high ?? 0) & (1 << (position - MASK_BITS))) !== 0;
}

/** The bit of a dimension in the first word. @throws RangeError for a dimension of the second. */
export function bitFor(column: string): number {
  const position = positions.get(column)!;
  if (position >= MASK_BITS) throw new RangeError(`${column} has its bit in the second word`);
  return 1 << position;
}

/**
 * The additive counts in rollups. All are integers; `duration` is seconds, `scroll_sum` percentage points. Append only:
 * pending counts (`rollup_pending`) are stored by position. A test pins the order.
 */
export const FACTS = [
  "visitors",
  "visits",
  "bounces",
  "duration",
  "pageviews",
  "events",
  "engaged_ms",
  "scroll_sum",
  "scroll_views",
] as const;
export type Fact = (typeof FACTS)[number];
export type Facts = Record<Fact, number>;

/** The facts of a rollup by a dimension of this scope. The others have no meaning there. */
export const FACTS_OF_SCOPE: Record<Scope, readonly Fact[]> = {
  event: ["visitors", "visits", "pageviews", "events", "engaged_ms", "scroll_sum", "scroll_views"],
  visit: FACTS,
  entry: FACTS,
  exit: ["visitors", "visits", "bounces", "duration"],
};

export interface Metric {
  label: string;
  unit: "count" | "percent" | "seconds" | "ratio";
  /** True if a smaller number is better. */
  lowerIsBetter?: true;
  needs: readonly Fact[];
  /** Numerator and denominator; null for a count. Queries order by it, before rounding and scaling. */
  ratio: readonly [top: Fact, bottom: Fact] | null;
  /** The scopes in which it has a meaning, if fewer than those with its facts. */
  scopes?: readonly Scope[];
  /** Null without data (the rate of nothing is not zero). */
  from: (facts: Facts) => number | null;
}

const round = (value: number, decimals: number): number =>
  Number(`${Math.round(Number(`${value}e${decimals}`))}e-${decimals}`);

const countOf = (fact: Fact) => ({ needs: [fact], ratio: null, from: (facts: Facts) => facts[fact] });

function ratioOf(top: Fact, bottom: Fact, { decimals, scale = 1 }: { decimals: number; scale?: number }) {
  const from = (facts: Facts): number | null =>
    facts[bottom] > 0 ? round((facts[top] * scale) / facts[bottom], decimals) : null;
  return { needs: [top, bottom], ratio: [top, bottom] as const, from };
}

/** docs/metrics.md defines each metric. */
export const METRICS = {
  visitors: { label: "Visitors", unit: "count", ...countOf("visitors") },
  visits: { label: "Visits", unit: "count", ...countOf("visits") },
  pageviews: { label: "Page views", unit: "count", ...countOf("pageviews") },
  events: { label: "Events", unit: "count", ...countOf("events") },
  views_per_visit: {
    label: "Views per visit",
    unit: "ratio",
    ...ratioOf("pageviews", "visits", { decimals: 2 }),
    // By an event dimension, a row has only some of the visit's page views.
    scopes: ["visit", "entry"],
  },
  bounce_rate: {
    label: "Bounce rate",
    unit: "percent",
    lowerIsBetter: true,
    ...ratioOf("bounces", "visits", { decimals: 1, scale: 100 }),
  },
  visit_duration: { label: "Visit duration", unit: "seconds", ...ratioOf("duration", "visits", { decimals: 0 }) },
  time_on_page: {
    label: "Time on page",
    unit: "seconds",
    ...ratioOf("engaged_ms", "pageviews", { decimals: 1, scale: 0.001 }),
  },
  scroll_depth: { label: "Scroll depth", unit: "percent", ...ratioOf("scroll_sum", "scroll_views", { decimals: 0 }) },
} as const satisfies Record<string, Metric>;

export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];
export const metricFor = (name: string): Metric | undefined =>
  Object.hasOwn(METRICS, name) ? METRICS[name as MetricName] : undefined;

/** The buckets of a time series. */
export const TIME_DIMENSIONS = ["time:minute", "time:hour", "time:day", "time:week", "time:month"] as const;
export type TimeDimension = (typeof TIME_DIMENSIONS)[number];

/** Buckets of a clock have a beginning in epoch seconds. The others are dates. */
export const isClock = (time: TimeDimension | null): time is "time:minute" | "time:hour" =>
  time === "time:minute" || time === "time:hour";

/** True if the metric has a meaning for dimensions of this scope. */
export function hasMeaning(name: MetricName, scope: Scope): boolean {
  const { needs, scopes = [scope] }: Metric = METRICS[name];
  return scopes.includes(scope) && needs.every((fact) => FACTS_OF_SCOPE[scope].includes(fact));
}
