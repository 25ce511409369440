// Heatmaps: the list of pages with heatmaps, and one of them: where visitors click, move and scroll.
import { For, type JSX, Show } from "solid-js";
import { HEAT_WIDTHS, type HeatmapRow, type HeatWidth } from "../../../../workers/domain/counts/insight";
import { createLoaded } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadHeatmaps } from "../../data/insight";
import { createScreen, LoadedPanel, NothingMeasured, ScreenHead } from "../../frame/screen";
import { ValueRows } from "../../panels/value-rows";
import { WIDTHS } from "./heat";
import { HeatmapPanel } from "./heatmap-panel";
import "./heatmaps.css";
import { words } from "../../words/heatmaps";
import { words as parts } from "../../words/parts";

interface PageHeat {
  page: string;
  views: number;
  clicks: number;
  moves: number;
  /** Its widths, the one with the most clicks first. */
  widths: HeatWidth[];
}

function byPage(rows: readonly HeatmapRow[]): PageHeat[] {
  const sum = (of: readonly HeatmapRow[], key: "views" | "clicks" | "moves"): number =>
    of.reduce((total, row) => total + row[key], 0);
  return [...Map.groupBy(rows, ({ page }) => page)]
    .map(([page, of]) => ({
      page,
      views: sum(of, "views"),
      clicks: sum(of, "clicks"),
      moves: sum(of, "moves"),
      widths: [...of].sort((a, b) => b.clicks - a.clicks || b.views - a.views).map(({ width }) => width),
    }))
    .sort((a, b) => b.views - a.views || b.clicks - a.clicks);
}

export function Heatmaps(): JSX.Element {
  const screen = createScreen();
  const heatmaps = createLoaded(screen.scene, loadHeatmaps, screen.tick);
  const pages = (): PageHeat[] => byPage(heatmaps.value()?.pages ?? []);
  /** Shows the most viewed page by default, so that half of the screen is not empty. */
  const page = (): string | undefined => screen.param("page") ?? pages()[0]?.page;
  const widthsOf = (name: string): HeatWidth[] => pages().find((one) => one.page === name)?.widths ?? [];
  const width = (): HeatWidth => {
    const named = HEAT_WIDTHS.find((one) => one === screen.param("width"));
    return named ?? widthsOf(page() ?? "")[0] ?? "desktop";
  };
  return (
    <main class="overview">
      <ScreenHead title={words.title} lead={words.lead} screen={screen} />
      <div class="insight insight-heat">
        <LoadedPanel title={words.pages} loaded={heatmaps} bones={9}>
          {() => (
            <Show
              when={pages().length > 0}
              fallback={<NothingMeasured what={words.things} measurements={["heatmaps"]} />}
            >
              <ValueRows
                caption={words.pagesCaption}
                head={parts.page}
                columns={[parts.pageViews, words.clicks]}
                limit={20}
                rows={pages().map((one) => ({
                  name: one.page,
                  share: one.views / (pages()[0]?.views || 1),
                  figures: [formatCount(one.views), formatCount(one.clicks)],
                  href: screen.hrefWith({ page: one.page, width: undefined }),
                  chosen: one.page === page(),
                }))}
              />
            </Show>
          )}
        </LoadedPanel>
        <Show when={page()}>
          {(name) => (
            <HeatmapPanel
              page={name()}
              width={width()}
              screen={screen}
              widths={
                // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these buttons pick the picture
                <div class="tabs" role="group" aria-label={words.screenWidth}>
                  <For each={HEAT_WIDTHS}>
                    {(one) => (
                      <button
                        type="button"
                        class="tab"
                        title={WIDTHS[one].hint}
                        aria-pressed={width() === one}
                        onClick={() => screen.change({ page: name(), width: one })}
                      >
                        {WIDTHS[one].label}
                      </button>
                    )}
                  </For>
                </div>
              }
            />
          )}
        </Show>
      </div>
    </main>
  );
}
