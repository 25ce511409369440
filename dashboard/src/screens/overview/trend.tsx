// The trend: the selected metric over time, as a line or a table.
import { createMemo, type JSX, Show } from "solid-js";
import type { AnomaliesView, ForecastView } from "../../../../workers/domain/anomalies/record";
import type { Picture } from "../../chart/line-chart";
import type { ForecastAsk } from "../../data/anomaly";
import { isBusy, isOld, type LoadedFor, valueFor } from "../../data/answer";
import { localClock } from "../../data/calendar";
import { formatSpan, rangeOf } from "../../data/format";
import type { InsightScene } from "../../data/insight";
import { isOfHours, type Period } from "../../data/period";
import { nowIn } from "../../data/periods/moment";
import { lineNames } from "../../data/periods/names";
import { zoomTo } from "../../data/periods/zoom";
import { type Answer, firstDayOf, type Scene, type TrendAnswers } from "../../data/question";
import type { ChartMetric } from "../../data/saved/charted";
import { metricLabel } from "../../data/saved/conversion";
import type { Segment } from "../../data/saved/requests";
import { versusNames, withVersus } from "../../data/saved/versus";
import { since, toSeries } from "../../data/series";
import type { View } from "../../data/view";
import { Icon } from "../../parts/icon";
import { LoadedBody } from "../../parts/loaded";
import { words } from "../../words/overview";
import { words as parts } from "../../words/parts";
import { words as noteWords } from "../../words/saved/annotations";
import { words as segmentWords } from "../../words/saved/segments";
import { anomaliesAsk, forecastAsk, withForecast, withMarks } from "./forecast";
import type { Notes } from "./notes/notes";
import { TrendControls } from "./periods/trend-controls";
import type { Beginning, OverviewView } from "./periods/view";
import { TrendLine } from "./trend-line";
import { TrendTable } from "./trend-table";
import { VersusChip } from "./versus-chip";

export interface TrendProps {
  trend: LoadedFor<TrendAnswers, Scene>;
  scene: Scene;
  /** The forecast of the next days. */
  forecast: LoadedFor<ForecastView, ForecastAsk>;
  /** The anomalies of the days. */
  anomalies: LoadedFor<AnomaliesView, InsightScene>;
  timezone: string;
  /** The property's first data. Nothing is compared with the time before it. */
  beginning: LoadedFor<Answer, Beginning>;
  /** The property's local time. */
  clock: string;
  /** The metrics that the chart can draw. */
  metrics: readonly ChartMetric[];
  change: OverviewView["change"];
  hrefOf: OverviewView["hrefOf"];
  notes: Notes;
  /** The other visitors of the second line. */
  versus: LoadedFor<Answer, Scene>;
  segments: readonly Segment[];
  onVersusEnd: () => void;
}

export function Trend(props: TrendProps): JSX.Element {
  const picture = createMemo((): Picture | undefined => {
    const shown = props.trend.shown();
    if (!shown) return undefined;
    const { metric, second } = shown.key.view;
    const line = since(
      toSeries(shown.value.line, metric, props.clock, shown.value.dayBefore ?? undefined, second),
      firstDayOf(props.beginning.value()),
    );
    const anomalies = valueFor(props.anomalies, anomaliesAsk(shown.key));
    const marked = anomalies
      ? withMarks(line, anomalies, (instant) => localClock(instant, props.timezone).slice(0, 10))
      : line;
    const forecast = valueFor(props.forecast, forecastAsk(shown.key));
    const whole = props.notes.on(forecast ? withForecast(marked, forecast, props.clock.slice(0, 10)) : marked);
    if (shown.key.view.vs !== null) {
      const other = valueFor(props.versus, shown.key);
      const series = withVersus(whole, other, metric, props.clock);
      return {
        series,
        metric,
        second: null,
        names: versusNames(shown.key, props.segments, segmentWords),
        isVersus: true,
      };
    }
    return {
      series: whole,
      metric,
      second,
      names: lineNames(shown.key),
    };
  });
  /** The data missing in the line. Without a line, its own error is enough. */
  const lacking = () =>
    picture() &&
    [
      { what: words.trend.changesFailed, loaded: props.beginning },
      { what: words.trend.forecastFailed, loaded: props.forecast },
      { what: words.trend.anomaliesFailed, loaded: props.anomalies },
      { what: noteWords.failed, loaded: props.notes.loaded },
      { what: segmentWords.versusFailed, loaded: props.versus },
    ].find(({ loaded }) => loaded.state() === "error");
  const view = (): View => props.scene.view;
  /** The period of some buckets of the shown line; null if it is shown already. */
  const periodOf = (first: number, last: number): Period | null => {
    const [shown, series] = [props.trend.shown(), picture()?.series];
    const [from, to] = [series?.points[first]?.label, series?.points[last]?.label];
    if (!shown || !series || !from || !to) return null;
    const now = nowIn(props.timezone, Date.now());
    return zoomTo({ interval: series.interval, shown: shown.key.view.period }, [from, to], now);
  };
  const hrefOf = (index: number): string | null => {
    const period = periodOf(index, index);
    return period && props.hrefOf({ period });
  };
  const range = (): string | null => {
    const series = picture()?.series;
    const period = props.trend.shown()?.key.view.period;
    if (period?.name === "custom" && isOfHours(period)) return formatSpan(period);
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
          <span>
            {metricLabel(picture()?.metric ?? view().metric, (props.trend.shown()?.key.view ?? view()).filters)}
          </span>
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
        <Show when={view().vs !== null && picture()}>
          {(shown) => <VersusChip name={shown().names.before} onEnd={props.onVersusEnd} />}
        </Show>
        <TrendControls
          metrics={props.metrics}
          scene={props.scene}
          interval={picture()?.series.interval}
          onChange={props.change}
        />
        <props.notes.Add />
        <button
          type="button"
          class="button button-small button-quiet"
          aria-pressed={view().table}
          onClick={() => props.change({ table: !view().table }, true)}
        >
          <Icon name={view().table ? "line" : "table"} />
          {view().table ? words.trend.asChart : words.trend.asTable}
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
                <Show when={!view().table}>
                  <TrendLine
                    picture={shown()}
                    periodOf={periodOf}
                    onPeriod={(period) => props.change({ period })}
                    onNotes={props.notes.open}
                    onAdd={props.notes.addAt}
                  />
                </Show>
                {/* biome-ignore lint/a11y/useSemanticElements: the table scrolls, so a keyboard must reach it */}
                <div
                  class={view().table ? "trend-table" : "unseen"}
                  role="region"
                  aria-label={words.trend.table}
                  tabindex={view().table ? 0 : undefined}
                >
                  <TrendTable picture={shown()} hrefOf={view().table ? hrefOf : undefined} />
                </div>
              </>
            )}
          </Show>
        )}
      </LoadedBody>
      <props.notes.List series={picture()?.series} />
    </figure>
  );
}
