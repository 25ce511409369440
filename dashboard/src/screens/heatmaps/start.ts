// What the screen opens with: the page, the width and the layer with the most data. Pure.
import type { HeatmapRow, HeatWidth } from "../../../../workers/domain/counts/insight";

export type Layer = "clicks" | "moves";

export interface HeatChoice {
  page: string;
  width: HeatWidth;
  layer: Layer;
}

/** Fingers leave no trace between two taps, so only wide screens have movement. */
export const layersAt = (width: HeatWidth): readonly Layer[] =>
  width === "desktop" ? ["clicks", "moves"] : ["clicks"];

const isRicher = (a: HeatmapRow, b: HeatmapRow): boolean =>
  a.clicks !== b.clicks ? a.clicks > b.clicks : a.moves !== b.moves ? a.moves > b.moves : a.views > b.views;

/**
 * The choice of the viewer, completed by the row with the most clicks; without any clicks, by the one with the most
 * movement, then with the most page views. Null without any page.
 */
export function chooseHeat(rows: readonly HeatmapRow[], asked: Partial<HeatChoice>): HeatChoice | null {
  const fitting = rows.filter(
    ({ page, width }) =>
      (asked.page === undefined || page === asked.page) && (asked.width === undefined || width === asked.width),
  );
  const best = fitting.reduce<HeatmapRow | undefined>(
    (most, row) => (!most || isRicher(row, most) ? row : most),
    undefined,
  );
  const page = asked.page ?? best?.page ?? rows[0]?.page;
  if (page === undefined) return null;
  const width = asked.width ?? best?.width ?? "desktop";
  const allowed = layersAt(width);
  const onlyMoves = best !== undefined && best.clicks === 0 && best.moves > 0;
  const layer = asked.layer ?? (onlyMoves ? "moves" : "clicks");
  return { page, width, layer: allowed.includes(layer) ? layer : "clicks" };
}
