// What a property has saved, as it goes to an Analyst with a question: filters as they were given.
import { toFilter } from "../ask/filter-tree";
import { type Known, NOTHING_KNOWN } from "../ask/known";
import { type PathGroup, toPageGroup } from "../ask/path-groups";
import type { Exchange } from "../money/exchange";

export interface Saved {
  /** A currency of null is the property's. */
  goals: { name: string; filter: unknown; currency: string | null }[];
  segments: { id: string; filter: unknown }[];
  pathGroups: PathGroup[];
  /** Null where revenue is not asked for. */
  exchange: Exchange | null;
}

export const NOTHING_SAVED: Saved = { goals: [], segments: [], pathGroups: [], exchange: null };

/** Their filters, checked. Segments may ask for goals, and neither for others of its kind. */
export function toKnown({ goals, segments, pathGroups, exchange }: Saved): Known {
  const pageGroup = pathGroups.length > 0 ? toPageGroup(pathGroups) : null;
  const alone: Known = { ...NOTHING_KNOWN, pageGroup };
  const known = goals.flatMap(({ name, filter }) => {
    const checked = toFilter(filter, `filter of goal ${name}`, alone);
    return checked === null ? [] : [{ name, filter: checked }];
  });
  const withGoals: Known = { ...alone, goals: known };
  return {
    ...withGoals,
    exchange,
    segments: new Map(segments.map(({ id, filter }) => [id, toFilter(filter, `filter of segment ${id}`, withGoals)])),
  };
}
