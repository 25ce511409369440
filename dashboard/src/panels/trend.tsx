// The trend: the chosen metric over time, as a line or as the table that stands behind it.
import { createMemo, type JSX, Show } from "solid-js";
import type { AnomaliesView, ForecastView } from "../../../workers/domain/anomaly-record";
import { METRICS } from "../../../workers/domain/catalog";
import type { Picture } from "../chart/line-chart";
import type { Loaded } from "../data/answer";
import { localClock } from "../data/calendar";
import { withForecast, withMarks } from "../data/forecast";
import { rangeOf } from "../data/format";
import { PERIODS } from "../data/period";
import type { Answer } from "../data/question";
import { since, toSeries } from "../data/series";
import type { View } from "../data/view";
import { Icon } from "../parts/icon";
import { Failure } from "../parts/notice";
import { TrendLine } from "./trend-line";
import { TrendTable } from "./trend-table";

export interface TrendProps {
  series: Loaded<Answer>;
  /** The whole day that today is compared with; has no value for other periods. */
  dayBefore: Loaded<Answer>;
  view: View;
  /** Of the days to come; undefined where there is none. */
  forecast: ForecastView | undefined;
  /** What was out of the ordinary in the period. */
  anomalies: AnomaliesView | undefined;
  /** What could not be loaded besides the line, and how to try again. */
  lacking: { what: string; retry: () => void } | null;
  timezone: string;
  /** Where the property's record begins; null without one, undefined while that is not known. */
  firstDay: string | null | undefined;
  /** The property's wall clock. */
  clock: string;
  onTable: (table: boolean) => void;
}

export function Trend(props: TrendProps): JSX.Element {
  /** The answer and the metric that it answers move together: a new metric waits for its own numbers. */
  const picture = createMemo((before: Picture | undefined): Picture | undefined => {
    const answer = props.series.value();
    if (!answer || props.series.state() === "stale") return before;
    const { period, compare, metric } = props.view;
    const isToday = period.name === "day" && compare !== "none";
    const line = since(
      toSeries(answer, metric, props.clock, isToday ? props.dayBefore.value() : undefined),
      props.firstDay,
    );
    const marked = props.anomalies
      ? withMarks(line, props.anomalies, (instant) => localClock(instant, props.timezone).slice(0, 10))
      : line;
    const { forecast } = props;
    return {
      series: forecast?.metric === metric ? withForecast(marked, forecast, props.clock.slice(0, 10)) : marked,
      metric,
      names: {
        now: period.name === "custom" ? "This period" : PERIODS[period.name].label,
        before: compare === "year" ? "Year before" : period.name === "day" ? "Yesterday" : "Period before",
      },
    };
  });
  const range = (): string | null => {
    const series = picture()?.series;
    return series
      ? rangeOf(
          series.points.filter((point) => point.value !== null || !point.forecast).map((point) => point.label),
          series.interval,
          props.clock.slice(0, 10),
        )
      : null;
  };

  return (
    <figure class="trend" aria-busy={props.series.state() !== "ready"}>
      <figcaption class="trend-head">
        <h2>
          {METRICS[props.view.metric].label}
          <Show when={range()}>
            <small>{range()}</small>
          </Show>
        </h2>
        <Show when={props.lacking}>
          {(lacking) => (
            <span class="trend-lacking" role="status">
              {lacking().what} could not be loaded.{" "}
              <button type="button" class="link" onClick={() => lacking().retry()}>
                Try again
              </button>
            </span>
          )}
        </Show>
        <button
          type="button"
          class="button button-small button-quiet"
          aria-pressed={props.view.table}
          onClick={() => props.onTable(!props.view.table)}
        >
          <Icon name={props.view.table ? "line" : "table"} />
          {props.view.table ? "As a line" : "As a table"}
        </button>
      </figcaption>
      <div class="trend-body" classList={{ stale: props.series.state() === "stale" }}>
        <Show when={props.series.state() === "error"}>
          <div class="trend-failure">
            <Failure what="The trend could not be loaded." error={props.series.error()} onRetry={props.series.retry} />
          </div>
        </Show>
        <Show
          when={picture()}
          fallback={
            <Show when={props.series.state() !== "error"}>
              <span class="bone trend-bone" aria-hidden="true" />
            </Show>
          }
        >
          {(shown) => (
            <>
              <Show when={!props.view.table}>
                <TrendLine picture={shown()} />
              </Show>
              {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls, so a keyboard must reach it */}
              <div
                class={props.view.table ? "trend-table" : "unseen"}
                role="region"
                aria-label="The trend as a table"
                tabindex={props.view.table ? 0 : undefined}
              >
                <TrendTable picture={shown()} />
              </div>
            </>
          )}
        </Show>
      </div>
    </figure>
  );
}
