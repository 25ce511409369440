// The trend: the chosen metric over time, as a line or as the table that stands behind it.
import { createEffect, createMemo, createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js";
import { METRICS } from "../../../workers/domain/catalog";
import type { Hover, LineChart, Picture } from "../chart/line-chart";
import type { Loaded } from "../data/answer";
import { formatBucket, formatMetric, rangeOf, toChange } from "../data/format";
import { PERIODS } from "../data/period";
import type { Answer } from "../data/question";
import { type Point, type Series, toSeries } from "../data/series";
import { isDark } from "../data/theme";
import type { View } from "../data/view";
import { Icon } from "../parts/icon";
import { Failure } from "../parts/notice";

export interface TrendProps {
  series: Loaded<Answer>;
  view: View;
  /** The property's wall clock. */
  clock: string;
  onTable: (table: boolean) => void;
}

export function Trend(props: TrendProps): JSX.Element {
  /** The answer and the metric that it answers move together: a new metric waits for its own numbers. */
  const picture = createMemo((before: Picture | undefined): Picture | undefined => {
    const answer = props.series.value();
    if (!answer || props.series.state() === "stale") return before;
    const { period, compare, metric } = props.view;
    return {
      series: toSeries(answer, metric, props.clock),
      metric,
      names: {
        now: period.name === "custom" ? "This period" : PERIODS[period.name].label,
        before: compare === "year" ? "Year before" : period.name === "day" ? "Yesterday" : "Period before",
      },
    };
  });
  const range = (): string | null => {
    const series = picture()?.series;
    return series
      ? rangeOf(
          series.points.map((point) => point.label),
          series.interval,
          props.clock.slice(0, 10),
        )
      : null;
  };

  return (
    <figure class="trend" aria-busy={props.series.state() !== "ready"}>
      <figcaption class="trend-head">
        <h2>
          {METRICS[props.view.metric].label}
          <Show when={range()}>
            <small>{range()}</small>
          </Show>
        </h2>
        <button
          type="button"
          class="button button-small button-quiet"
          aria-pressed={props.view.table}
          onClick={() => props.onTable(!props.view.table)}
        >
          <Icon name={props.view.table ? "line" : "table"} />
          {props.view.table ? "As a line" : "As a table"}
        </button>
      </figcaption>
      <div class="trend-body" classList={{ stale: props.series.state() === "stale" }}>
        <Show when={props.series.state() === "error"}>
          <div class="trend-failure">
            <Failure what="The trend could not be loaded." error={props.series.error()} onRetry={props.series.retry} />
          </div>
        </Show>
        <Show
          when={picture()}
          fallback={
            <Show when={props.series.state() !== "error"}>
              <span class="bone trend-bone" aria-hidden="true" />
            </Show>
          }
        >
          {(shown) => (
            <>
              <Show when={!props.view.table}>
                <Line picture={shown()} />
              </Show>
              {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls, so a keyboard must reach it */}
              <div
                class={props.view.table ? "trend-table" : "unseen"}
                role="region"
                aria-label="The trend as a table"
                tabindex={props.view.table ? 0 : undefined}
              >
                <PointTable picture={shown()} />
              </div>
            </>
          )}
        </Show>
      </div>
    </figure>
  );
}

function Line(props: { picture: Picture }): JSX.Element {
  const [chart, setChart] = createSignal<LineChart>();
  const [hover, setHover] = createSignal<Hover | null>(null);
  let canvas!: HTMLCanvasElement;
  let isGone = false;

  // Chart.js is the heaviest thing here: it comes after the page has shown its figures.
  onMount(async () => {
    const { createLineChart } = await import("../chart/line-chart");
    if (!isGone) setChart(createLineChart(canvas, setHover));
  });
  onCleanup(() => {
    isGone = true;
    chart()?.destroy();
  });
  createEffect(() => {
    isDark();
    chart()?.show(props.picture);
  });

  const hovered = (): Point | undefined => props.picture.series.points[hover()?.index ?? -1];
  return (
    <>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${METRICS[props.picture.metric].label} over time; the same numbers follow as a table`}
      />
      <Show when={hovered()}>
        {(point) => (
          <div
            class="tip"
            classList={{ "tip-left": (hover()?.x ?? 0) > canvas.clientWidth / 2 }}
            style={{ "--x": `${hover()?.x ?? 0}px` }}
            aria-hidden="true"
          >
            <TipRows point={point()} picture={props.picture} index={hover()?.index ?? 0} />
          </div>
        )}
      </Show>
    </>
  );
}

function TipRows(props: { point: Point; picture: Picture; index: number }): JSX.Element {
  const series = (): Series => props.picture.series;
  const change = () => toChange(props.picture.metric, props.point.value, props.point.before);
  return (
    <>
      <div class="tip-row tip-now">
        <span>
          {formatBucket(props.point.label, series().interval)}
          <Show when={props.index === series().running}> · so far</Show>
        </span>
        <strong>{formatMetric(props.picture.metric, props.point.value, true)}</strong>
      </div>
      <Show when={props.point.beforeLabel}>
        {(label) => (
          <div class="tip-row">
            <span>{formatBucket(label(), series().interval)}</span>
            <span>{formatMetric(props.picture.metric, props.point.before, true)}</span>
          </div>
        )}
      </Show>
      <Show when={change()}>
        {(moved) => (
          <div classList={{ better: moved().better === true, worse: moved().better === false }}>{moved().text}</div>
        )}
      </Show>
    </>
  );
}

function PointTable(props: { picture: Picture }): JSX.Element {
  const isCompared = (): boolean => props.picture.series.points.some((point) => point.beforeLabel !== null);
  return (
    <table class="figures">
      <caption class="unseen">{METRICS[props.picture.metric].label} over time</caption>
      <thead>
        <tr>
          <th scope="col">When</th>
          <th scope="col" class="number">
            {props.picture.names.now}
          </th>
          <Show when={isCompared()}>
            <th scope="col" class="number">
              {props.picture.names.before}
            </th>
          </Show>
        </tr>
      </thead>
      <tbody>
        <For each={props.picture.series.points}>
          {(point, index) => (
            <tr>
              <th scope="row">
                {formatBucket(point.label, props.picture.series.interval)}
                <Show when={index() === props.picture.series.running}> (so far)</Show>
              </th>
              <td class="number">{formatMetric(props.picture.metric, point.value, true)}</td>
              <Show when={isCompared()}>
                <td class="number">{formatMetric(props.picture.metric, point.before, true)}</td>
              </Show>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
