// The summary: one figure per metric with its change. The chosen one is drawn below.
import { For, type JSX, Show } from "solid-js";
import { METRICS, type MetricName } from "../../../workers/domain/catalog";
import type { Loaded } from "../data/answer";
import { formatMetric, NOTHING, toChange } from "../data/format";
import { type Answer, CARD_METRICS } from "../data/question";
import type { View } from "../data/view";
import { Icon } from "../parts/icon";
import { Bone } from "../parts/notice";

export function Cards(props: {
  summary: Loaded<Answer>;
  /** The whole days of a period that ends today: what its changes are told of. */
  wholeDays: Loaded<Answer>;
  view: View;
  /** False where a change would only tell that there was no record before. */
  comparable: boolean;
  onPick: (metric: MetricName) => void;
}): JSX.Element {
  const row = () => props.summary.value()?.results[0];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these buttons pick the metric of the chart
    <div class="cards" role="group" aria-label="Metric of the chart" aria-busy={props.summary.state() !== "ready"}>
      <For each={CARD_METRICS}>
        {(metric, index) => {
          const value = () => row()?.metrics[index()];
          /** Today is not over: against a whole day every count would look like a fall. */
          const isPart = () => props.view.period.name === "day" && METRICS[metric].unit === "count";
          const whole = () => (props.comparable && isPart() ? row()?.comparison?.metrics[index()] : undefined);
          const change = () => {
            const told = props.wholeDays.value()?.results[0] ?? row();
            const comparison = props.comparable && !isPart() ? told?.comparison : null;
            return comparison
              ? toChange(metric, told?.metrics[index()] ?? null, comparison.metrics[index()] ?? null)
              : null;
          };
          return (
            <button
              type="button"
              class="card"
              aria-pressed={props.view.metric === metric}
              onClick={() => props.onPick(metric)}
            >
              <span class="card-label">{METRICS[metric].label}</span>
              <span class="card-value" title={formatMetric(metric, value(), true)}>
                <Show when={row()} fallback={props.summary.state() === "error" ? NOTHING : <Bone class="bone-value" />}>
                  {formatMetric(metric, value())}
                </Show>
              </span>
              <span class="card-change">
                <Show when={whole() !== undefined}>
                  {formatMetric(metric, whole())} {props.view.compare === "year" ? "a year ago" : "yesterday"}
                </Show>
                <Show when={change()}>
                  {(moved) => (
                    <span classList={{ better: moved().better === true, worse: moved().better === false }}>
                      <Show when={moved().direction !== "flat"}>
                        <Icon name={moved().direction === "up" ? "rise" : "fall"} />
                      </Show>
                      {moved().text}
                      <span class="unseen">
                        {moved().better === null ? "" : moved().better ? ", better" : ", worse"}
                      </span>
                    </span>
                  )}
                </Show>
              </span>
            </button>
          );
        }}
      </For>
    </div>
  );
}
