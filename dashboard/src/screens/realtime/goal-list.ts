// Goals for live data: the API call, and which goals live data counts.

import type { Goal } from "../../../../workers/domain/analysis/saved/saved";
import { toLiveGoals } from "../../../../workers/domain/analysis/saved/simple-goal";
import { request } from "../../data/api";

export interface LiveGoal {
  id: string;
  name: string;
  /** False if the goal depends on more than one event. */
  isLive: boolean;
}

/** The goals of a property, oldest first. */
export async function loadLiveGoals(siteId: string, signal: AbortSignal): Promise<LiveGoal[]> {
  const { goals } = await request<{ goals: Goal[] }>(`/api/v1/properties/${encodeURIComponent(siteId)}/goals`, {
    signal,
  });
  const live = new Set(toLiveGoals(goals).map(({ id }) => id));
  return goals.map(({ id, name }) => ({ id, name, isLive: live.has(id) }));
}
