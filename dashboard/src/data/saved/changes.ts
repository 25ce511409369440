// Saved things that several places of a page show: a change in one place reloads all.
import { type Accessor, createSignal } from "solid-js";
import { createLoaded, forgetAnswers, type LoadedFor } from "../answer";
import { type Goal, goalCalls, type Segment, segmentCalls } from "./requests";

export type SavedKind = "goals" | "segments" | "annotations" | "path-groups";

const [versions, setVersions] = createSignal<Record<SavedKind, number>>({
  goals: 0,
  segments: 0,
  annotations: 0,
  "path-groups": 0,
});

/** A tick for everything that depends on saved things of this kind. */
export const versionOf = (kind: SavedKind): number => versions()[kind];

/** A tick for answers: goals, segments and path groups change what a question means. */
export const meaningVersion = (): number => versionOf("goals") + versionOf("segments") + versionOf("path-groups");

/** Call it after a change has been saved. */
export const announce = (kind: SavedKind): void => {
  forgetAnswers();
  setVersions((all) => ({ ...all, [kind]: all[kind] + 1 }));
};

export const createGoals = (siteId: Accessor<string>): LoadedFor<Goal[], string> =>
  createLoaded(siteId, goalCalls.load, () => versionOf("goals"));

const pending = new Map<string, { version: number; list: Promise<Segment[]> }>();

/** The filter bar and its menu ask at the same moment, so they share one request. */
function loadSegments(siteId: string): Promise<Segment[]> {
  const version = versionOf("segments");
  const known = pending.get(siteId);
  if (known?.version === version) return known.list;
  const list = segmentCalls.load(siteId, new AbortController().signal);
  pending.set(siteId, { version, list });
  list.then(
    () => pending.delete(siteId),
    () => pending.delete(siteId),
  );
  return list;
}

export const createSegments = (siteId: Accessor<string>): LoadedFor<Segment[], string> =>
  createLoaded(siteId, loadSegments, () => versionOf("segments"));
