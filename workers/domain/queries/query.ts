// The query: validates a query in the dialect of Plausible's Stats API v2.
import { z } from "zod";
import {
  DIMENSIONS,
  type Dimension,
  dimensionFor,
  hasMeaning,
  METRIC_NAMES,
  type MetricName,
  metricFor,
  type Scope,
  TIME_DIMENSIONS,
  type TimeDimension,
} from "../events/catalog";
import { parseInput } from "../requests/input";
import { Problem } from "../requests/problem";
import { asksCube, checkCube, type Filter, toFilters } from "./cube-query";
import { type ComparisonMode, type DateRange, toDateRange } from "./period";

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
  metrics: MetricName[];
  range: DateRange;
  /** In the order of the request. */
  dimensions: string[];
  /** The time dimension among them; with `time`, the length of the period decides. */
  time: TimeDimension | "time" | null;
  /** The other dimensions, in the order of the request. Several of them need the technology cube. */
  others: Dimension[];
  /** All of them must match. With filters, all dimensions must be in the technology cube. */
  filters: Filter[];
  /** In the order of the request; empty for the default order. */
  order_by: [string, Direction][];
  comparisons: Comparisons | null;
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
      /** Has no effect here: every answer includes imported history. */
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

/** In the dialect, but not answered until goals and filters are supported. */
const LATER_METRICS = ["conversion_rate", "group_conversion_rate", "ctr"];
const isLaterDimension = (name: string): boolean => name === "event:goal" || name.startsWith("event:props:");

function checkMetrics(names: readonly string[]): MetricName[] {
  names.forEach((name, index) => {
    if (LATER_METRICS.includes(name)) throw invalid(`metric ${name} is not available yet`);
    if (!metricFor(name))
      throw invalid(`metric ${quote(name)} does not exist; the metrics are ${METRIC_NAMES.join(", ")}`);
    if (names.indexOf(name) !== index) throw invalid(`metric ${name} is listed twice`);
  });
  return names as MetricName[];
}

const isTime = (name: string): name is TimeDimension | "time" =>
  name === "time" || TIME_DIMENSIONS.some((time) => time === name);

function checkDimensions(names: readonly string[]): Pick<Query, "time" | "others"> {
  names.forEach((name, index) => {
    if (isLaterDimension(name)) throw invalid(`dimension ${quote(name)} is not available yet`);
    if (!isTime(name) && !dimensionFor(name))
      throw invalid(
        `dimension ${quote(name)} does not exist; the dimensions are ${["time", ...TIME_DIMENSIONS, ...DIMENSIONS.map((known) => known.name)].join(", ")}`,
      );
    if (names.indexOf(name) !== index) throw invalid(`dimension ${name} is listed twice`);
  });
  const times = names.filter(isTime);
  const others = names.map(dimensionFor).filter((dimension) => dimension !== undefined);
  if (times.length > 1) throw invalid("dimensions must be at most one, and at most one time dimension beside it");
  const time = times[0] ?? null;
  if (time === "time:hour" && others[0])
    throw invalid(`dimension time:hour is available for totals only; use time:day with ${others[0].name}`);
  return { time, others };
}

const WHY_NOT: Record<Scope, string> = {
  event: "because it describes a whole visit, and a visit has many events",
  exit: "because the exit page changes during the visit",
  visit: "",
  entry: "",
};

/** The dimension that the caller probably meant. */
const INSTEAD: Record<string, string> = {
  "event:page": "visit:entry_page",
  "event:hostname": "a dimension of the visit",
  "event:name": "a dimension of the visit",
  "visit:exit_page": "event:page or visit:entry_page",
};

function checkMeaning(metrics: readonly MetricName[], dimension: Dimension | undefined): void {
  if (!dimension) return;
  const senseless = metrics.find((name) => !hasMeaning(name, dimension.scope));
  if (senseless)
    throw invalid(
      `metric ${senseless} has no meaning by ${dimension.name}, ${WHY_NOT[dimension.scope]}; use ${INSTEAD[dimension.name] ?? "another dimension"}`,
    );
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

/**
 * Validates a query from an untrusted body.
 * @throws Problem invalid, which names the wrong part and the reason.
 */
export function toQuery(body: unknown): Query {
  const asked = parseInput(querySchema, body);
  const filters = toFilters(asked.filters);
  const metrics = checkMetrics(asked.metrics);
  const { time, others } = checkDimensions(asked.dimensions);
  if (time === "time:hour" && filters.length > 0)
    throw invalid("dimension time:hour is available for totals only; use time:day with filters");
  checkCube(others, filters, metrics);
  if (!asked.include.suspected_bots && asksCube({ others, filters }))
    throw invalid("include.suspected_bots must be true for combined dimensions and filters");
  checkMeaning(metrics, others[0]);
  checkOrder(asked.order_by, metrics, asked.dimensions);
  if (asked.include.time_labels && !time) throw invalid("include.time_labels needs a time dimension");
  return {
    site_id: asked.site_id,
    metrics,
    range: toDateRange(asked.date_range, "date_range"),
    dimensions: asked.dimensions,
    time,
    others,
    filters,
    order_by: asked.order_by,
    comparisons: toComparisons(asked.include.comparisons, { time, others }),
    time_labels: asked.include.time_labels,
    total_rows: asked.include.total_rows,
    suspected_bots: asked.include.suspected_bots,
    pagination: asked.pagination,
  };
}
