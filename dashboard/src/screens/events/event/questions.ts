// The questions of one event: under the filters of the screen, over its days. Pure.
import type { EventType } from "../../../../../workers/domain/events/measurement";
import type { Asked } from "../../../data/answer";
import { propDimension } from "../../../data/filters/dimension";
import type { Filter } from "../../../data/filters/filter";
import { intervalFor } from "../../../data/period";
import { filtersOf, type Question } from "../../../data/question";

/** The event, and everything that its figures depend on. */
export interface EventScene extends Asked {
  siteId: string;
  /** Local days, both included. */
  from: string;
  to: string;
  name: string;
  filters: readonly Filter[];
}

const asking = ({ siteId, from, to, name }: EventScene, filters: readonly Filter[]) => ({
  site_id: siteId,
  date_range: [from, to] as [string, string],
  ...filtersOf([...filters, { operator: "is", dimension: "event:name", values: [name] }]),
});

export const figuresQuestion = (scene: EventScene): Question => ({
  ...asking(scene, scene.filters),
  metrics: ["events", "visitors", "total_revenue", "average_revenue"],
});

export const trendQuestion = (scene: EventScene): Question => ({
  ...asking(scene, scene.filters),
  metrics: ["events"],
  dimensions: [`time:${intervalFor({ name: "custom", from: scene.from, to: scene.to }) ?? "day"}`],
  include: { time_labels: true },
});

/** What the visits with the event are shown by. */
export const VISIT_ROWS = ["event:page", "visit:source", "visit:country", "visit:device"] as const;

const byRows = (dimension: string): Pick<Question, "metrics" | "dimensions" | "order_by" | "pagination"> => ({
  metrics: ["events", "visitors"],
  dimensions: [dimension],
  order_by: [["events", "desc"]],
  pagination: { limit: 50, offset: 0 },
});

export const rowsQuestion = (scene: EventScene, dimension: string): Question => ({
  ...asking(scene, scene.filters),
  ...byRows(dimension),
});

/** The values of a prop. Those beside a chosen one stay in the list, so that another can be chosen. */
export const valuesQuestion = (scene: EventScene, dimension: string): Question => ({
  ...asking(
    scene,
    scene.filters.filter((one) => one.operator !== "is" || one.dimension !== dimension),
  ),
  ...byRows(dimension),
});

/** Lists of the API in which several fields are joined: no filter has them. */
const JOINED = ["form field", "message file line"];
/** Measurements that the API rounds in its lists: a filter by the rounded number would find few of them. */
const ROUNDED = ["seconds", "characters"];
/** Types whose props all come from their sender. */
const OWN: readonly EventType[] = ["custom", "rule", "rule_view"];

/** The dimension of a field of an event; null if it has none that can be filtered by. */
export function dimensionOfField(type: EventType, key: string): string | null {
  if (OWN.includes(type)) return propDimension(key);
  if (key === "href") return "event:href";
  return JOINED.includes(key) || ROUNDED.includes(key) ? null : propDimension(key);
}
