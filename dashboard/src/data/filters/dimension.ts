// The dimensions that a filter may have, by group, with their operators. Pure.
import { words } from "../../words/filters";
import { words as overview } from "../../words/overview";
import { GOAL, type Operator, SEGMENT } from "./filter";

export interface FilterDimension {
  name: string;
  label: string;
  operators: readonly Operator[];
}

const TEXT = [
  "is",
  "is_not",
  "contains",
  "contains_not",
  "matches_wildcard",
  "matches_wildcard_not",
  "matches",
  "matches_not",
] as const;
/** Values from a short list. */
const CHOICE = ["is", "is_not"] as const;
/** What a visit can contain beside the event itself. */
const DONE = ["has_done", "has_not_done"] as const;

const of = (name: keyof typeof overview.tabs, operators: readonly Operator[] = TEXT): FilterDimension => ({
  name,
  label: words.dimensions[name as keyof typeof words.dimensions] ?? overview.tabs[name],
  operators,
});

/** In the order of the dialog. */
export const FILTER_GROUPS: readonly { label: string; dimensions: readonly FilterDimension[] }[] = [
  {
    label: words.groups.pages,
    dimensions: [
      of("event:page", [...TEXT, ...DONE]),
      of("visit:entry_page"),
      of("visit:exit_page"),
      of("event:hostname"),
    ],
  },
  {
    label: words.groups.events,
    dimensions: [
      { name: GOAL, label: words.goal, operators: [...CHOICE, ...DONE] },
      of("event:name", [...TEXT, ...DONE]),
      { name: "event:scroll_depth", label: words.scrollDepth, operators: ["at_least", "at_most"] },
    ],
  },
  {
    label: words.groups.sources,
    dimensions: [
      of("visit:channel", CHOICE),
      of("visit:source"),
      of("visit:referrer"),
      of("visit:utm_campaign"),
      of("visit:utm_source"),
      of("visit:utm_medium"),
      of("visit:utm_term"),
      of("visit:utm_content"),
    ],
  },
  {
    label: words.groups.places,
    dimensions: [of("visit:country", CHOICE), of("visit:region"), of("visit:city"), of("visit:language")],
  },
  {
    label: words.groups.technology,
    dimensions: [
      of("visit:device", CHOICE),
      of("visit:browser"),
      of("visit:browser_version"),
      of("visit:os"),
      of("visit:os_version"),
      of("visit:screen"),
      of("visit:network"),
      of("visit:network_type", CHOICE),
    ],
  },
];

const PROP = "event:props:";
const byName = new Map(FILTER_GROUPS.flatMap(({ dimensions }) => dimensions).map((one) => [one.name, one]));

export const isProp = (name: string): boolean => name.startsWith(PROP);
export const propDimension = (key: string): string => `${PROP}${key}`;
export const propKey = (name: string): string => name.slice(PROP.length);

/** Any dimension, also one that the dialog does not list. */
export function filterDimension(name: string): FilterDimension {
  const known = byName.get(name);
  if (known) return known;
  if (name === SEGMENT) return { name, label: words.segment, operators: CHOICE };
  if (isProp(name)) return { name, label: words.prop(propKey(name)), operators: [...TEXT, "at_least", "at_most"] };
  const label = words.dimensions[name as keyof typeof words.dimensions] ?? name.slice(name.indexOf(":") + 1);
  return { name, label, operators: TEXT };
}
