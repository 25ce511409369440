// The summary: one figure per metric with its change. The trend below shows the selected one.
import { For, type JSX, Show } from "solid-js";
import { METRICS, type MetricName } from "../../../../workers/domain/events/catalog";
import { isBusy, isOld, type LoadedFor } from "../../data/answer";
import { formatMetric, NOTHING, toChange } from "../../data/format";
import { CARD_METRICS, changeRow, periodRow, type Scene, type Summary } from "../../data/question";
import { Icon } from "../../parts/icon";
import { Bone } from "../../parts/notice";
import { words } from "../../words/overview";

export function Cards(props: {
  summary: LoadedFor<Summary, Scene>;
  /** The metric of the chart. */
  picked: MetricName;
  /** False if the comparison has no data. */
  comparable: boolean;
  onPick: (metric: MetricName) => void;
}): JSX.Element {
  const row = () => {
    const shown = props.summary.value();
    return shown && periodRow(shown);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these buttons pick the metric of the chart
    <div
      class="cards"
      classList={{ stale: isOld(props.summary) }}
      role="group"
      aria-label={words.cards}
      aria-busy={isBusy(props.summary)}
    >
      <For each={CARD_METRICS}>
        {(metric, index) => {
          const value = () => row()?.metrics[index()];
          const view = () => props.summary.shown()?.key.view;
          /** Today is incomplete, so compared with a whole day every count would look like a drop. */
          const isPart = () => view()?.period.name === "day" && METRICS[metric].unit === "count";
          const whole = () => (props.comparable && isPart() ? row()?.comparison?.metrics[index()] : undefined);
          const change = () => {
            const shown = props.summary.value();
            const told = shown && changeRow(shown);
            const comparison = props.comparable && !isPart() ? told?.comparison : null;
            return comparison
              ? toChange(metric, told?.metrics[index()] ?? null, comparison.metrics[index()] ?? null)
              : null;
          };
          return (
            <button
              type="button"
              class="card"
              aria-pressed={props.picked === metric}
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
                  {(view()?.compare === "year" ? words.yearAgo : words.yesterday)(formatMetric(metric, whole()))}
                </Show>
                <Show when={change()}>
                  {(moved) => (
                    <span classList={{ better: moved().better === true, worse: moved().better === false }}>
                      <Show when={moved().direction !== "flat"}>
                        <Icon name={moved().direction === "up" ? "rise" : "fall"} />
                      </Show>
                      {moved().text}
                      <span class="unseen">
                        {moved().better === null ? "" : moved().better ? words.better : words.worse}
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
