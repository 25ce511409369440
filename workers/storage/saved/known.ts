// What a question may name of what a property has saved.
import { NOTHING_SAVED, type Saved } from "../../domain/analysis/saved/known";
import { listGoals } from "./goals";
import { listPathGroups } from "./path-groups";
import { listSegments } from "./segments";
import type { Viewer } from "./visible";

/** The goals, segments and path groups of a property that the viewer sees; nothing is read that the question cannot name. */
export async function loadSaved(db: D1Database, siteId: string, viewer: Viewer, question: object): Promise<Saved> {
  const text = JSON.stringify(question);
  const names = (word: string): boolean => text.includes(word);
  const hasSegments = names('"segment"');
  const [goals, segments, pathGroups] = await Promise.all([
    hasSegments || names("goal") ? listGoals(db, siteId) : NOTHING_SAVED.goals,
    hasSegments ? listSegments(db, siteId, viewer) : NOTHING_SAVED.segments,
    hasSegments || names("goal") || names("page_group") ? listPathGroups(db, siteId) : NOTHING_SAVED.pathGroups,
  ]);
  return {
    goals: goals.map(({ name, filter }) => ({ name, filter })),
    segments: segments.map(({ id, filter }) => ({ id, filter })),
    pathGroups: pathGroups.map(({ pattern, label }) => ({ pattern, label })),
  };
}
