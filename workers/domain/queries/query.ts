// The query: validates a query in the dialect of Plausible's Stats API v2.
import { z } from "zod";
import { OTHER_DIMENSIONS, type ScanDimension, scanDimensionFor } from "../analysis/dimensions";
import { DIMENSIONS, TIME_DIMENSIONS, type TimeDimension } from "../events/catalog";
import { parseInput } from "../requests/input";
import { Problem } from "../requests/problem";
import { isQueryMetric, QUERY_METRICS, type QueryMetric } from "./metric";
import { type ComparisonMode, type DateRange, toDateRange } from "./period";
import { requireClickRate } from "./rates/click-rate";

export type Direction = "asc" | "desc";
export const MAX_ROWS = 10_000;

/** The comparison. `range` is set only for `custom`. */
export interface Comparisons {
  mode: ComparisonMode;
  range: DateRange | null;
  matchDayOfWeek: boolean;
}

export interface Query {
  site_id: string;
  metrics: QueryMetric[];
  range: DateRange;
  /** In the order of the request. */
  dimensions: string[];
  /** The time dimension among them; with `time`, the length of the period decides. */
  time: TimeDimension | "time" | null;
  /** The other dimensions, in the order of the request. */
  others: ScanDimension[];
  /** A list of filter trees as the caller gave them. All of them must match. */
  filters: unknown[];
  /** In the order of the request; empty for the default order. */
  order_by: [string, Direction][];
  comparisons: Comparisons | null;
  /** Whether the answer is to say what imported counts it has. Imported events are in every answer. */
  imports: boolean;
  time_labels: boolean;
  total_rows: boolean;
  /** False leaves out visits with a signal (domain/networks/network.ts). */
  suspected_bots: boolean;
  pagination: { limit: number; offset: number };
}

const direction = z.enum(["asc", "desc"]);
/** Checks the length before the entries: a list of a thousand wrong ones is one fault, not a thousand. */
const list = <Entry extends z.ZodType>(entry: Entry, most: number, least = 0) =>
  z.array(z.unknown()).min(least).max(most).pipe(z.array(entry));

const querySchema = z.strictObject({
  site_id: z.string().min(1).max(64),
  metrics: list(z.string(), 50, 1),
  date_range: z.unknown(),
  dimensions: list(z.string(), 10).default([]),
  filters: z.array(z.unknown()).default([]),
  order_by: list(z.tuple([z.string(), direction]), 10).default([]),
  include: z
    .strictObject({
      imports: z.boolean().default(false),
      time_labels: z.boolean().default(false),
      total_rows: z.boolean().default(false),
      suspected_bots: z.boolean().default(true),
      comparisons: z
        .strictObject({
          mode: z.enum(["previous_period", "year_over_year", "custom"]),
          date_range: z.unknown().optional(),
          match_day_of_week: z.boolean().default(false),
        })
        .optional(),
    })
    .prefault({}),
  pagination: z
    .strictObject({
      limit: z.int().min(1).max(MAX_ROWS).default(MAX_ROWS),
      offset: z.int().min(0).max(1_000_000_000).default(0),
    })
    .prefault({}),
});

/** The caller's text for a message: quoted, and limited to one line. */
const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
const invalid = (message: string): Problem => new Problem("invalid", message);

function checkMetrics(names: readonly string[]): QueryMetric[] {
  names.forEach((name, index) => {
    if (!isQueryMetric(name))
      throw invalid(`metric ${quote(name)} does not exist; the metrics are ${QUERY_METRICS.join(", ")}`);
    if (names.indexOf(name) !== index) throw invalid(`metric ${name} is listed twice`);
  });
  return names as QueryMetric[];
}

const isTime = (name: string): name is TimeDimension | "time" =>
  name === "time" || TIME_DIMENSIONS.some((time) => time === name);

const MOST_CROSSED = 4;
const DIMENSION_NAMES = [...["time", ...TIME_DIMENSIONS, ...DIMENSIONS.map(({ name }) => name)], ...OTHER_DIMENSIONS];

function checkDimensions(names: readonly string[]): Pick<Query, "time" | "others"> {
  const others: ScanDimension[] = [];
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) throw invalid(`dimension ${name} is listed twice`);
    if (isTime(name)) return;
    const dimension = scanDimensionFor(name);
    if (!dimension)
      throw invalid(`dimension ${quote(name)} does not exist; the dimensions are ${DIMENSION_NAMES.join(", ")}`);
    others.push(dimension);
  });
  const times = names.filter(isTime);
  if (times.length > 1) throw invalid("dimensions must have at most one time dimension");
  if (others.length > MOST_CROSSED)
    throw invalid(`dimensions must be at most ${MOST_CROSSED}, and at most one time dimension beside them`);
  return { time: times[0] ?? null, others };
}

function checkOrder(order: readonly [string, Direction][], metrics: readonly string[], dimensions: readonly string[]) {
  for (const [name] of order)
    if (!metrics.includes(name) && !dimensions.includes(name))
      throw invalid(`order_by names ${quote(name)}, which is neither a metric nor a dimension of the query`);
}

function toComparisons(
  asked: { mode: ComparisonMode; date_range?: unknown; match_day_of_week: boolean } | undefined,
  { time, others }: Pick<Query, "time" | "others">,
): Comparisons | null {
  if (!asked) return null;
  if (time && others.length > 0)
    throw invalid("comparisons are not available for a time dimension beside another dimension; use only one of them");
  const custom = asked.mode === "custom";
  if (!custom && asked.date_range !== undefined) throw invalid("include.comparisons.date_range needs the mode custom");
  if (custom && asked.match_day_of_week)
    throw invalid("include.comparisons.match_day_of_week has no meaning in the mode custom");
  return {
    mode: asked.mode,
    range: custom ? toDateRange(asked.date_range, "include.comparisons.date_range") : null,
    matchDayOfWeek: asked.match_day_of_week,
  };
}

/** A filter may stand alone. */
export const toList = (filters: readonly unknown[]): unknown[] =>
  typeof filters[0] === "string" ? [filters] : [...filters];

/**
 * Validates a query from an untrusted body.
 * @throws Problem invalid, which names the wrong part and the reason.
 */
export function toQuery(body: unknown): Query {
  const asked = parseInput(querySchema, body);
  const metrics = checkMetrics(asked.metrics);
  const dimensions = checkDimensions(asked.dimensions);
  const { time } = dimensions;
  if (metrics.includes("ctr")) requireClickRate(asked.dimensions);
  checkOrder(asked.order_by, metrics, asked.dimensions);
  if (asked.include.time_labels && !time) throw invalid("include.time_labels needs a time dimension");
  return {
    site_id: asked.site_id,
    metrics,
    range: toDateRange(asked.date_range, "date_range"),
    dimensions: asked.dimensions,
    ...dimensions,
    filters: toList(asked.filters),
    order_by: asked.order_by,
    comparisons: toComparisons(asked.include.comparisons, dimensions),
    imports: asked.include.imports,
    time_labels: asked.include.time_labels,
    total_rows: asked.include.total_rows,
    suspected_bots: asked.include.suspected_bots,
    pagination: asked.pagination,
  };
}
