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
import { type Filter, toTrees } from "./filters/filter";

/** The property, days and visitors of every request. Both days are included. */
export interface InsightScene {
  siteId: string;
  from: string;
  to: string;
  /** Absent for everybody. */
  filters?: readonly Filter[];
}

function ask<T>(
  { siteId, from, to, filters = [] }: InsightScene,
  path: string,
  signal: AbortSignal,
  more: Record<string, string | undefined> = {},
): Promise<T> {
  const query = new URLSearchParams({ from, to });
  for (const [name, value] of Object.entries(more)) if (value !== undefined) query.set(name, value);
  // Filters may be too long for an address, so they are always sent in a body.
  const filtered = filters.length > 0 && { method: "POST" as const, body: { filters: toTrees(filters) } };
  return request(`/api/v1/properties/${encodeURIComponent(siteId)}/insight${path}?${query}`, { signal, ...filtered });
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

/** Filters that the counts of vitals can answer: one page, one device. Others need the events themselves. */
const countedBy = ({ isGrouped }: PagesAsk): Record<string, string> => ({
  [pageDimension(isGrouped)]: "page",
  "visit:device": "device",
});

export interface PagesAsk {
  scene: InsightScene;
  /** True for path groups instead of single pages. */
  isGrouped: boolean;
}

export const pageDimension = (isGrouped: boolean): "event:page" | "event:page_group" =>
  isGrouped ? "event:page_group" : "event:page";

const groupedParam = (isGrouped: boolean): string | undefined => (isGrouped ? "true" : undefined);

export function loadVitals(asked: PagesAsk, signal: AbortSignal): Promise<VitalsInsight> {
  const { filters = [], ...everybody } = asked.scene;
  const grouped = groupedParam(asked.isGrouped);
  const names = countedBy(asked);
  const counted: Record<string, string> = {};
  for (const { operator, dimension, values } of filters) {
    const name = Object.hasOwn(names, dimension) ? names[dimension]! : undefined;
    if (name === undefined || operator !== "is" || values.length !== 1 || values[0] === "" || name in counted)
      return ask(asked.scene, "/vitals", signal, { grouped });
    counted[name] = values[0]!;
  }
  return ask(everybody, "/vitals", signal, { ...counted, grouped });
}

export const loadHeatmaps = ({ scene, isGrouped }: PagesAsk, signal: AbortSignal): Promise<HeatmapsInsight> =>
  ask(scene, "/heatmap", signal, { grouped: groupedParam(isGrouped) });

export interface HeatmapAsk extends PagesAsk {
  /** A page, or a path group. */
  page: string;
  width: HeatWidth;
}

export const loadHeatmap = (
  { scene, isGrouped, page, width }: HeatmapAsk,
  signal: AbortSignal,
): Promise<HeatmapInsight> => ask(scene, "/heatmap", signal, { page, width, grouped: groupedParam(isGrouped) });

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
