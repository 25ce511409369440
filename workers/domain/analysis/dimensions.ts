// The dimensions by which a scan groups: those of the catalogue, and those that rollups do not keep.
import { type Dimension, dimensionFor } from "../events/catalog";
import { Problem } from "../requests/problem";
import type { Group } from "./scan/scan";

/** A dimension of a question, with its place in a frame. */
export interface ScanDimension extends Dimension {
  group: Group;
}

export const PROPS = "event:props:";
/** How the columns of props begin. */
export const PROP = "props:";
export const MOST_KEY_CHARACTERS = 100;

/** Plausible's names for what the same column answers. */
export const ALIASES: ReadonlyMap<string, string> = new Map([
  ["visit:country_name", "visit:country"],
  ["visit:region_name", "visit:region"],
  ["visit:city_name", "visit:city"],
]);

const about = (name: string, label: string, column: string, more: Partial<Dimension> = {}): Dimension => ({
  ...{ name, column, label, absent: "(none)", sparse: false },
  scope: name.startsWith("visit:") ? "visit" : "event",
  ...more,
});

/** Which goals an event meets: several, so it is no column. */
export const GOAL = "event:goal";

const OTHERS = new Map(
  [
    about(GOAL, "Goal", "goal"),
    about("event:href", "Link", "href", { sparse: true }),
    about("event:scroll_depth", "Scroll depth", "scroll_depth", { sparse: true }),
    about("event:scroll_bucket", "Scroll depth", "scroll_bucket", { sparse: true }),
    about("event:previous_page", "Previous page", "previous_page", { sparse: true }),
    about("event:next_page", "Next page", "next_page", { sparse: true }),
    about("visit:duration_bucket", "Visit duration", "duration_bucket"),
    about("event:page_group", "Page group", "page_group"),
    about("visit:entry_page_group", "Entry page group", "entry_page_group", { scope: "entry" }),
    about("visit:exit_page_group", "Exit page group", "exit_page_group", { scope: "exit" }),
  ].map((dimension) => [dimension.name, dimension]),
);

export const OTHER_DIMENSIONS = [...OTHERS.keys(), `${PROPS}<key>`];

function ofProp(name: string): Dimension {
  const key = name.slice(PROPS.length);
  if (key === "" || key.length > MOST_KEY_CHARACTERS)
    throw new Problem("invalid", `dimension ${PROPS}<key> must have a key of 1 to ${MOST_KEY_CHARACTERS} characters`);
  return about(name, key, `props:${key}`);
}

/** True for a dimension that only a scan knows. */
export const isScanOnly = (name: string): boolean => name.startsWith(PROPS) || OTHERS.has(name) || ALIASES.has(name);

/** Undefined where there is no such dimension. @throws Problem invalid for a prop without a proper key. */
export function scanDimensionFor(name: string): ScanDimension | undefined {
  const known = name.startsWith(PROPS) ? ofProp(name) : (OTHERS.get(name) ?? dimensionFor(ALIASES.get(name) ?? name));
  if (!known) return undefined;
  const { column, scope, sparse, absent } = known;
  const group: Group = {
    level: scope === "event" ? "event" : "visit",
    column,
    isEnd: scope === "entry" || scope === "exit",
    isSparse: sparse,
    absent,
  };
  return { ...known, name, group };
}
