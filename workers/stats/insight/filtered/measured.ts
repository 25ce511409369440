// Events that measure a page view, under filters: conditions on the visit and the page hold for the event itself; where the
// filters have others, an event of its visit must meet them all.
import type { Ask } from "../../../domain/analysis/question";
import type { DetailsAsk } from "../../../domain/analysis/scan/details";

export const detailsOfMeasured = (name: "web_vital" | "heatmap", details: DetailsAsk): Partial<Ask> => ({
  base: { without: "clicks", inVisit: true, filters: [["is", "event:name", [name]]] },
  details,
});
