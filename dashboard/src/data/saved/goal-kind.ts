// The usual kinds of goals: their fields in the form, and their filters. Pure.
import type { SavedFilter } from "./requests";

export const GOAL_KINDS = ["event", "page", "scroll", "form", "download", "outbound", "rule"] as const;
export type GoalKind = (typeof GOAL_KINDS)[number];

export interface GoalProp {
  key: string;
  value: string;
}

/** What the form asks. Each kind uses some of the fields. */
export interface GoalFields {
  kind: GoalKind;
  /** Event: its name. Form: its name, or empty for any. Rule: its name. */
  name: string;
  /** Page and scroll: a path with wildcards. Scroll: empty for any page. */
  page: string;
  /** Download and outbound link: an address with wildcards, or empty for any. */
  link: string;
  /** Scroll: percent of the page. */
  depth: string;
  /** Event: props that must have these values. */
  props: readonly GoalProp[];
}

export const EMPTY_GOAL: GoalFields = { kind: "event", name: "", page: "", link: "", depth: "75", props: [] };

const PROP = "event:props:";
const FORM = `${PROP}form`;

const named = (name: string): SavedFilter => ["is", "event:name", [name]];
const all = (filters: readonly SavedFilter[]): SavedFilter => (filters.length === 1 ? filters[0]! : ["and", filters]);
const unless = (empty: boolean, filter: () => SavedFilter): SavedFilter[] => (empty ? [] : [filter()]);
/** Text without wildcards is compared as it is: addresses may contain anything. */
const pattern = (dimension: string, text: string): SavedFilter =>
  text.includes("*") ? ["matches_wildcard", dimension, [text]] : ["is", dimension, [text]];

/** The filter of a goal. */
export function toGoalFilter({ kind, ...fields }: GoalFields): SavedFilter {
  const [name, page, link] = [fields.name.trim(), fields.page.trim(), fields.link.trim()];
  const onPage = (): SavedFilter => pattern("event:page", page);
  switch (kind) {
    case "event":
      return all([
        named(name),
        ...fields.props
          .filter(({ key }) => key.trim() !== "")
          .map(({ key, value }): SavedFilter => ["is", `${PROP}${key.trim()}`, [value.trim()]]),
      ]);
    case "page":
      return all([named("pageview"), onPage()]);
    case "scroll":
      return all([
        named("pageview"),
        ...unless(page === "", onPage),
        ["at_least", "event:scroll_depth", [Number(fields.depth)]],
      ]);
    case "form":
      return all([named("form_submit"), ...unless(name === "", () => ["is", FORM, [name]])]);
    case "download":
    case "outbound":
      return all([named(kind), ...unless(link === "", () => pattern("event:href", link))]);
    case "rule":
      return ["is", "event:rule", [name]];
  }
}

/** The only value of a plain condition on a dimension; null otherwise. */
function onlyValue(filter: SavedFilter | undefined): string | null {
  const [operator, , values] = filter ?? [];
  if (operator !== "is" && operator !== "matches_wildcard" && operator !== "at_least") return null;
  return Array.isArray(values) && values.length === 1 ? String(values[0]) : null;
}

const sameFilter = (fields: GoalFields, filter: SavedFilter): boolean =>
  JSON.stringify(toGoalFilter(fields)) === JSON.stringify(filter);

/**
 * The fields of a goal; null if its filter is of no usual kind. Reads what each kind could have, and takes the first
 * that makes the same filter: so a form never changes a goal that it only shows.
 */
export function toGoalFields(filter: SavedFilter): GoalFields | null {
  const [operator, inner] = filter;
  const parts = (operator === "and" && Array.isArray(inner) ? inner : [filter]) as SavedFilter[];
  const by = new Map(parts.map((part) => [String(part[1]), onlyValue(part) ?? ""]));
  const read = (dimension: string): string => by.get(dimension) ?? "";
  const props = parts
    .filter(([, dimension]) => String(dimension).startsWith(PROP))
    .map((part) => ({ key: String(part[1]).slice(PROP.length), value: onlyValue(part) ?? "" }));
  const [page, link, depth] = [read("event:page"), read("event:href"), read("event:scroll_depth")];
  const candidates: Partial<GoalFields>[] = [
    { kind: "rule", name: read("event:rule") },
    { kind: "page", page },
    { kind: "scroll", page, depth },
    { kind: "form", name: read(FORM) },
    { kind: "download", link },
    { kind: "outbound", link },
    { kind: "event", name: read("event:name"), props },
  ];
  return candidates.map((one) => ({ ...EMPTY_GOAL, ...one })).find((one) => sameFilter(one, filter)) ?? null;
}

/** True if the form has what the kind needs. */
export function isWhole({ kind, name, page, depth }: GoalFields): boolean {
  switch (kind) {
    case "event":
    case "rule":
      return name.trim() !== "";
    case "page":
      return page.trim() !== "";
    case "scroll":
      return Number(depth) >= 1 && Number(depth) <= 100;
    default:
      return true;
  }
}
