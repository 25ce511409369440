// What a property has saved, as it goes to an Analyst with a question: filters as they were given.
import { toFilter } from "../ask/filter-tree";
import { type Known, NOTHING_KNOWN } from "../ask/known";
import { type PathGroup, toPageGroup } from "../ask/path-groups";

export interface Saved {
  goals: { name: string; filter: unknown }[];
  segments: { id: string; filter: unknown }[];
  pathGroups: PathGroup[];
}

export const NOTHING_SAVED: Saved = { goals: [], segments: [], pathGroups: [] };

/** Their filters, checked. Segments may ask for goals, and neither for others of its kind. */
export function toKnown({ goals, segments, pathGroups }: Saved): Known {
  const pageGroup = pathGroups.length > 0 ? toPageGroup(pathGroups) : null;
  const alone: Known = { ...NOTHING_KNOWN, pageGroup };
  const known = goals.flatMap(({ name, filter }) => {
    const checked = toFilter(filter, `filter of goal ${name}`, alone);
    return checked === null ? [] : [{ name, filter: checked }];
  });
  const withGoals: Known = { ...alone, goals: known };
  return {
    ...withGoals,
    segments: new Map(segments.map(({ id, filter }) => [id, toFilter(filter, `filter of segment ${id}`, withGoals)])),
  };
}
