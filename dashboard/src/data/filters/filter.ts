// Filters: which events and visits the figures are of. They are in the URL, and hold on every screen that can filter:
// `f=is,visit:country,DE,FR;contains,event:page,/blog`. Pure.

/** In the order of the dialog. `has_done` and `has_not_done` are about all events of a visit. */
export const OPERATORS = [
  "is",
  "is_not",
  "contains",
  "contains_not",
  "matches_wildcard",
  "matches_wildcard_not",
  "matches",
  "matches_not",
  "at_least",
  "at_most",
  "has_done",
  "has_not_done",
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface Filter {
  operator: Operator;
  /** `visit:country`, `event:props:plan`; `segment` for saved segments, whose values are ids. */
  dimension: string;
  /** At least one. One of them must match. */
  values: readonly string[];
}

/** A filter as queries have it. */
export type Tree = readonly [string, ...unknown[]];

export const SEGMENT = "segment";
export const GOAL = "event:goal";
/** Its values are ids. */
export const RULE = "event:rule";

/** As many as a URL can hold. */
const MOST_FILTERS = 20;
const MOST_VALUES = 100;

const isOperator = (text: string | undefined): text is Operator => OPERATORS.includes(text as Operator);
const isDimension = (text: string | undefined): text is string =>
  text !== undefined && (text === SEGMENT || /^(visit|event):./.test(text));

/** The separators, and what escapes them. The rest stays readable. */
const escapeText = (text: string): string => text.replaceAll(/[%,;]/g, encodeURIComponent);
function unescapeText(text: string): string {
  return text.replaceAll(/%(25|2C|3B)/gi, decodeURIComponent);
}

/** The parameter of these filters; undefined for none. */
export function writeFilters(filters: readonly Filter[]): string | undefined {
  if (filters.length === 0) return undefined;
  return filters
    .map(({ operator, dimension, values }) => [operator, dimension, ...values].map(escapeText).join(","))
    .join(";");
}

/** The filters of a parameter, without those that are no filters. */
export function readFilters(text: string | undefined): Filter[] {
  const filters = (text ?? "").split(";").flatMap((part): Filter[] => {
    const [operator, dimension, ...values] = part.split(",").map(unescapeText);
    if (!isOperator(operator) || !isDimension(dimension) || values.length === 0) return [];
    return [{ operator, dimension, values: [...new Set(values)].slice(0, MOST_VALUES) }];
  });
  return filters.slice(0, MOST_FILTERS);
}

/** The filter of a query. */
export function toTree({ operator, dimension, values }: Filter): Tree {
  switch (operator) {
    case "has_done":
    case "has_not_done":
      return [operator, ["is", dimension, values]];
    case "at_least":
    case "at_most": {
      const number = Number(values[0]);
      // What is not a number is left to the API, whose message says so.
      return [operator, dimension, [values[0]?.trim() && Number.isFinite(number) ? number : (values[0] ?? "")]];
    }
    case "contains":
    case "contains_not":
      return [operator, dimension, values, { case_sensitive: false }];
    default:
      return [operator, dimension, values];
  }
}

export const toTrees = (filters: readonly Filter[]): Tree[] => filters.map(toTree);

/** What an event of a page has as well as a page view of it. */
const OF_PAGES = ["event:page", "event:hostname", "event:page_group"];

/**
 * The filters of a query about page views or clicks: conditions on other events, such as a goal or a prop, hold for the visit,
 * because a page view has none of its own.
 */
export const toVisitTrees = (filters: readonly Filter[]): Tree[] =>
  filters.map((one) => {
    const isOfVisit = !one.dimension.startsWith("event:") || one.operator.startsWith("has_");
    return isOfVisit || OF_PAGES.includes(one.dimension) ? toTree(one) : ["has_done", toTree(one)];
  });

const isSame = (one: Filter, other: Filter): boolean => JSON.stringify(one) === JSON.stringify(other);

/** The filters with this value of the dimension and no other. */
export const withOnly = (filters: readonly Filter[], dimension: string, value: string): Filter[] => [
  ...filters.filter((one) => one.dimension !== dimension || one.operator !== "is"),
  { operator: "is", dimension, values: [value] },
];

/** The filters after a click on a row: only this value. A second click takes the filter away. */
export function withValue(filters: readonly Filter[], dimension: string, value: string): Filter[] {
  const added: Filter = { operator: "is", dimension, values: [value] };
  const others = filters.filter((one) => !isSame(one, added));
  return others.length < filters.length ? others : withOnly(filters, dimension, value);
}

/** True if the filters choose exactly this value. */
export const isChosen = (filters: readonly Filter[], dimension: string, value: string): boolean =>
  filters.some((one) => isSame(one, { operator: "is", dimension, values: [value] }));

/** The filters with one changed, or taken away (null). */
export const withFilterAt = (filters: readonly Filter[], index: number, filter: Filter | null): Filter[] =>
  filter === null ? filters.filter((_, at) => at !== index) : filters.toSpliced(index, 1, filter);

/** True if the figures are of conversions: events that meet a goal. */
export const hasGoal = (filters: readonly Filter[]): boolean =>
  filters.some(({ operator, dimension }) => dimension === GOAL && operator === "is");

/**
 * The filters for a list of goals: what these visitors did elsewhere in the visit counts too, so that choosing one goal
 * does not hide the others.
 */
export const ofTheSameVisits = (filters: readonly Filter[]): Filter[] =>
  filters.map((one) => (one.dimension === GOAL && one.operator === "is" ? { ...one, operator: "has_done" } : one));
