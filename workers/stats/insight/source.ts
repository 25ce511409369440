// Where insight comes from: the counts in D1, or with filters the analysis zone (filtered/). Both have the same shapes.
import type { HeatWidth } from "../../domain/counts/insight";
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
