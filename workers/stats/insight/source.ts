// Where insight comes from: the counts in D1, or with filters the analysis zone (filtered/). Both have the same shapes.
import type { HeatWidth } from "../../domain/counts/insight";
import { Problem } from "../../domain/requests/problem";
import {
  type Counted,
  type CountedHeatmap,
  type CountedRule,
  type CountedRulePage,
  type PropertyDays,
  readEvent,
  readEventNames,
  readHeatmap,
  readHeatmaps,
  readRule,
  readRules,
  readVitals,
  type VitalSamples,
} from "../../storage/counts/details";
import { type NetworkCounts, readNetworks } from "../../storage/networks/networks";

export interface InsightSource {
  eventNames: (most: number) => Promise<{ name: string; events: number; visitors: number }[]>;
  event: (
    name: string,
    most: number,
  ) => Promise<{ events: number; pages: Counted[]; props: (Counted & { key: string })[] }>;
  vitals: (of: { page: string | null; device: string | null }, most: number) => Promise<VitalSamples[]>;
  heatmap: (
    page: string,
    width: HeatWidth,
  ) => Promise<{ clicks: Counted[]; moves: Counted[]; reach: Counted[]; sums: Counted[] }>;
  heatmaps: (width: HeatWidth | null, most: number) => Promise<CountedHeatmap[]>;
  rules: () => Promise<CountedRule[]>;
  rule: (
    id: string,
    most: number,
  ) => Promise<{
    sums: CountedRule | undefined;
    pages: CountedRulePage[];
    elements: Counted[];
    devices: Counted[];
  }>;
  networks: (most: number, mostPages: number) => Promise<NetworkCounts>;
}

/** The dimensions (as patterns of SQLite's GLOB) that the counts of an answer are read from. */
export type ReadDimensions = readonly string[];

/**
 * For days of which counts are beyond a cap: the events answer, and the counts where those are too many.
 * @param onCapped called where counts with `(other)` in them are the answer.
 */
export function eventsBefore(events: InsightSource, counts: InsightSource, onCapped: () => void): InsightSource {
  const either = <Arguments extends unknown[], Found>(
    first: (...given: Arguments) => Promise<Found>,
    second: (...given: Arguments) => Promise<Found>,
  ) => {
    return async (...given: Arguments): Promise<Found> => {
      try {
        return await first(...given);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        onCapped();
        return second(...given);
      }
    };
  };
  return {
    eventNames: either(events.eventNames, counts.eventNames),
    event: either(events.event, counts.event),
    vitals: either(events.vitals, counts.vitals),
    heatmap: either(events.heatmap, counts.heatmap),
    heatmaps: either(events.heatmaps, counts.heatmaps),
    rules: either(events.rules, counts.rules),
    rule: either(events.rule, counts.rule),
    networks: either(events.networks, counts.networks),
  };
}

export const countedSource = (db: D1Database, days: PropertyDays): InsightSource => ({
  eventNames: (most) => readEventNames(db, days, most),
  event: (name, most) => readEvent(db, days, name, most),
  vitals: (of, most) => readVitals(db, days, of, most),
  heatmap: (page, width) => readHeatmap(db, days, page, width),
  heatmaps: (width, most) => readHeatmaps(db, days, width, most),
  rules: () => readRules(db, days),
  rule: (id, most) => readRule(db, days, id, most),
  networks: (most, mostPages) => readNetworks(db, days, most, mostPages),
});
