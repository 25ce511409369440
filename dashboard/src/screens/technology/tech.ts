// Queries of the technology screen, and the matrix built from their answers. Pure.
import type { CubeColumn } from "../../../../workers/domain/counts/techstack";
import { DIMENSIONS, type MetricName } from "../../../../workers/domain/events/catalog";
import { type Filter, readFilters, withOnly, writeFilters } from "../../data/filters/filter";
import { filtersOf, type Question, type Row } from "../../data/question";
import type { Params } from "../../data/view";

/** In the order of the picker. Filtering by one with a version goes on to the version. */
export const TECH_COLUMNS = [
  "browser",
  "browser_version",
  "os",
  "os_version",
  "device",
  "screen",
] as const satisfies readonly CubeColumn[];
export type TechColumn = (typeof TECH_COLUMNS)[number];

/** The metrics of a cell. */
export const TECH_METRICS = ["visitors", "visits", "pageviews"] as const satisfies readonly MetricName[];
export type TechMetric = (typeof TECH_METRICS)[number];

export const techDimension = (column: TechColumn): string => `visit:${column}`;
export const techLabel = (column: TechColumn): string =>
  DIMENSIONS.find((dimension) => dimension.name === techDimension(column))!.label;

export interface TechView {
  rows: TechColumn;
  columns: TechColumn;
  metric: TechMetric;
  /** Of the page, on technology and on anything else. */
  filters: readonly Filter[];
  /** Page of the list of combinations, from 1. */
  page: number;
}

const isOneOf = <T extends string>(all: readonly T[], name: string | undefined): name is T =>
  all.some((one) => one === name);
const [STANDARD_ROWS, STANDARD_COLUMNS]: [TechColumn, TechColumn] = ["browser", "os"];

/**
 * The view from the URL, with defaults for missing or invalid parameters. A dimension is never combined with itself.
 */
export function readTech(params: Params): TechView {
  const rows = isOneOf(TECH_COLUMNS, params.rows) ? params.rows : STANDARD_ROWS;
  const asked = isOneOf(TECH_COLUMNS, params.columns) ? params.columns : STANDARD_COLUMNS;
  const page = Number(params.page);
  return {
    rows,
    columns: asked === rows ? (rows === STANDARD_COLUMNS ? STANDARD_ROWS : STANDARD_COLUMNS) : asked,
    metric: isOneOf(TECH_METRICS, params.of) ? params.of : TECH_METRICS[0],
    filters: readFilters(params.f),
    page: Number.isInteger(page) && page >= 1 && page <= 10_000 ? page : 1,
  };
}

/** The URL parameters for this view; undefined for defaults. */
export function writeTech({ rows, columns, metric, filters, page }: TechView): Params {
  const standardColumns = rows === STANDARD_COLUMNS ? STANDARD_ROWS : STANDARD_COLUMNS;
  return {
    rows: rows === STANDARD_ROWS ? undefined : rows,
    columns: columns === standardColumns ? undefined : columns,
    of: metric === TECH_METRICS[0] ? undefined : metric,
    page: page === 1 ? undefined : String(page),
    f: writeFilters(filters),
  };
}

/** Rows and columns swap if one is set to the dimension of the other. */
export function crossBy(view: TechView, side: "rows" | "columns", column: TechColumn): TechView {
  const other = side === "rows" ? "columns" : "rows";
  return { ...view, [other]: view[other] === column ? view[side] : view[other], [side]: column };
}

const FINER: Partial<Record<TechColumn, TechColumn>> = { browser: "browser_version", os: "os_version" };

/**
 * The next dimension after one has been filtered to a single value: its versions, or one that is not on the screen yet.
 */
function nextAfter(column: TechColumn, { filters }: TechView, other: TechColumn): TechColumn {
  const isSingle = (one: TechColumn): boolean =>
    filters.some(
      ({ operator, dimension, values }) => operator === "is" && dimension === techDimension(one) && !values[1],
    );
  const isFree = (one: TechColumn | undefined): boolean =>
    one !== undefined && one !== other && one !== column && !isSingle(one);
  const finer = FINER[column];
  return (isFree(finer) ? finer : TECH_COLUMNS.find(isFree)) ?? column;
}

