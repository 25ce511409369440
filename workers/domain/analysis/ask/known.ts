// What a property knows beside its events: goals, segments and path groups, by which filters may ask, and rates.

import type { Exchange } from "../money/exchange";
import type { Filter } from "../scan/filter";
import type { PageGroup } from "./path-groups";

export interface Goal {
  name: string;
  filter: Filter;
}

export interface Known {
  /** Null where goals cannot be named: in a goal. */
  goals: readonly Goal[] | null;
  /** The segments that exist, by id; a filter of null is met by everything. Null where none can be named: in a segment. */
  segments: ReadonlyMap<string, Filter | null> | null;
  /** Null where the property groups no pages. */
  pageGroup: PageGroup | null;
  /** How revenue is converted; absent where it is not asked for. */
  exchange?: Exchange | null;
}

/** For the filter of a goal or a segment that is made without others. */
export const NOTHING_KNOWN: Known = { goals: null, segments: null, pageGroup: null };
