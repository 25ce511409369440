// What a question may name of what a property has saved.
import { segmentIdsIn } from "../../domain/analysis/ask/filter-tree";
import { NOTHING_SAVED, type Saved } from "../../domain/analysis/saved/known";
import { listGoals } from "./goals";
import { listPathGroups } from "./path-groups";
import { listSegments } from "./segments";
import type { Viewer } from "./visible";

/** A part of a question that may name what is saved. */
interface Naming {
  filters: readonly unknown[];
}

/**
 * The goals and path groups of a property, and of the segments that the viewer sees those that the questions name: the
 * fault of another must not fail them. Nothing is read that they cannot name.
 */
export async function loadSaved(
  db: D1Database,
  siteId: string,
  viewer: Viewer,
  questions: readonly Naming[],
): Promise<Saved> {
  const text = JSON.stringify(questions);
  const names = (word: string): boolean => text.includes(word);
  const ids = new Set(questions.flatMap(({ filters }) => segmentIdsIn(filters)));
  const hasSegments = ids.size > 0;
  const [goals, segments, pathGroups] = await Promise.all([
    hasSegments || names("goal") ? listGoals(db, siteId) : NOTHING_SAVED.goals,
    hasSegments ? listSegments(db, siteId, viewer) : NOTHING_SAVED.segments,
    hasSegments || names("goal") || names("page_group") ? listPathGroups(db, siteId) : NOTHING_SAVED.pathGroups,
  ]);
  return {
    goals: goals.map(({ name, filter, currency }) => ({ name, filter, currency })),
    segments: segments.flatMap(({ id, filter }) => (ids.has(id) ? [{ id, filter }] : [])),
    pathGroups: pathGroups.map(({ pattern, label }) => ({ pattern, label })),
    exchange: null,
  };
}
