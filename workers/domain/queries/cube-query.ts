// Queries to the technology cube: the dimensions to combine and filter, and the filters.
import { CUBE_DIMENSIONS, type CubeColumn, firstsMask, TECH_FACTS } from "../counts/techstack";
import { type Dimension, METRIC_NAMES, METRICS, type MetricName } from "../events/catalog";

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
const CUBE_METRICS = METRIC_NAMES.filter((name) =>
  METRICS[name].needs.every((fact) => (TECH_FACTS as readonly string[]).includes(fact)),
);
const isOfCube = ({ name }: Dimension): boolean => CUBE_DIMENSIONS.some((known) => known.name === name);
const columnOf = ({ column }: Dimension): CubeColumn => column as CubeColumn;

const isText = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= MOST_CHARACTERS;

/** A filter as the caller gave it, if the cube has it; else null. */
function toFilter(asked: unknown): Filter | null {
  if (!Array.isArray(asked) || asked.length !== 3) return null;
  const [operator, name, values] = asked as unknown[];
  const known = FILTER_OPERATORS.find((one) => one === operator);
  const dimension = CUBE_DIMENSIONS.find((one) => one.name === name);
  if (!known || !dimension || !Array.isArray(values) || values.length === 0 || values.length > MOST_VALUES) return null;
  return values.every(isText) ? { operator: known, dimension, values } : null;
}

/** The cube's filters out of those that a caller gave; null where one is not of the cube. */
export function toCubeFilters(asked: readonly unknown[]): Filter[] | null {
  if (asked.length > MOST_FILTERS) return null;
  const filters = asked.map(toFilter);
  return filters.every((filter) => filter !== null) ? filters : null;
}

/** The cube knows visitors by combination: rows of several values of a dimension that the answer does not show add up. */
const letsSeveralThrough = ({ operator, dimension, values }: Filter, others: readonly Dimension[]): boolean =>
  (operator === "is_not" || values.length > 1) && !others.some(({ column }) => column === dimension.column);

/** Whether the cube answers a question exactly. */
export function fitsCube(
  others: readonly Dimension[],
  asked: readonly unknown[],
  metrics: readonly MetricName[],
): boolean {
  const filters = toCubeFilters(asked);
  if (filters === null || others.length > MOST_CROSSED || !others.every(isOfCube)) return false;
  if (metrics.includes("visitors") && filters.some((filter) => letsSeveralThrough(filter, others))) return false;
  return metrics.every((name) => CUBE_METRICS.includes(name));
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
