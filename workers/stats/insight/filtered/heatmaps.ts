// Heatmaps under filters.
import type { PageDimension } from "../../../domain/analysis/scan/details";
import type { HeatWidth } from "../../../domain/counts/insight";
import { compareTexts } from "../../../domain/queries/text-order";
import type { CountedHeatmap } from "../../../storage/counts/details";
import type { InsightSource } from "../source";
import type { Asker } from "./asker";
import { detailsOfMeasured } from "./measured";
import { countedIn } from "./ranking";

export async function countHeatmap(
  asker: Asker,
  by: PageDimension,
  page: string,
  width: HeatWidth,
): Promise<Awaited<ReturnType<InsightSource["heatmap"]>>> {
  const [rows] = await asker.ask([detailsOfMeasured("heatmap", { of: "heatmap", by, page, width })]);
  const [clicks, moves, reach, sums] = ["click", "move", "reach", "page"].map((part) => countedIn(rows!, part));
  return { clicks: clicks!, moves: moves!, reach: reach!, sums: sums! };
}

export async function countHeatmaps(
  asker: Asker,
  by: PageDimension,
  width: HeatWidth | null,
  most: number,
): Promise<CountedHeatmap[]> {
  const [rows] = await asker.ask([detailsOfMeasured("heatmap", { of: "heatmaps", by, width })]);
  const maps = Map.groupBy(rows!, ({ values }) => JSON.stringify(values.slice(0, 2)));
  const counted = [...maps.values()].map((own): CountedHeatmap => {
    const sumOf = (key: string) => own.find(({ values }) => values[2] === key)?.counts.events ?? 0;
    const [page, of] = own[0]!.values as [string, HeatWidth];
    return { page, width: of, clicks: sumOf("clicks"), moves: sumOf("moves"), views: sumOf("views") };
  });
  return counted
    .sort(
      (a, b) =>
        b.views - a.views || b.clicks - a.clicks || compareTexts(a.page, b.page) || compareTexts(a.width, b.width),
    )
    .slice(0, most);
}
