// A page's heatmap at one width: the picture of clicks or moves with its legend and table, and the scroll reach.
import { For, type JSX, Show } from "solid-js";
import type { HeatWidth } from "../../../../workers/domain/counts/insight";
import { createAction } from "../../data/action";
import { createLoaded } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadHeatmap } from "../../data/insight";
import { openOverlay } from "../../data/overlay";
import { useProperty } from "../../frame/property-frame";
import { LoadedPanel, type Screen } from "../../frame/screen";
import { Empty } from "../../parts/notice";
import { words } from "../../words/heatmaps";
import { WIDTHS } from "./heat";
import { HeatPage } from "./heat-page";
import { ReachCurve } from "./reach-curve";
import { type Layer, layersAt } from "./start";

export function HeatmapPanel(props: {
  page: string;
  width: HeatWidth;
  layer: Layer;
  /** True if the page is a path group. */
  isGrouped: boolean;
  screen: Screen;
  widths: JSX.Element;
  /** Picks the page where its list is far below. */
  pages: JSX.Element;
}): JSX.Element {
  const heatmap = createLoaded(
    () => ({ scene: props.screen.scene(), isGrouped: props.isGrouped, page: props.page, width: props.width }),
    loadHeatmap,
    props.screen.tick,
  );
  return (
    <LoadedPanel
      title={heatmap.shown()?.key.page ?? props.page}
      loaded={heatmap}
      bones={9}
      end={props.widths}
      class="heatmap"
    >
      {(value, of) => (
        <>
          {props.pages}
          <div class="heat-head">
            <p class="panel-note">
              <strong>{formatCount(value().views)}</strong>
              {words.viewsOn(value().views, WIDTHS[value().width].on)}
            </p>
            <Show when={layersAt(value().width).length > 1}>
              {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these buttons pick the layer */}
              <div class="tabs" role="group" aria-label={words.layer}>
                <For each={layersAt(value().width)}>
                  {(name) => (
                    <button
                      type="button"
                      class="tab"
                      aria-pressed={props.layer === name}
                      onClick={() => props.screen.change({ page: of().page, width: of().width, of: name }, true)}
                    >
                      {words.layerNames(value().width)[name]}
                    </button>
                  )}
                </For>
              </div>
            </Show>
          </div>
          <Show when={!of().isGrouped}>
            <ShowOnPage page={of().page} screen={props.screen} />
          </Show>
          <Show
            when={value()[props.layer].length > 0}
            fallback={
              <Empty title={props.layer === "clicks" ? words.noClicks(value().width) : words.noMoves}>
                {value().views > 0 ? words.viewedOnly : words.notViewed}
              </Empty>
            }
          >
            <HeatPage insight={value()} layer={props.layer} />
          </Show>
          <Show when={value().views > 0}>
            <ReachCurve reach={value().reach} views={value().views} />
          </Show>
        </>
      )}
    </LoadedPanel>
  );
}

/** Draws the heatmap on the page itself, in a window with the site. */
function ShowOnPage(props: { page: string; screen: Screen }): JSX.Element {
  const { property } = useProperty();
  const open = createAction((site: string) => {
    const { siteId, from, to } = props.screen.scene();
    const page = new URL(props.page, site).href;
    return openOverlay({ siteId, tool: "heatmap", page, period: { from, to } });
  });
  return (
    <div class="pick">
      <For each={property().streams.slice(0, 1)}>
        {(stream) => (
          <button type="button" class="button button-small" onClick={() => void open.run(stream.url)}>
            {words.showOnPage}
          </button>
        )}
      </For>
      <Show when={props.screen.scene().filters}>
        <p class="panel-note">{words.ofEverybody}</p>
      </Show>
      <Show when={open.error()}>{(error) => <p class="field-hint field-error">{error()}</p>}</Show>
    </div>
  );
}
