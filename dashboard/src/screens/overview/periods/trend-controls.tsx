// The controls of the chart: its interval, a second metric, and the forecast.
import { For, type JSX, Show } from "solid-js";
import type { Interval } from "../../../data/period";
import { intervalOfView, intervalsFor } from "../../../data/periods/interval";
import type { Scene } from "../../../data/question";
import type { ChartMetric } from "../../../data/saved/charted";
import { metricLabel } from "../../../data/saved/conversion";
import type { View } from "../../../data/view";
import { Icon } from "../../../parts/icon";
import { Menu, MenuChoice } from "../../../parts/menu";
import { words as frame } from "../../../words/frame";
import { words } from "../../../words/overview";
import { canForecast, isForecastOn } from "../forecast";

export function TrendControls(props: {
  scene: Scene;
  /** The metrics that the chart can draw. */
  metrics: readonly ChartMetric[];
  /** The interval of the shown line. */
  interval: Interval | undefined;
  onChange: (part: Partial<View>, replace?: boolean) => void;
}): JSX.Element {
  const view = (): View => props.scene.view;
  const intervals = (): Interval[] => intervalsFor(view().period, props.scene.today);
  const interval = (): Interval | undefined => intervalOfView(view(), props.scene.today) ?? props.interval;
  return (
    <>
      <SecondMetric view={view()} metrics={props.metrics} onPick={(second) => props.onChange({ second })} />
      <Show when={canForecast(props.scene)}>
        <button
          type="button"
          class="button button-small button-quiet"
          aria-pressed={isForecastOn(props.scene)}
          onClick={() => props.onChange({ forecast: !isForecastOn(props.scene) }, true)}
        >
          {words.trend.forecast}
        </button>
      </Show>
      <Show when={intervals().length > 1 && interval()}>
        {(shown) => (
          <Menu
            label={words.trend.interval}
            align="end"
            class="button button-small button-quiet"
            face={frame.intervals[shown()]}
          >
            {(close) => (
              <For each={intervals()}>
                {(name) => (
                  <MenuChoice
                    checked={shown() === name}
                    onPick={() => {
                      close();
                      props.onChange({ interval: name });
                    }}
                  >
                    {frame.intervals[name]}
                  </MenuChoice>
                )}
              </For>
            )}
          </Menu>
        )}
      </Show>
    </>
  );
}

/** The face is also the legend of the second line. */
function SecondMetric(props: {
  view: View;
  metrics: readonly ChartMetric[];
  onPick: (metric: ChartMetric | null) => void;
}): JSX.Element {
  const others = (): ChartMetric[] => props.metrics.filter((metric) => metric !== props.view.metric);
  return (
    <Menu
      label={words.trend.second}
      align="end"
      class="button button-small button-quiet"
      face={
        <Show
          when={props.view.second}
          fallback={
            <>
              <Icon name="plus" />
              {words.trend.addSecond}
            </>
          }
        >
          {(metric) => (
            <>
              <span class="trend-key" aria-hidden="true" />
              {metricLabel(metric(), props.view.filters)}
            </>
          )}
        </Show>
      }
    >
      {(close) => {
        const Pick = (choice: { metric: ChartMetric | null }): JSX.Element => (
          <MenuChoice
            checked={props.view.second === choice.metric}
            onPick={() => {
              close();
              props.onPick(choice.metric);
            }}
          >
            {choice.metric ? metricLabel(choice.metric, props.view.filters) : words.trend.noSecond}
          </MenuChoice>
        );
        return (
          <>
            <Pick metric={null} />
            <For each={others()}>{(metric) => <Pick metric={metric} />}</For>
          </>
        );
      }}
    </Menu>
  );
}
