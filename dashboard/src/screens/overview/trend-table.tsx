// The table of the trend: always present for screen readers, visible on request.
import { For, type JSX, Show } from "solid-js";
import { METRICS } from "../../../../workers/domain/events/catalog";
import type { Picture } from "../../chart/line-chart";
import { formatBucket, formatMetric, NOTHING } from "../../data/format";
import { words } from "../../words/overview";

export function TrendTable(props: { picture: Picture }): JSX.Element {
  const isCompared = (): boolean => props.picture.series.points.some((point) => point.beforeLabel !== null);
  const isForecast = (): boolean => props.picture.series.points.some((point) => point.forecast);
  return (
    <table class="figures">
      <caption class="unseen">{words.trend.overTime(METRICS[props.picture.metric].label)}</caption>
      <thead>
        <tr>
          <th scope="col">{words.trend.time}</th>
          <th scope="col" class="number">
            {props.picture.names.now}
          </th>
          <Show when={isCompared()}>
            <th scope="col" class="number">
              {props.picture.names.before}
            </th>
          </Show>
          <Show when={isForecast()}>
            <th scope="col" class="number">
              {words.trend.forecast}
            </th>
            <th scope="col" class="number">
              {words.trend.range80}
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
                <Show when={index() === props.picture.series.running}>{words.trend.rowSoFar}</Show>
                <Show when={point.marked}>{words.trend.rowUnusual}</Show>
              </th>
              <td class="number">{formatMetric(props.picture.metric, point.value, true)}</td>
              <Show when={isCompared()}>
                <td class="number">{formatMetric(props.picture.metric, point.before, true)}</td>
              </Show>
              <Show when={isForecast()}>
                <td class="number">{formatMetric(props.picture.metric, point.forecast?.value, true)}</td>
                <td class="number">
                  {point.forecast
                    ? words.trend.range(
                        formatMetric(props.picture.metric, point.forecast.low80, true),
                        formatMetric(props.picture.metric, point.forecast.high80, true),
                      )
                    : NOTHING}
                </td>
              </Show>
            </tr>
          )}
        </For>
      </tbody>
    </table>
  );
}
