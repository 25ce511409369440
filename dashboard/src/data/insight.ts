// Insight: API calls for data beyond page views, by local days. The domain has the shapes of the replies.
import type {
  EventInsight,
  EventsInsight,
  HeatmapInsight,
  HeatmapsInsight,
  HeatWidth,
  NetworksInsight,
  RuleInsight,
  RulesInsight,
  VitalsInsight,
} from "../../../workers/domain/counts/insight";
import { request } from "./api";

/** The property and days of every request. Both days are included. */
export interface InsightScene {
  siteId: string;
  from: string;
  to: string;
}

function ask<T>(
  { siteId, from, to }: InsightScene,
  path: string,
  signal: AbortSignal,
  more: Record<string, string | undefined> = {},
): Promise<T> {
  const query = new URLSearchParams({ from, to });
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value);
  return request(`/api/v1/properties/${encodeURIComponent(siteId)}/insight${path}?${query}`, { signal });
}

export const loadEvents = (scene: InsightScene, signal: AbortSignal): Promise<EventsInsight> =>
  ask(scene, "/events", signal);

export interface EventsAsk<Name extends string = string> {
  scene: InsightScene;
  names: readonly Name[];
}

/** The details of several events at once, by event name. */
export async function loadEventDetails<Name extends string>(
  { scene, names }: EventsAsk<Name>,
  signal: AbortSignal,
): Promise<Record<Name, EventInsight>> {
  const details = await Promise.all(
    names.map((name) => ask<EventInsight>(scene, `/events/${encodeURIComponent(name)}`, signal)),
  );
  return Object.fromEntries(names.map((name, index) => [name, details[index]!])) as Record<Name, EventInsight>;
}

export interface VitalsAsk {
  scene: InsightScene;
  page: string | undefined;
  device: string | undefined;
}

export const loadVitals = ({ scene, page, device }: VitalsAsk, signal: AbortSignal): Promise<VitalsInsight> =>
  ask(scene, "/vitals", signal, { page, device });

export const loadHeatmaps = (scene: InsightScene, signal: AbortSignal): Promise<HeatmapsInsight> =>
  ask(scene, "/heatmap", signal);

export interface HeatmapAsk {
  scene: InsightScene;
  page: string;
  width: HeatWidth;
}

export const loadHeatmap = ({ scene, page, width }: HeatmapAsk, signal: AbortSignal): Promise<HeatmapInsight> =>
  ask(scene, "/heatmap", signal, { page, width });

export const loadNetworks = (scene: InsightScene, signal: AbortSignal): Promise<NetworksInsight> =>
  ask(scene, "/networks", signal);

export const loadRuleCounts = (scene: InsightScene, signal: AbortSignal): Promise<RulesInsight> =>
  ask(scene, "/rules", signal);

export interface RuleAsk {
  scene: InsightScene;
  id: string;
}

export const loadRuleInsight = ({ scene, id }: RuleAsk, signal: AbortSignal): Promise<RuleInsight> =>
  ask(scene, `/rules/${encodeURIComponent(id)}`, signal);
