// A page's heatmap at one width: the grid of clicks or moves with its legend and table, and the scroll reach.
import { createEffect, createMemo, For, type JSX, Show } from "solid-js";
import { HEAT_ROW_PIXELS, type HeatmapInsight, type HeatWidth } from "../../../../workers/domain/counts/insight";
import { createAction } from "../../data/action";
import { createLoaded } from "../../data/answer";
import { formatCount } from "../../data/format";
import { loadHeatmap } from "../../data/insight";
import { openOverlay } from "../../data/overlay";
import { useProperty } from "../../frame/property-frame";
import { LoadedPanel, type Screen } from "../../frame/screen";
import { Empty } from "../../parts/notice";
import { words } from "../../words/heatmaps";
import { depthOf, type HeatPicture, SHADES, toHeatPicture, WIDTHS } from "./heat";
import { ReachCurve } from "./reach-curve";

const LAYERS = words.layers;
type Layer = keyof typeof LAYERS;

/** Cells in the table. After these, counts come from single visitors. */
const TABLE_ROWS = 50;

export function HeatmapPanel(props: {
  page: string;
  width: HeatWidth;
  screen: Screen;
  widths: JSX.Element;
}): JSX.Element {
  const heatmap = createLoaded(
    () => ({ scene: props.screen.scene(), page: props.page, width: props.width }),
    loadHeatmap,
    props.screen.tick,
  );
  const layer = (): Layer => (props.screen.param("of") === "moves" ? "moves" : "clicks");
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
          <div class="heat-head">
            <p class="panel-note">
              <strong>{formatCount(value().views)}</strong>
              {words.viewsOn(value().views, WIDTHS[value().width].on)}
            </p>
            {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these buttons pick the layer */}
            <div class="tabs" role="group" aria-label={words.layer}>
              <For each={Object.keys(LAYERS) as Layer[]}>
                {(name) => (
                  <button
                    type="button"
                    class="tab"
                    aria-pressed={layer() === name}
                    onClick={() => props.screen.change({ of: name === "clicks" ? undefined : name }, true)}
                  >
                    {LAYERS[name]}
                  </button>
                )}
              </For>
            </div>
          </div>
          <ShowOnPage page={of().page} screen={props.screen} />
          <Show
            when={value()[layer()].length > 0}
            fallback={
              <Empty title={layer() === "clicks" ? words.noClicks : words.noMoves}>
                {value().views > 0 ? words.viewedOnly : words.notViewed}
              </Empty>
            }
          >
            <Grid insight={value()} layer={layer()} />
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
      <Show when={open.error()}>{(error) => <p class="field-hint field-error">{error()}</p>}</Show>
    </div>
  );
}

/** Fewer shades than classes are spread over the classes, and the last one is always the strongest. */
const shadeClass = (index: number, of: number): string => `heat-${Math.round(((index + 1) / of) * SHADES)}`;

function Grid(props: { insight: HeatmapInsight; layer: Layer }): JSX.Element {
  const picture = createMemo((): HeatPicture => toHeatPicture(props.insight[props.layer]));
  const width = (): number => WIDTHS[props.insight.width].pixels;
  /** Width of a cell relative to its height, as on the page. */
  const ratio = (): number => width() / picture().columns / HEAT_ROW_PIXELS;
  let scroll!: HTMLDivElement;
  /** Long pages are scrolled to the busiest part, because an empty top would look like no data. */
  createEffect(() => {
    const [, busiest = 0] = picture().cells[0] ?? [];
    const top = (busiest / picture().rows) * scroll.scrollHeight;
    if (top > scroll.clientHeight * 0.8) scroll.scrollTop = top - scroll.clientHeight / 2;
  });
  const marks = (): number[] => Array.from({ length: Math.floor(picture().rows / 10) }, (_, index) => (index + 1) * 10);
  return (
    <figure class="heat-figure">
      <figcaption class="heat-legend">
        <span>{words.fewer}</span>
        <For each={picture().shades}>
          {(shade, index) => (
            <span class="heat-key">
              <span class={`heat-swatch ${shadeClass(index(), picture().shades.length)}`} aria-hidden="true" />
              {shade.from === shade.to ? formatCount(shade.to) : `${formatCount(shade.from)}–${formatCount(shade.to)}`}
            </span>
          )}
        </For>
        <span>{words.more}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: the picture scrolls, so a keyboard must reach it */}
      <div class="heat-scroll" tabindex="0" role="region" aria-label={words.grid(LAYERS[props.layer])} ref={scroll}>
        <div class={`heat-page heat-page-${props.insight.width}`}>
          <svg
            class="heat-grid"
            viewBox={`0 0 ${picture().columns * ratio()} ${picture().rows}`}
            role="img"
            aria-label={words.picture(LAYERS[props.layer], props.insight.page)}
          >
            <g transform={`scale(${ratio()} 1)`}>
              <For each={picture().shades}>
                {(shade, index) => <path class={shadeClass(index(), picture().shades.length)} d={shade.path} />}
              </For>
            </g>
            <For each={marks()}>
              {(row) => <path class="heat-mark" d={`M0 ${row}h${picture().columns * ratio()}`} />}
            </For>
          </svg>
          <For each={marks()}>
            {(row) => (
              <span class="heat-depth" style={{ "--depth": `${(row / picture().rows) * 100}%` }} aria-hidden="true">
                {words.depth(formatCount(row * HEAT_ROW_PIXELS))}
              </span>
            )}
          </For>
        </div>
      </div>
      <details class="heat-table">
        <summary>{words.asTable}</summary>
        <table class="figures">
          <caption class="unseen">{words.cells(LAYERS[props.layer])}</caption>
          <thead>
            <tr>
              <th scope="col">{words.fromTop}</th>
              <th scope="col">{words.fromLeft}</th>
              <th scope="col" class="number">
                {LAYERS[props.layer]}
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={picture().cells.slice(0, TABLE_ROWS)}>
              {([column, row, count]) => (
                <tr>
                  <th scope="row">{depthOf(row)}</th>
                  <td>
                    {words.percentRange(
                      Math.round((column / picture().columns) * 100),
                      Math.round(((column + 1) / picture().columns) * 100),
                    )}
                  </td>
                  <td class="number">{formatCount(count)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
        <Show when={picture().cells.length > TABLE_ROWS}>
          <p class="panel-note">{words.mostFrequent(TABLE_ROWS, formatCount(picture().cells.length))}</p>
        </Show>
      </details>
    </figure>
  );
}
