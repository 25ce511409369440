// The trend as a line: the canvas, and the values under the pointer as text.
import { createEffect, createSignal, type JSX, onCleanup, onMount, Show } from "solid-js";
import { METRICS } from "../../../../workers/domain/events/catalog";
import type { Hover, LineChart, Picture } from "../../chart/line-chart";
import { formatBucket, formatMetric, toChange } from "../../data/format";
import type { Point, Series } from "../../data/series";
import { isDark } from "../../data/theme";
import { words } from "../../words/overview";

export function TrendLine(props: { picture: Picture }): JSX.Element {
  const [chart, setChart] = createSignal<LineChart>();
  const [hover, setHover] = createSignal<Hover | null>(null);
  let canvas!: HTMLCanvasElement;
  let isGone = false;

  // Chart.js is the largest dependency, so it loads after the page has shown its figures.
  onMount(async () => {
    const { createLineChart } = await import("../../chart/line-chart");
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
      <canvas ref={canvas} role="img" aria-label={words.trend.chartLabel(METRICS[props.picture.metric].label)} />
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
          <Show when={props.index === series().running}>{words.trend.tipSoFar}</Show>
          <Show when={props.point.forecast && props.point.value === null}>{words.trend.tipForecast}</Show>
        </span>
        <strong>{formatMetric(props.picture.metric, props.point.value ?? props.point.forecast?.value, true)}</strong>
      </div>
      <Show when={props.point.forecast}>
        {(forecast) => (
          <div class="tip-row">
            <span>{props.point.value === null ? words.trend.range80 : words.trend.expected}</span>
            <span>
              {words.trend.range(
                formatMetric(props.picture.metric, forecast().low80, true),
                formatMetric(props.picture.metric, forecast().high80, true),
              )}
            </span>
          </div>
        )}
      </Show>
      <Show when={props.point.marked}>
        <div class="tip-row">
          <span>{words.trend.unusual}</span>
        </div>
      </Show>
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
