// Checks a filter before it is saved. Questions read what is saved, so the reader of questions decides what is a filter.
import { wrongPart } from "../../requests/problem";
import { segmentIdsIn, toFilter } from "../ask/filter-tree";
import { type Known, NOTHING_KNOWN } from "../ask/known";
import type { SavedFilter } from "./saved";

/**
 * What the filter is saved for. A goal must not use goals or segments, and a segment must not use segments: each could
 * then contain itself.
 */
export type FilterUse = "goal" | "segment" | "funnel";

const MOST_BYTES = 8192;

/** @throws Problem invalid when the value has more bytes as JSON than allowed. */
export function requireBytes(value: unknown, part: string, most: number): void {
  if (new TextEncoder().encode(JSON.stringify(value)).length > most)
    throw wrongPart(part, `must have at most ${most} bytes as JSON`);
}

/** What the filter may name. Goals and segments may come and go. */
function knownFor(use: FilterUse, given: unknown): Known {
  if (use === "goal") return NOTHING_KNOWN;
  const segments = use === "segment" ? null : new Map(segmentIdsIn(given).map((id) => [id, null]));
  return { goals: [], segments, pageGroup: null };
}

/**
 * @param part where the filter stands in the body, such as `filter` or `funnel.steps[0].filter`.
 * @throws Problem invalid that names the part of the tree which is wrong.
 */
export function checkFilter(given: unknown, part: string, use: FilterUse): asserts given is SavedFilter {
  if (given === undefined) throw wrongPart(part, "must be given");
  // A question may have a list of filters, but what is saved is one.
  if (!Array.isArray(given) || typeof given[0] !== "string")
    throw wrongPart(part, 'must be a filter such as ["is", "event:name", ["Signup"]]');
  // Before its size: serializing a tree of any depth could overflow the stack.
  toFilter(given, part, knownFor(use, given));
  requireBytes(given, part, MOST_BYTES);
}
