// Queries of the technology screen, and the matrix made of their answers. Pure.
import type { CubeColumn } from "../../../../workers/domain/counts/techstack";
import { DIMENSIONS, type MetricName } from "../../../../workers/domain/events/catalog";
import type { Answer, Question, Row } from "../../data/question";
import type { Params } from "../../data/view";

/** In the order in which they are offered. Those with a version behind them are narrowed down to it. */
export const TECH_COLUMNS = [
  "browser",
  "browser_version",
  "os",
  "os_version",
  "device",
  "screen",
] as const satisfies readonly CubeColumn[];
export type TechColumn = (typeof TECH_COLUMNS)[number];

/** What a cell may count. */
export const TECH_METRICS = ["visitors", "visits", "pageviews"] as const satisfies readonly MetricName[];
export type TechMetric = (typeof TECH_METRICS)[number];

export const techDimension = (column: TechColumn): string => `visit:${column}`;
export const techLabel = (column: TechColumn): string =>
  DIMENSIONS.find((dimension) => dimension.name === techDimension(column))!.label;

export interface TechView {
  rows: TechColumn;
  columns: TechColumn;
  metric: TechMetric;
  filters: Partial<Record<TechColumn, string>>;
  /** Of the list of combinations, from 1. */
  page: number;
}

const isOneOf = <T extends string>(all: readonly T[], name: string | undefined): name is T =>
  all.some((one) => one === name);
const [STANDARD_ROWS, STANDARD_COLUMNS]: [TechColumn, TechColumn] = ["browser", "os"];

/** What the URL says, with the standard wherever it says nothing or nonsense. A dimension is never crossed with itself. */
export function readTech(params: Params): TechView {
  const rows = isOneOf(TECH_COLUMNS, params.rows) ? params.rows : STANDARD_ROWS;
  const asked = isOneOf(TECH_COLUMNS, params.columns) ? params.columns : STANDARD_COLUMNS;
  const filters: TechView["filters"] = {};
  for (const column of TECH_COLUMNS) if (params[column]) filters[column] = params[column];
  const page = Number(params.page);
  return {
    rows,
    columns: asked === rows ? (rows === STANDARD_COLUMNS ? STANDARD_ROWS : STANDARD_COLUMNS) : asked,
    metric: isOneOf(TECH_METRICS, params.of) ? params.of : TECH_METRICS[0],
    filters,
    page: Number.isInteger(page) && page >= 1 && page <= 10_000 ? page : 1,
  };
}

/** The parameters that make the URL mean this; undefined for what is standard. */
export function writeTech({ rows, columns, metric, filters, page }: TechView): Params {
  const standardColumns = rows === STANDARD_COLUMNS ? STANDARD_ROWS : STANDARD_COLUMNS;
  return {
    rows: rows === STANDARD_ROWS ? undefined : rows,
    columns: columns === standardColumns ? undefined : columns,
    of: metric === TECH_METRICS[0] ? undefined : metric,
    page: page === 1 ? undefined : String(page),
    ...Object.fromEntries(TECH_COLUMNS.map((column) => [column, filters[column]])),
  };
}

/** Rows and columns change places when one is chosen to be what the other is. */
export function crossBy(view: TechView, side: "rows" | "columns", column: TechColumn): TechView {
  const other = side === "rows" ? "columns" : "rows";
  return { ...view, [other]: view[other] === column ? view[side] : view[other], [side]: column };
}

const FINER: Partial<Record<TechColumn, TechColumn>> = { browser: "browser_version", os: "os_version" };

/** What is worth seeing once a dimension has one value only: its versions, else what is not on the screen yet. */
function nextAfter(column: TechColumn, { filters }: TechView, other: TechColumn): TechColumn {
  const isFree = (one: TechColumn | undefined): boolean =>
    one !== undefined && one !== other && one !== column && filters[one] === undefined;
  const finer = FINER[column];
  return (isFree(finer) ? finer : TECH_COLUMNS.find(isFree)) ?? column;
}

/** Narrowed down to a value; a side of the matrix that would have only this value left moves on. */
export function narrow(view: TechView, values: TechView["filters"]): TechView {
  let next: TechView = { ...view, filters: { ...view.filters, ...values }, page: 1 };
  for (const column of TECH_COLUMNS) {
    if (values[column] === undefined) continue;
    if (next.rows === column) next = { ...next, rows: nextAfter(column, next, next.columns) };
    if (next.columns === column) next = { ...next, columns: nextAfter(column, next, next.rows) };
  }
  return next;
}

export function widen(view: TechView, column: TechColumn): TechView {
  const { [column]: _, ...filters } = view.filters;
  return { ...view, filters, page: 1 };
}

export interface TechScene {
  siteId: string;
  from: string;
  to: string;
}

const base = ({ siteId, from, to }: TechScene, { filters }: TechView): Pick<Question, "site_id" | "date_range"> => {
  const asked = TECH_COLUMNS.flatMap((column): ["is", string, string[]][] => {
    const value = filters[column];
    return value === undefined ? [] : [["is", techDimension(column), [value]]];
  });
  return { site_id: siteId, date_range: [from, to], ...(asked.length > 0 && { filters: asked }) };
};

export const matrixQuestion = (scene: TechScene, view: TechView): Question => ({
  ...base(scene, view),
  metrics: [view.metric],
  dimensions: [techDimension(view.rows), techDimension(view.columns)],
  order_by: [[view.metric, "desc"]],
});

/** A full combination is of these. */
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

/** A row or column of the matrix; the last may stand for all that have no place of their own. */
export interface Line {
  /** Null for the rest. */
  value: string | null;
  total: number;
  /** How many values it stands for. */
  values: number;
}

export interface Matrix {
  rows: Line[];
  columns: Line[];
  /** By row, then column. */
  cells: number[][];
  total: number;
  /** The largest cell, which the shades are measured against. */
  top: number;
}

export const MOST_LINES = 8;

/** The largest values, and one line for the rest; a rest of one value is shown as what it is. */
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

/** Totals are the sums of what stands in the row or column, so that the table adds up as it is read. */
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

/** Strength of a cell's colour in percent: its share of the largest, the small ones lifted so that they can be told apart. */
export const shadeOf = (count: number, top: number): number =>
  count <= 0 || top <= 0 ? 0 : Math.max(4, Math.round(Math.sqrt(count / top) * 62));

/** Up to when the pipeline has counted what these answers tell: an instant, null before its first run. */
export function processedUntil(meta: Answer["meta"]): number | null | undefined {
  const { processed_until: until } = meta;
  return until === undefined || until === null ? until : Date.parse(until);
}
