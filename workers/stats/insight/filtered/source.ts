// Insight under filters or by path group, answered by the Analysts like any other question with filters.
import type { InsightSource } from "../source";
import { createAsker, type Filtering } from "./asker";
import { countEvent, countEventNames } from "./events";
import { countHeatmap, countHeatmaps } from "./heatmaps";
import { countNetworks } from "./networks";
import { countRule, countRules } from "./rules";
import { countVitals } from "./vitals";

/** @throws Problem invalid for a wrong filter, or for a period with too many events. */
export async function filteredSource(filtering: Filtering): Promise<InsightSource> {
  const asker = await createAsker(filtering);
  const { by } = filtering;
  return {
    eventNames: (most) => countEventNames(asker, most),
    event: (name, most) => countEvent(asker, name, most),
    vitals: (of, most) => countVitals(asker, by, of, most),
    heatmap: (page, width) => countHeatmap(asker, by, page, width),
    heatmaps: (width, most) => countHeatmaps(asker, by, width, most),
    rules: () => countRules(asker),
    rule: (id, most) => countRule(asker, id, most),
    networks: (most, mostPages) => countNetworks(asker, filtering, most, mostPages),
  };
}
