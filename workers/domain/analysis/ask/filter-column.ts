// The column that a filter tests, by the dimension that it names.
import { DIMENSIONS, type Dimension, dimensionFor } from "../../events/catalog";
import { isPlain } from "../../requests/plain";
import { wrongPart } from "../../requests/problem";
import { ALIASES, MOST_KEY_CHARACTERS, PROPS } from "../dimensions";
import type { Level } from "../scan/filter";
import type { Known } from "./known";

export interface FilterColumn {
  level: Level;
  column: string;
  /** What stands for no value. */
  absent: string;
  /** What an answer shows of a value, where that is something else. */
  shown: ((value: string) => string) | null;
}

const column = (level: Level, name: string, absent: string): FilterColumn => ({
  ...{ level, column: name, absent },
  shown: null,
});

/** Dimensions of the scan alone: rollups keep nothing by them. */
const OTHERS = new Map([
  ["event:href", column("event", "href", "(none)")],
  ["event:scroll_depth", column("event", "scroll_depth", "")],
  ["event:scroll_bucket", column("event", "scroll_bucket", "(none)")],
  ["event:previous_page", column("event", "previous_page", "")],
  ["event:next_page", column("event", "next_page", "")],
  ["visit:duration_bucket", column("visit", "duration_bucket", "(none)")],
]);

const PAGE_GROUPS = new Map([
  ["event:page_group", "event:page"],
  ["visit:entry_page_group", "visit:entry_page"],
  ["visit:exit_page_group", "visit:exit_page"],
]);

const SPECIAL = ["event:goal", `${PROPS}<key>`, ...OTHERS.keys(), ...PAGE_GROUPS.keys()];
const quote = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

const ofCatalogue = ({ scope, column: name, absent }: Dimension): FilterColumn =>
  column(scope === "event" ? "event" : "visit", name, absent);

function grouped(name: string, pageGroup: Known["pageGroup"]): FilterColumn {
  const page = ofCatalogue(dimensionFor(name)!);
  if (pageGroup === null) return page;
  return { ...page, shown: (value) => (value === page.absent ? value : (pageGroup(value) ?? page.absent)) };
}

function ofProp(key: string, part: string): FilterColumn {
  if (key === "" || key.length > MOST_KEY_CHARACTERS || !isPlain(key))
    throw wrongPart(part, `must name a prop with a key of 1 to ${MOST_KEY_CHARACTERS} characters`);
  return column("event", `props:${key}`, "");
}

/** @throws Problem invalid for what is no dimension that can be filtered. */
export function filterColumnFor(name: unknown, part: string, { pageGroup }: Known): FilterColumn {
  if (typeof name !== "string") throw wrongPart(part, "must be the name of a dimension");
  if (name.startsWith(PROPS)) return ofProp(name.slice(PROPS.length), part);
  if (name === "time" || name.startsWith("time:"))
    throw wrongPart(part, "must not be a time dimension; use date_range instead");
  const page = PAGE_GROUPS.get(name);
  if (page !== undefined) return grouped(page, pageGroup);
  const known = dimensionFor(ALIASES.get(name) ?? name);
  const found = known ? ofCatalogue(known) : OTHERS.get(name);
  if (found) return found;
  const names = [...DIMENSIONS.map((dimension) => dimension.name), ...SPECIAL].join(", ");
  throw wrongPart(part, `names ${quote(name)}, which does not exist; the dimensions are ${names}`);
}
