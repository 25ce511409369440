// The values of one bucket of the chart, as text beside the pointer.
import { For, type JSX, Show } from "solid-js";
import type { Picture } from "../../chart/line-chart";
import { formatBucket } from "../../data/format";
import { type ChartMetric, formatCharted, toChartChange } from "../../data/saved/charted";
import { metricLabel } from "../../data/saved/conversion";
import type { Point, Series } from "../../data/series";
import { words } from "../../words/overview";

export function TipRows(props: { point: Point; picture: Picture; index: number }): JSX.Element {
  const series = (): Series => props.picture.series;
  const text = (value: number | null | undefined, metric: ChartMetric = props.picture.metric): string =>
    formatCharted(metric, value, series().currency ?? null, "exact");
  /** Two groups of visitors at the same time are no change. */
  const change = () =>
    props.picture.isVersus ? null : toChartChange(props.picture.metric, props.point.value, props.point.before);
  return (
    <>
      <div class="tip-row tip-now">
        <span>
          {formatBucket(props.point.label, series().interval)}
          <Show when={props.index === series().running}>{words.trend.tipSoFar}</Show>
          <Show when={props.point.forecast && props.point.value === null}>{words.trend.tipForecast}</Show>
        </span>
        <strong>{text(props.point.value ?? props.point.forecast?.value)}</strong>
      </div>
      <Show when={props.picture.second}>
        {(second) => (
          <div class="tip-row tip-now">
            <span>{metricLabel(second())}</span>
            <strong>{text(props.point.second, second())}</strong>
          </div>
        )}
      </Show>
      <Show when={props.point.forecast}>
        {(forecast) => (
          <div class="tip-row">
            <span>{props.point.value === null ? words.trend.range80 : words.trend.expected}</span>
            <span>{words.trend.range(text(forecast().low80), text(forecast().high80))}</span>
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
            <span>
              {props.picture.isVersus ? props.picture.names.before : formatBucket(label(), series().interval)}
            </span>
            <span>{text(props.point.before)}</span>
          </div>
        )}
      </Show>
      <Show when={change()}>
        {(moved) => (
          <div classList={{ better: moved().better === true, worse: moved().better === false }}>{moved().text}</div>
        )}
      </Show>
      <For each={props.point.notes}>{(note) => <div class="tip-note">{note.text}</div>}</For>
    </>
  );
}
