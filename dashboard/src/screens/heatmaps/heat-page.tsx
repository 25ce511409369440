// The heatmap as a picture: soft spots on a frame of the page, with a legend, and a table of the cells.
import { createEffect, createMemo, For, type JSX, onCleanup, Show } from "solid-js";
import { HEAT_COLUMNS, HEAT_ROW_PIXELS, type HeatmapInsight } from "../../../../workers/domain/counts/insight";
import { formatCount } from "../../data/format";
import { words } from "../../words/heatmaps";
import { LEGEND_COLOURS, toDensity, toPixels } from "./density";
import { depthOf, type HeatPicture, toHeatPicture, WIDTHS } from "./heat";
import type { Layer } from "./start";

/** Cells in the table. After these, counts come from single visitors. */
const TABLE_ROWS = 50;
/** Rows between two marks of the depth. */
const MARK_EVERY = 10;

export function HeatPage(props: { insight: HeatmapInsight; layer: Layer }): JSX.Element {
  const layerName = (): string => words.layerNames(props.insight.width)[props.layer];
  const picture = createMemo((): HeatPicture => toHeatPicture(props.insight[props.layer], props.insight.width));
  const about = () => WIDTHS[props.insight.width];
  const density = createMemo(() => toDensity(picture().cells, about().pixels, picture().rows));
  let scroll!: HTMLDivElement;
  let canvas!: HTMLCanvasElement;
  createEffect(() => {
    const { width, height } = density();
    Object.assign(canvas, { width, height });
    canvas.getContext("2d")?.putImageData(new ImageData(toPixels(density()), width, height), 0, 0);
  });
  /** Long pages are scrolled to the busiest part, because an empty top would look like no data. */
  createEffect(() => {
    const [, busiest = 0] = picture().cells[0] ?? [];
    const share = busiest / picture().rows;
    // Before the next frame the picture may not be in the page, and has no height.
    const frame = requestAnimationFrame(() => {
      const top = share * scroll.scrollHeight;
      scroll.scrollTop = top > scroll.clientHeight * 0.8 ? top - scroll.clientHeight / 2 : 0;
    });
    onCleanup(() => cancelAnimationFrame(frame));
  });
  const marks = (): number[] =>
    Array.from({ length: Math.floor(picture().rows / MARK_EVERY) }, (_, index) => (index + 1) * MARK_EVERY);
  const placeOf = (row: number): string => `${(row / picture().rows) * 100}%`;
  return (
    <figure class="heat-figure">
      <figcaption class="heat-legend">
        <span>{formatCount(1)}</span>
        <span class="heat-scale" style={{ "--scale": LEGEND_COLOURS.join(", ") }} aria-hidden="true" />
        <span>{formatCount(Math.max(2, Math.round(density().most)))}</span>
        <span>{words.aroundSpot[props.layer](props.insight.width)}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: the picture scrolls, so a keyboard must reach it */}
      <div class="heat-scroll" tabindex="0" role="region" aria-label={words.grid(layerName())} ref={scroll}>
        <div class={`heat-page heat-page-${props.insight.width}`}>
          <p class="heat-bar" aria-hidden="true">
            {props.insight.page}
          </p>
          <div class="heat-paper" style={{ "--ratio": `${about().pixels} / ${picture().rows * HEAT_ROW_PIXELS}` }}>
            <For each={marks()}>
              {(row) => (
                <span class="heat-mark" style={{ "--depth": placeOf(row) }} aria-hidden="true">
                  <span>{words.depth(formatCount(row * HEAT_ROW_PIXELS))}</span>
                </span>
              )}
            </For>
            <span
              class="heat-mark heat-fold"
              style={{ "--depth": placeOf(about().fold / HEAT_ROW_PIXELS) }}
              aria-hidden="true"
            >
              <span>{words.fold}</span>
            </span>
            <canvas
              class="heat-canvas"
              role="img"
              aria-label={words.picture(layerName(), props.insight.page)}
              ref={canvas}
            />
          </div>
        </div>
      </div>
      <CellTable picture={picture()} layer={layerName()} />
    </figure>
  );
}

function CellTable(props: { picture: HeatPicture; layer: string }): JSX.Element {
  const percentOf = (column: number): number => Math.round((column / HEAT_COLUMNS) * 100);
  return (
    <details class="heat-table">
      <summary>{words.asTable}</summary>
      <table class="figures">
        <caption class="unseen">{words.cells(props.layer)}</caption>
        <thead>
          <tr>
            <th scope="col">{words.fromTop}</th>
            <th scope="col">{words.fromLeft}</th>
            <th scope="col" class="number">
              {props.layer}
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={props.picture.cells.slice(0, TABLE_ROWS)}>
            {([column, row, count]) => (
              <tr>
                <th scope="row">{depthOf(row)}</th>
                <td>{words.percentRange(percentOf(column), percentOf(column + 1))}</td>
                <td class="number">{formatCount(count)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
      <Show when={props.picture.cells.length > TABLE_ROWS}>
        <p class="panel-note">{words.mostFrequent(TABLE_ROWS, formatCount(props.picture.cells.length))}</p>
      </Show>
    </details>
  );
}
