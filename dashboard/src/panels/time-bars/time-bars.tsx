// A value over time as bars: the one under the pointer as text, and a table for screen readers.
import { createSignal, For, type JSX, Show } from "solid-js";
import type { MetricName } from "../../../../workers/domain/events/catalog";
import { METRICS } from "../../../../workers/domain/events/catalog";
import { inSentence } from "../../../../workers/domain/wording/label";
import { formatBucket, formatMetric, formatTick } from "../../data/format";
import type { Point, Series } from "../../data/series";
import { words } from "../../words/detail/times";
import "./time-bars.css";

export interface TimeBarsProps {
  /** The caption of the table. */
  title: string;
  metric: MetricName;
  series: Series;
}

export function TimeBars(props: TimeBarsProps): JSX.Element {
  const [over, setOver] = createSignal<number | null>(null);
  const points = (): readonly Point[] => props.series.points;
  const most = (): number => Math.max(0, ...points().map(({ value }) => value ?? 0));
  const metric = (): string => inSentence(METRICS[props.metric].label);
  const text = (value: number | null): string => formatMetric(props.metric, value, true);
  const tick = (point: Point | undefined): string => (point ? formatTick(point.label, props.series.interval) : "");
  return (
    <div class="time-bars">
      <div class="time-bars-plot" aria-hidden="true" onPointerLeave={() => setOver(null)}>
        <For each={points()}>
          {(point, index) => (
            <span
              class="time-bar"
              classList={{
                some: (point.value ?? 0) > 0,
                running: index() === props.series.running,
                over: index() === over(),
              }}
              style={{ "--height": `${((point.value ?? 0) / Math.max(most(), 1)) * 100}%` }}
              onPointerEnter={() => setOver(index())}
            />
          )}
        </For>
      </div>
      <div class="time-bars-foot" aria-hidden="true">
        <span>{tick(points()[0])}</span>
        <span>
          <Show when={points()[over() ?? -1]} fallback={most() > 0 ? words.most(text(most()), metric()) : words.none}>
            {(point) => (
              <>
                <strong>{text(point().value)}</strong>
                {words.at(formatBucket(point().label, props.series.interval))}
              </>
            )}
          </Show>
        </span>
        <span>{tick(points().at(-1))}</span>
      </div>
      <div class="unseen">
        <table>
          <caption>{props.title}</caption>
          <thead>
            <tr>
              <th scope="col">{words.time}</th>
              <th scope="col">{METRICS[props.metric].label}</th>
            </tr>
          </thead>
          <tbody>
            <For each={points()}>
              {(point) => (
                <tr>
                  <th scope="row">{formatBucket(point.label, props.series.interval)}</th>
                  <td>{text(point.value)}</td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
    </div>
  );
}
