// The trend: the selected metric over time, as a line or a table.
import { createMemo, type JSX, Show } from "solid-js";
import type { AnomaliesView, ForecastView } from "../../../../workers/domain/anomalies/record";
import { METRICS } from "../../../../workers/domain/events/catalog";
import type { Picture } from "../../chart/line-chart";
import type { ForecastAsk } from "../../data/anomaly";
import { isBusy, isOld, type LoadedFor, valueFor } from "../../data/answer";
import { localClock } from "../../data/calendar";
import { rangeOf } from "../../data/format";
import type { InsightScene } from "../../data/insight";
import { PERIODS } from "../../data/period";
import { type Answer, firstDayOf, type Scene, type TrendAnswers } from "../../data/question";
import { since, toSeries } from "../../data/series";
import type { View } from "../../data/view";
import { Icon } from "../../parts/icon";
import { LoadedBody } from "../../parts/loaded";
import { words } from "../../words/overview";
import { words as parts } from "../../words/parts";
import { anomaliesAsk, forecastAsk, withForecast, withMarks } from "./forecast";
import { TrendLine } from "./trend-line";
import { TrendTable } from "./trend-table";

export interface TrendProps {
  trend: LoadedFor<TrendAnswers, Scene>;
  view: View;
  /** The forecast of the next days. */
  forecast: LoadedFor<ForecastView, ForecastAsk>;
  /** The anomalies of the days. */
  anomalies: LoadedFor<AnomaliesView, InsightScene>;
  timezone: string;
  /** The property's first data. Nothing is compared with the time before it. */
  beginning: LoadedFor<Answer, Scene>;
  /** The property's local time. */
  clock: string;
  onTable: (table: boolean) => void;
}

export function Trend(props: TrendProps): JSX.Element {
  const picture = createMemo((): Picture | undefined => {
    const shown = props.trend.shown();
    if (!shown) return undefined;
    const { period, compare, metric } = shown.key.view;
    const line = since(
      toSeries(shown.value.line, metric, props.clock, shown.value.dayBefore ?? undefined),
      firstDayOf(props.beginning.value()),
    );
    const anomalies = valueFor(props.anomalies, anomaliesAsk(shown.key));
    const marked = anomalies
      ? withMarks(line, anomalies, (instant) => localClock(instant, props.timezone).slice(0, 10))
      : line;
    const forecast = valueFor(props.forecast, forecastAsk(shown.key));
    return {
      series: forecast ? withForecast(marked, forecast, props.clock.slice(0, 10)) : marked,
      metric,
      names: {
        now: period.name === "custom" ? words.trend.thisPeriod : PERIODS[period.name].label,
        before:
          (compare === "year" && words.trend.previousYear) ||
          (period.name === "day" && words.trend.yesterday) ||
          words.trend.previousPeriod,
      },
    };
  });
  /** The data missing in the line. Without a line, its own error is enough. */
  const lacking = () =>
    picture() &&
    [
      { what: words.trend.changesFailed, loaded: props.beginning },
      { what: words.trend.forecastFailed, loaded: props.forecast },
      { what: words.trend.anomaliesFailed, loaded: props.anomalies },
    ].find(({ loaded }) => loaded.state() === "error");
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
    <figure class="trend" aria-busy={isBusy(props.trend)}>
      <figcaption class="trend-head">
        <h2 classList={{ stale: isOld(props.trend) }}>
          <span>{METRICS[picture()?.metric ?? props.view.metric].label}</span>
          <Show when={range()}>
            <small>{range()}</small>
          </Show>
        </h2>
        <Show when={lacking()}>
          {(lacking) => (
            <span class="trend-lacking" role="status">
              {lacking().what}{" "}
              <button type="button" class="link" onClick={() => lacking().loaded.retry()}>
                {parts.tryAgain}
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
          {props.view.table ? words.trend.asChart : words.trend.asTable}
        </button>
      </figcaption>
      <LoadedBody
        class="trend-body"
        loaded={props.trend}
        failure={words.trend.loadFailed}
        bones={<span class="bone trend-bone" aria-hidden="true" />}
      >
        {() => (
          <Show when={picture()}>
            {(shown) => (
              <>
                <Show when={!props.view.table}>
                  <TrendLine picture={shown()} />
                </Show>
                {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls, so a keyboard must reach it */}
                <div
                  class={props.view.table ? "trend-table" : "unseen"}
                  role="region"
                  aria-label={words.trend.table}
                  tabindex={props.view.table ? 0 : undefined}
                >
                  <TrendTable picture={shown()} />
                </div>
              </>
            )}
          </Show>
        )}
      </LoadedBody>
    </figure>
  );
}
