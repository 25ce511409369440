// The summary: one figure per metric with its change. The trend below shows the selected one.
import { For, type JSX, Show } from "solid-js";
import { isBusy, isOld, type LoadedFor } from "../../data/answer";
import { NOTHING } from "../../data/format";
import { wholeDayText } from "../../data/periods/names";
import { type CardValues, isFirst, periodRow, type Scene, type Summary } from "../../data/question";
import { type ChartMetric, isAdded, toChartChange } from "../../data/saved/charted";
import { formatValue, type MetricValue, metricLabel } from "../../data/saved/conversion";
import { Icon } from "../../parts/icon";
import { Bone } from "../../parts/notice";
import { words } from "../../words/overview";

export function Cards(props: {
  summary: LoadedFor<Summary, Scene>;
  /** Those of the shown summary. */
  figures: CardValues | undefined;
  /** One card for each. */
  metrics: readonly ChartMetric[];
  /** The metric of the chart. */
  picked: ChartMetric;
  /** The metric of its second line. */
  second: ChartMetric | null;
  /** False if the comparison has no data. */
  comparable: boolean;
  onPick: (metric: ChartMetric) => void;
  /** Shift chooses the second line. */
  onSecond: (metric: ChartMetric | null) => void;
}): JSX.Element {
  const filters = () => props.summary.shown()?.key.view.filters ?? [];
  /** False without anything to compare with: the cards need no third line then. */
  const hasChanges = (): boolean => {
    const shown = props.summary.shown();
    return !shown || (props.comparable && !isFirst(shown.key) && !!periodRow(shown.value)?.comparison);
  };
  const pick = (metric: ChartMetric, isSecond: boolean): void => {
    if (!isSecond || metric === props.picked) props.onPick(metric);
    else props.onSecond(metric === props.second ? null : metric);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; these buttons pick the metric of the chart
    <div
      class="cards"
      style={{ "--cards": props.metrics.length }}
      classList={{ stale: isOld(props.summary), "cards-plain": !hasChanges() }}
      role="group"
      aria-label={words.cards}
      aria-busy={isBusy(props.summary)}
    >
      <For each={props.metrics}>
        {(metric, index) => {
          const value = (): MetricValue | undefined => props.figures?.shown.now[index()];
          const view = () => props.summary.shown()?.key.view;
          /** Today is incomplete, so compared with a whole day every count would look like a drop. */
          const isPart = () => view()?.period.name === "day" && isAdded(metric);
          const whole = () => (props.comparable && isPart() ? props.figures?.shown.before[index()] : undefined);
          const change = () => {
            const complete = props.comparable && !isPart() ? props.figures?.complete : undefined;
            return complete ? toChartChange(metric, complete.now[index()], complete.before[index()]) : null;
          };
          return (
            <button
              type="button"
              class="card"
              classList={{ "card-second": props.second === metric }}
              aria-pressed={props.picked === metric}
              title={words.secondHint}
              onClick={(event) => pick(metric, event.shiftKey)}
            >
              <span class="card-label">{metricLabel(metric, filters())}</span>
              <span class="card-value" title={formatValue(metric, value(), true)}>
                <Show
                  when={props.figures}
                  fallback={props.summary.state() === "error" ? NOTHING : <Bone class="bone-value" />}
                >
                  {formatValue(metric, value())}
                </Show>
              </span>
              <span class="card-change">
                <Show when={whole() != null}>
                  {wholeDayText(props.summary.shown()!.key, formatValue(metric, whole()))}
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