/** Filters by values. A side of the matrix with only one value left moves to the next dimension. */
export function narrow(view: TechView, values: Partial<Record<TechColumn, string>>): TechView {
  const filters = Object.entries(values).reduce<readonly Filter[]>(
    (all, [column, value]) => withOnly(all, techDimension(column as TechColumn), value),
    view.filters,
  );
  let next: TechView = { ...view, filters, page: 1 };
  for (const column of TECH_COLUMNS) {
    if (values[column] === undefined) continue;
    if (next.rows === column) next = { ...next, rows: nextAfter(column, next, next.columns) };
    if (next.columns === column) next = { ...next, columns: nextAfter(column, next, next.rows) };
  }
  return next;
}

export interface TechScene {
  siteId: string;
  from: string;
  to: string;
}

const base = (
  { siteId, from, to }: TechScene,
  { filters }: TechView,
): Pick<Question, "site_id" | "date_range" | "filters"> => ({
  site_id: siteId,
  date_range: [from, to],
  ...filtersOf(filters),
});

export const matrixQuestion = (scene: TechScene, view: TechView): Question => ({
  ...base(scene, view),
  metrics: [view.metric],
  dimensions: [techDimension(view.rows), techDimension(view.columns)],
  order_by: [[view.metric, "desc"]],
});

/** The dimensions of a full combination. */
export const COMBINATION = ["browser", "os", "device", "screen"] as const satisfies readonly TechColumn[];
export const COMBINATION_METRICS = [
  "visitors",
  "visits",
  "pageviews",
  "bounce_rate",
  "visit_duration",
] as const satisfies readonly MetricName[];
export const PAGE_ROWS = 25;

export const combinationQuestion = (scene: TechScene, view: TechView): Question => ({
  ...base(scene, view),
  metrics: [...COMBINATION_METRICS],
  dimensions: COMBINATION.map(techDimension),
  order_by: [[view.metric, "desc"]],
  include: { total_rows: true },
  pagination: { limit: PAGE_ROWS, offset: (view.page - 1) * PAGE_ROWS },
});

/** A row or column of the matrix. The last may combine all values without a row or column of their own. */
export interface Line {
  /** Null for the combined rest. */
  value: string | null;
  total: number;
  /** The number of values in it. */
  values: number;
}

export interface Matrix {
  rows: Line[];
  columns: Line[];
  /** By row, then column. */
  cells: number[][];
  total: number;
  /** The largest cell, which has the full shade. */
  top: number;
}

export const MOST_LINES = 8;

/** The largest values, and one line for the rest. A rest of one value is shown as that value. */
function toLines(totals: ReadonlyMap<string, number>): { lines: Line[]; placeOf: (value: string) => number } {
  const sorted = [...totals].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const shown = sorted.length <= MOST_LINES + 1 ? sorted : sorted.slice(0, MOST_LINES);
  const rest = sorted.slice(shown.length);
  const lines: Line[] = shown.map(([value, total]) => ({ value, total, values: 1 }));
  if (rest.length > 0)
    lines.push({ value: null, total: rest.reduce((sum, [, total]) => sum + total, 0), values: rest.length });
  const places = new Map(shown.map(([value], index) => [value, index]));
  return { lines, placeOf: (value) => places.get(value) ?? shown.length };
}

/** Totals are the sums of the shown row or column, so that the table adds up. */
export function toMatrix(results: readonly Row[]): Matrix {
  const counts = results.flatMap(({ dimensions: [row, column], metrics: [count] }) =>
    row != null && column != null && count ? [{ row, column, count }] : [],
  );
  const sumBy = (side: "row" | "column"): Map<string, number> => {
    const sums = new Map<string, number>();
    for (const one of counts) sums.set(one[side], (sums.get(one[side]) ?? 0) + one.count);
    return sums;
  };
  const rows = toLines(sumBy("row"));
  const columns = toLines(sumBy("column"));
  const cells = rows.lines.map(() => columns.lines.map(() => 0));
  for (const { row, column, count } of counts) {
    const line = cells[rows.placeOf(row)]!;
    const place = columns.placeOf(column);
    line[place] = line[place]! + count;
  }
  return {
    rows: rows.lines,
    columns: columns.lines,
    cells,
    total: counts.reduce((sum, { count }) => sum + count, 0),
    top: Math.max(0, ...cells.flat()),
  };
}

/**
 * The strength of a cell's colour in percent: its share of the largest cell, with small shares raised to be
 * distinguishable.
 */
export const shadeOf = (count: number, top: number): number =>
  count <= 0 || top <= 0 ? 0 : Math.max(4, Math.round(Math.sqrt(count / top) * 62));
