// Insight: combines counted details for the screens. domain/counts/insight.ts defines the shapes and their meaning.
import { vitalDimension } from "../../domain/counts/details";
import {
  type EventInsight,
  type EventsInsight,
  type HeatCell,
  type HeatmapInsight,
  type HeatmapsInsight,
  type HeatWidth,
  MOST_INSIGHT_NAMES,
  MOST_INSIGHT_ROWS,
  REACH_STEP,
  VITALS,
  type VitalRow,
  type VitalsInsight,
} from "../../domain/counts/insight";
import { valueOfBucket } from "../../domain/counts/vitals";
import { toEventType } from "../../domain/events/measurement";
import type { Counted, VitalSamples } from "../../storage/counts/details";
import type { InsightSource } from "./source";

const typeOf = (name: string) => toEventType(name).event_type;

export async function eventsInsight(source: InsightSource): Promise<EventsInsight> {
  const names = await source.eventNames(MOST_INSIGHT_NAMES);
  return { events: names.map((counted) => ({ type: typeOf(counted.name), ...counted })) };
}

export async function eventInsight(source: InsightSource, name: string): Promise<EventInsight> {
  const { events, pages, props } = await source.event(name, MOST_INSIGHT_ROWS);
  return {
    name,
    type: typeOf(name),
    events,
    pages,
    props: [...Map.groupBy(props, ({ key }) => key)].map(([key, values]) => ({
      key,
      values: values.map(({ value, events: counted }) => ({ value, events: counted })),
    })),
  };
}

/** One row per page or device, those with the most samples first. */
function toVitalRows(samples: readonly VitalSamples[], part: VitalSamples["part"]): VitalRow[] {
  const byValue = Map.groupBy(
    samples.filter((sample) => sample.part === part),
    ({ value }) => value,
  );
  const rows = [...byValue].map(([value, of]) => ({
    value,
    samples: of.reduce((sum, sample) => sum + sample.samples, 0),
    p75: Object.fromEntries(
      VITALS.map((metric) => {
        const sample = of.find(({ dimension }) => dimension === vitalDimension(metric));
        return [metric, sample ? valueOfBucket(metric, sample.bucket) : null];
      }),
    ) as VitalRow["p75"],
  }));
  return rows.sort((a, b) => b.samples - a.samples || (a.value < b.value ? -1 : 1));
}

export async function vitalsInsight(
  source: InsightSource,
  filter: { page: string | null; device: string | null },
): Promise<VitalsInsight> {
  const samples = await source.vitals(filter, MOST_INSIGHT_ROWS);
  const metrics = VITALS.map((metric) => {
    const all = samples.find(({ part, dimension }) => part === "all" && dimension === vitalDimension(metric));
    return {
      metric,
      samples: all?.samples ?? 0,
      p75: all ? valueOfBucket(metric, all.bucket) : null,
      good: all?.good ?? 0,
      needs_improvement: all?.fair ?? 0,
      poor: all?.poor ?? 0,
    };
  });
  return { metrics, pages: toVitalRows(samples, "page"), devices: toVitalRows(samples, "device") };
}

const toCellsOf = (counted: readonly Counted[]): HeatCell[] =>
  counted.map(({ value, events }) => {
    const [column, row] = value.split(",").map(Number) as [number, number];
    return [column, row, events];
  });

export async function heatmapInsight(source: InsightSource, page: string, width: HeatWidth): Promise<HeatmapInsight> {
  const { clicks, moves, reach, sums } = await source.heatmap(page, width);
  const reached = new Map(reach.map(({ value, events }) => [Number(value), events]));
  return {
    page,
    width,
    clicks: toCellsOf(clicks),
    moves: toCellsOf(moves),
    reach: Array.from({ length: 100 / REACH_STEP }, (_, i) => reached.get((i + 1) * REACH_STEP) ?? 0),
    views: sums.find(({ value }) => value === "views")?.events ?? 0,
  };
}

export async function heatmapsInsight(source: InsightSource, width: HeatWidth | null): Promise<HeatmapsInsight> {
  return { pages: await source.heatmaps(width, MOST_INSIGHT_ROWS) };
}
