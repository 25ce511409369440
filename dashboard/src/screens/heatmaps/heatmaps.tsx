// Heatmaps: the list of pages with heatmaps, and one of them: where visitors click, move and scroll.
import { createMemo, For, type JSX, Show } from "solid-js";
import { HEAT_WIDTHS, type HeatmapRow } from "../../../../workers/domain/counts/insight";
import { createLoaded } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadHeatmaps } from "../../data/insight";
import { readGrouped, writeGrouped } from "../../data/view";
import { GroupSwitch } from "../../frame/group-switch";
import { Bones, createScreen, LoadedPanel, NothingMeasured, ScreenFoot, ScreenHead } from "../../frame/screen";
import { ValueRows } from "../../panels/value-rows";
import { ClickedElements } from "./clicked-elements";
import { WIDTHS } from "./heat";
import { HeatmapPanel } from "./heatmap-panel";
import { chooseHeat, type HeatChoice, type Layer } from "./start";
import "./heatmaps.css";
import { words } from "../../words/heatmaps";
import { words as parts } from "../../words/parts";

interface PageHeat {
  page: string;
  views: number;
  clicks: number;
}

/** The page with the most clicks first: it is the one that opens. */
function byPage(rows: readonly HeatmapRow[]): PageHeat[] {
  const sum = (of: readonly HeatmapRow[], key: "views" | "clicks"): number =>
    of.reduce((total, row) => total + row[key], 0);
  return [...Map.groupBy(rows, ({ page }) => page)]
    .map(([page, of]) => ({ page, views: sum(of, "views"), clicks: sum(of, "clicks") }))
    .sort((a, b) => b.clicks - a.clicks || b.views - a.views);
}

const LAYERS: readonly Layer[] = ["clicks", "moves"];

export function Heatmaps(): JSX.Element {
  const screen = createScreen({ canFilter: true });
  const isGrouped = (): boolean => readGrouped({ grouped: screen.param("grouped") });
  const heatmaps = createLoaded(() => ({ scene: screen.scene(), isGrouped: isGrouped() }), loadHeatmaps, screen.tick);
  /** What the listed pages are: they change when the answer comes, after the switch. */
  const isListGrouped = (): boolean => heatmaps.shown()?.key.isGrouped ?? isGrouped();
  const rows = (): readonly HeatmapRow[] => heatmaps.value()?.pages ?? [];
  const pages = createMemo(() => byPage(rows()));
  const asked = (): Partial<HeatChoice> => {
    const page = screen.param("page");
    const width = HEAT_WIDTHS.find((one) => one === screen.param("width"));
    const layer = LAYERS.find((one) => one === screen.param("of"));
    return { ...(page && { page }), ...(width && { width }), ...(layer && { layer }) };
  };
  /** What opened first stays open while the counts of a running period change; another period is chosen for anew. */
  const opened = createMemo((before: { scene: string; choice: HeatChoice | null } | undefined) => {
    const scene = JSON.stringify(heatmaps.shown()?.key);
    if (before?.choice && before.scene === scene) return before;
    return { scene, choice: chooseHeat(rows(), {}) };
  });
  const choice = createMemo((): HeatChoice | null => {
    const now = asked();
    return Object.keys(now).length === 0 ? opened().choice : chooseHeat(rows(), now);
  });
  /** A page is in no list of groups, and the other way round. */
  const toGrouped = (grouped: boolean): void =>
    screen.change({ ...writeGrouped(grouped), page: undefined, width: undefined, of: undefined }, true);
  return (
    <main class="overview">
      <ScreenHead title={words.title} lead={words.lead} screen={screen} />
      <div class="insight insight-heat">
        <div class="insight heat-side">
          <LoadedPanel title={words.pages} loaded={heatmaps} bones={9} class="heat-pages">
            {() => (
              <>
                <Show
                  when={pages().length > 0}
                  fallback={<NothingMeasured what={words.things} measurements={["heatmaps"]} />}
                >
                  <ValueRows
                    caption={words.pagesCaption}
                    head={parts.page}
                    columns={[parts.pageViews, words.clicks]}
                    rows={pages().map((one) => ({
                      name: one.page,
                      share: one.clicks / (pages()[0]?.clicks || 1),
                      figures: [formatCount(one.views), formatCount(one.clicks)],
                      href: screen.hrefWith({ page: one.page, width: undefined, of: undefined }),
                      chosen: one.page === choice()?.page,
                    }))}
                  />
                </Show>
                <div class="heat-group">
                  <GroupSwitch isGrouped={isGrouped()} onChange={toGrouped} />
                </div>
              </>
            )}
          </LoadedPanel>
          <Show when={choice()}>
            {(of) => (
              <ClickedElements page={of().page} width={of().width} isGrouped={isListGrouped()} screen={screen} />
            )}
          </Show>
        </div>
        <Show
          when={choice()}
          fallback={
            <Show when={heatmaps.state() === "loading"}>
              <div class="panel heatmap" aria-hidden="true">
                <Bones count={9} />
              </div>
            </Show>
          }
        >
          {(of) => (
            <HeatmapPanel
              page={of().page}
              width={of().width}
              layer={of().layer}
              isGrouped={isListGrouped()}
              screen={screen}
              pages={
                <label class="heat-pick">
                  <span class="unseen">{parts.page}</span>
                  <select
                    class="input"
                    onChange={(event) =>
                      screen.change({ page: event.currentTarget.value, width: undefined, of: undefined })
                    }
                  >
                    <For each={pages()}>
                      {({ page }) => (
                        <option value={page} selected={page === of().page}>
                          {page}
                        </option>
                      )}
                    </For>
                  </select>
                </label>
              }
              widths={
                // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these buttons pick the picture
                <div class="tabs" role="group" aria-label={words.screenWidth}>
                  <For each={HEAT_WIDTHS}>
                    {(one) => (
                      <button
                        type="button"
                        class="tab"
                        title={WIDTHS[one].hint}
                        aria-pressed={of().width === one}
                        onClick={() => screen.change({ page: of().page, width: one })}
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
      <ScreenFoot screen={screen} />
    </main>
  );
}
