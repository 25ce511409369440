// Queries to the technology cube: the dimensions to combine and filter, and the filters.
import { CUBE_DIMENSIONS, type CubeColumn, firstsMask, TECH_FACTS } from "../counts/techstack";
import { type Dimension, METRIC_NAMES, METRICS, type MetricName } from "../events/catalog";
import { Problem } from "../requests/problem";

export const FILTER_OPERATORS = ["is", "is_not"] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** `is`: any of the values, as shown in answers. `is_not`: none of them. */
export interface Filter {
  operator: FilterOperator;
  dimension: Dimension;
  values: string[];
}

/** The part of the cube to read. */
export interface CubeGroups {
  /** The columns of a group's values. */
  columns: CubeColumn[];
  filters: { operator: FilterOperator; column: CubeColumn; values: string[] }[];
  /** Rows count their visitors if their mask `firsts` has one of these bits. */
  mask: number;
}

const MOST_CROSSED = 4;
const MOST_FILTERS = 20;
const MOST_VALUES = 500;
const MOST_CHARACTERS = 500;
/** Operators of the dialect that need rows of events. */
const LATER_OPERATORS = ["contains", "contains_not", "matches", "matches_not", "has_done", "has_not_done"];
const CONNECTIVES = ["and", "or", "not"];

const CUBE_NAMES = CUBE_DIMENSIONS.map(({ name }) => name).join(", ");
const CUBE_METRICS = METRIC_NAMES.filter((name) =>
  METRICS[name].needs.every((fact) => (TECH_FACTS as readonly string[]).includes(fact)),
);
const isOfCube = (dimension: Dimension): boolean => CUBE_DIMENSIONS.includes(dimension);
const columnOf = ({ column }: Dimension): CubeColumn => column as CubeColumn;

const invalid = (message: string): Problem => new Problem("invalid", message);
const isOperator = (operator: string): operator is FilterOperator =>
  FILTER_OPERATORS.some((known) => known === operator);

function toFilter(asked: unknown, index: number): Filter {
  const where = `filters[${index}]`;
  const [operator, name, values, ...rest] = Array.isArray(asked) ? (asked as unknown[]) : [];
  if (typeof operator !== "string") throw invalid(`${where} must be of the form ["is", "visit:browser", ["Chrome"]]`);
  if (CONNECTIVES.includes(operator))
    throw invalid(
      `${where} joins filters with ${operator}, which is not available yet; list them instead, and all must match`,
    );
  if (LATER_OPERATORS.includes(operator))
    throw invalid(`${where} has the operator ${operator}, which is not available yet; use is or is_not`);
  if (!isOperator(operator)) throw invalid(`${where} must begin with is or is_not`);
  const dimension = CUBE_DIMENSIONS.find((known) => known.name === name);
  if (!dimension) throw invalid(`${where} is on a dimension without filters; use one of ${CUBE_NAMES}`);
  const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MOST_CHARACTERS;
  if (!Array.isArray(values) || values.length === 0 || values.length > MOST_VALUES || !values.every(isText))
    throw invalid(
      `${where} must have a list of 1 to ${MOST_VALUES} values, texts of at most ${MOST_CHARACTERS} characters`,
    );
  if (rest.length > 0) throw invalid(`${where} must have nothing after its values: options are not available yet`);
  return { operator, dimension, values };
}

/** @throws Problem invalid unless it is a list of filters that the cube supports. */
export function toFilters(asked: readonly unknown[]): Filter[] {
  if (asked.length > MOST_FILTERS) throw invalid(`filters must have at most ${MOST_FILTERS} items`);
  return asked.map(toFilter);
}

/** True if the query needs the cube: it combines dimensions or has filters. The rollups answer all others. */
export const asksCube = ({ others, filters }: { others: readonly Dimension[]; filters: readonly Filter[] }): boolean =>
  others.length > 1 || filters.length > 0;

/** @throws Problem invalid if a dimension or metric is not in the cube. */
export function checkCube(
  others: readonly Dimension[],
  filters: readonly Filter[],
  metrics: readonly MetricName[],
): void {
  if (!asksCube({ others, filters })) return;
  const stranger = others.find((dimension) => !isOfCube(dimension));
  if (stranger && filters.length > 0)
    throw invalid(`filters are not available yet beside the dimension ${stranger.name}; use one of ${CUBE_NAMES}`);
  if (stranger || others.length > MOST_CROSSED)
    throw invalid(
      `dimensions must be at most one, and at most one time dimension beside it; only ${CUBE_NAMES} may be combined, at most ${MOST_CROSSED} of them`,
    );
  const unkept = metrics.find((name) => !CUBE_METRICS.includes(name));
  if (unkept)
    throw invalid(
      `metric ${unkept} is not available for combined or filtered dimensions; the metrics are ${CUBE_METRICS.join(", ")}`,
    );
}

/**
 * The mask covers grouped and filtered dimensions: the visitors of a filtered query came with a combination of both.
 */
export function toCubeGroups(others: readonly Dimension[], filters: readonly Filter[]): CubeGroups {
  const columns = others.map(columnOf);
  return {
    columns,
    filters: filters.map(({ operator, dimension, values }) => ({ operator, column: columnOf(dimension), values })),
    mask: firstsMask([...columns, ...filters.map(({ dimension }) => columnOf(dimension))]),
  };
}
