// The table of the trend: always present for screen readers, visible on request.
import { A } from "@solidjs/router";
import { For, type JSX, Show } from "solid-js";
import type { Picture } from "../../chart/line-chart";
import { formatBucket, NOTHING } from "../../data/format";
import { type ChartMetric, formatCharted } from "../../data/saved/charted";
import { metricLabel } from "../../data/saved/conversion";
import { words } from "../../words/overview";
import { words as notes } from "../../words/saved/annotations";

export function TrendTable(props: {
  picture: Picture;
  /** The address of a bucket's own period, or null. Absent while the table is not visible: a keyboard would get lost. */
  hrefOf?: (index: number) => string | null;
}): JSX.Element {
  const isCompared = (): boolean => props.picture.series.points.some((point) => point.beforeLabel !== null);
  const text = (value: number | null | undefined, metric: ChartMetric = props.picture.metric): string =>
    formatCharted(metric, value, props.picture.series.currency ?? null, "exact");
  const isForecast = (): boolean => props.picture.series.points.some((point) => point.forecast);
  return (
    <table class="figures">
      <caption class="unseen">{words.trend.overTime(metricLabel(props.picture.metric))}</caption>
      <thead>
        <tr>
          <th scope="col">{words.trend.time}</th>
          <th scope="col" class="number">
            {props.picture.names.now}
          </th>
          <Show when={props.picture.second}>
            {(second) => (
              <th scope="col" class="number">
                {metricLabel(second())}
              </th>
            )}
          </Show>
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
                <Show
                  when={props.hrefOf?.(index())}
                  fallback={formatBucket(point.label, props.picture.series.interval)}
                >
                  {(href) => (
                    <A class="trend-open" href={href()} noScroll>
                      {formatBucket(point.label, props.picture.series.interval)}
                    </A>
                  )}
                </Show>
                <Show when={index() === props.picture.series.running}>{words.trend.rowSoFar}</Show>
                <Show when={point.marked}>{words.trend.rowUnusual}</Show>
                <Show when={point.notes}>{(all) => <>{notes.row(all().map(({ text }) => text))}</>}</Show>
              </th>
              <td class="number">{text(point.value)}</td>
              <Show when={props.picture.second}>
                {(second) => <td class="number">{text(point.second, second())}</td>}
              </Show>
              <Show when={isCompared()}>
                <td class="number">{text(point.before)}</td>
              </Show>
              <Show when={isForecast()}>
                <td class="number">{text(point.forecast?.value)}</td>
                <td class="number">
                  {point.forecast
                    ? words.trend.range(text(point.forecast.low80), text(point.forecast.high80))
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
