// What is saved for a property's questions: goals, segments, path groups and annotations. The domain has the shapes.
import type {
  Annotation,
  Goal,
  PathGroup,
  SavedFilter,
  Segment,
} from "../../../../workers/domain/analysis/saved/saved";
import { request } from "../api";

export type { Annotation, Goal, PathGroup, SavedFilter, Segment };

const at = (siteId: string, kind: string, id?: string): string =>
  `/api/v1/properties/${encodeURIComponent(siteId)}/${kind}${id === undefined ? "" : `/${encodeURIComponent(id)}`}`;

/** The calls that goals, segments and annotations have in common. */
function callsOf<T extends { id: string }, Draft>(kind: string) {
  return {
    load: async (siteId: string, signal: AbortSignal): Promise<T[]> =>
      (await request<Record<string, T[]>>(at(siteId, kind), { signal }))[kind] ?? [],
    create: (siteId: string, draft: Draft): Promise<T> => request(at(siteId, kind), { method: "POST", body: draft }),
    change: (siteId: string, id: string, change: Partial<Draft>): Promise<T> =>
      request(at(siteId, kind, id), { method: "PATCH", body: change }),
    remove: (siteId: string, id: string): Promise<void> => request(at(siteId, kind, id), { method: "DELETE" }),
  };
}

export type GoalDraft = Pick<Goal, "name" | "filter"> & Partial<Pick<Goal, "currency">>;
export type SegmentDraft = Pick<Segment, "name" | "filter" | "shared">;
export type AnnotationDraft = Pick<Annotation, "date" | "time" | "text" | "shared">;
export type PathPattern = Pick<PathGroup, "pattern" | "label">;

export const goalCalls = callsOf<Goal, GoalDraft>("goals");
export const segmentCalls = callsOf<Segment, SegmentDraft>("segments");
export const annotationCalls = callsOf<Annotation, AnnotationDraft>("annotations");

export interface AnnotationScene {
  siteId: string;
  /** Local dates, both included. */
  from: string;
  to: string;
}

export const loadAnnotations = async ({ siteId, from, to }: AnnotationScene, signal: AbortSignal) =>
  (
    await request<{ annotations: Annotation[] }>(`${at(siteId, "annotations")}?${new URLSearchParams({ from, to })}`, {
      signal,
    })
  ).annotations;

export const loadPathGroups = async (siteId: string, signal: AbortSignal): Promise<PathGroup[]> =>
  (await request<{ patterns: PathGroup[] }>(at(siteId, "path-groups"), { signal })).patterns;

export const savePathGroups = async (siteId: string, patterns: readonly PathPattern[]): Promise<PathGroup[]> =>
  (
    await request<{ patterns: PathGroup[] }>(at(siteId, "path-groups"), {
      method: "PUT",
      body: { patterns },
    })
  ).patterns;
