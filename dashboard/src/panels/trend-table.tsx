// The table that stands behind the line: for screen readers always, on the screen when it is asked for.
import { For, type JSX, Show } from "solid-js";
import { METRICS } from "../../../workers/domain/catalog";
import type { Picture } from "../chart/line-chart";
import { formatBucket, formatMetric } from "../data/format";

export function TrendTable(props: { picture: Picture }): JSX.Element {
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
