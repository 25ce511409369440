// The overview: what happened on a property, in one sentence, eight figures, one line and six panels.
import { A, useSearchParams } from "@solidjs/router";
import { createMemo, For, type JSX, Show } from "solid-js";
import { MOST_INSIGHT_DAYS } from "../../../workers/domain/insight";
import { loadAnomalies, loadForecast } from "../data/anomaly";
import { createAnswer, createLoaded } from "../data/answer";
import { localClock } from "../data/calendar";
import { createTick } from "../data/clock";
import { forecastAsk } from "../data/forecast";
import { formatRange } from "../data/format";
import { PANEL_NAMES } from "../data/panel";
import { daysOf, intervalFor, isRunning, PERIODS, type PeriodName } from "../data/period";
import {
  beginningQuestion,
  dayBeforeQuestion,
  isComparable,
  type Scene,
  seriesQuestion,
  summaryQuestion,
  wholeDaysQuestion,
} from "../data/question";
import { createShortcuts } from "../data/shortcut";
import { type Params, readView, type View, writeView } from "../data/view";
import { useProperty } from "../frame/property-frame";
import { BotsNote, BotsSwitch } from "../panels/bots-switch";
import { BreakdownDialog } from "../panels/breakdown-dialog";
import { BreakdownPanel } from "../panels/breakdown-panel";
import { Cards } from "../panels/cards";
import { Headline } from "../panels/headline";
import { NowPanel } from "../panels/now-panel";
import { PeriodPicker } from "../panels/period-picker";
import { Trend } from "../panels/trend";

const REFRESH = 60_000;

export function Overview(): JSX.Element {
  const { property, live } = useProperty();
  const [params, setParams] = useSearchParams();
  const view = createMemo(() => readView(params as Params));

  const minute = createTick(REFRESH);
  const clock = createMemo(() => {
    minute();
    return localClock(Date.now(), property().timezone);
  });
  const today = createMemo(() => clock().slice(0, 10));
  const scene = createMemo((): Scene => ({ siteId: property().site_id, today: today(), view: view() }));
  /** A period that is over needs no second look. */
  const tick = (): number => (isRunning(view().period, today()) ? minute() : 0);

  const change = (part: Partial<View>, replace = false): void =>
    setParams(writeView({ ...view(), ...part }), { replace, scroll: false });

  createShortcuts({
    title: "Period",
    shortcuts: [
      ...(Object.keys(PERIODS) as PeriodName[]).map((name) => ({
        key: PERIODS[name].key,
        label: PERIODS[name].label,
        run: () => change({ period: { name } }),
      })),
      {
        key: "x",
        label: "Comparison on and off",
        run: () => change({ compare: view().compare === "none" ? "previous" : "none" }),
      },
      {
        key: "b",
        label: "Suspected bots out and in",
        run: () => change({ withoutBots: !view().withoutBots }),
      },
      { key: "v", label: "Chart as a table", run: () => change({ table: !view().table }, true) },
    ],
  });

  const summary = createAnswer(() => summaryQuestion(scene()), tick);
  const wholeDays = createAnswer(() => wholeDaysQuestion(scene()), tick);
  const series = createAnswer(() => seriesQuestion(scene()), tick);
  const dayBefore = createAnswer(() => dayBeforeQuestion(scene()), tick);
  const wanted = createMemo(() => forecastAsk(scene()));
  const forecast = createLoaded(wanted, loadForecast, tick);
  const anomalies = createLoaded(
    () =>
      intervalFor(view().period) === "day"
        ? { siteId: property().site_id, ...daysOf(view().period, today(), MOST_INSIGHT_DAYS) }
        : null,
    loadAnomalies,
    tick,
  );
  const lacking = () =>
    wanted() && forecast.state() === "error"
      ? { what: "The forecast", retry: forecast.retry }
      : anomalies.state() === "error"
        ? { what: "Marks of anomalies", retry: anomalies.retry }
        : null;
  const beginning = createAnswer(() => beginningQuestion(property().site_id));
  const comparable = createMemo(() => isComparable(summary.value(), beginning.value()));
  const firstDay = (): string | null | undefined => beginning.value()?.meta.data_from;
  /** No event ever: the page then says how to get the first one. */
  const isNew = (): boolean =>
    live.value()?.last_event_at === null && summary.value()?.results[0]?.metrics.every((value) => !value) === true;

  return (
    <main class="overview">
      <Show when={isNew()}>
        <aside class="welcome">
          <div>
            <h2>No event has arrived yet</h2>
            <p>Put the tag into your pages, and the first visit shows here within seconds.</p>
          </div>
          <A
            class="button button-main"
            href={
              property().streams.length > 0 ? `/new/${property().site_id}/install` : `/new/${property().site_id}/stream`
            }
          >
            {property().streams.length > 0 ? "Install the tag" : "Set up a data stream"}
          </A>
        </aside>
      </Show>
      <div class="overview-head">
        <Headline scene={scene()} summary={summary} wholeDays={wholeDays} comparable={comparable()} />
        <PeriodPicker
          period={view().period}
          compare={view().compare}
          today={today()}
          onChange={change}
          more={<BotsSwitch without={view().withoutBots} onChange={(withoutBots) => change({ withoutBots })} />}
        />
      </div>
      <Show when={view().withoutBots}>
        <BotsNote onEnd={() => change({ withoutBots: false })}>
          Visits that are suspected to be bots’ are left out of all numbers on this page, except those of right now.
        </BotsNote>
      </Show>
      <section class="sheet-card" aria-label="Summary and trend">
        <Cards
          summary={summary}
          wholeDays={wholeDays}
          comparable={comparable()}
          view={view()}
          onPick={(metric) => change({ metric })}
        />
        <Trend
          firstDay={firstDay()}
          series={series}
          dayBefore={dayBefore}
          forecast={wanted() ? forecast.value() : undefined}
          anomalies={anomalies.value()}
          lacking={lacking()}
          timezone={property().timezone}
          view={view()}
          clock={clock()}
          onTable={(table) => change({ table }, true)}
        />
      </section>
      <div class="panels">
        <For each={PANEL_NAMES}>
          {(name) => (
            <BreakdownPanel
              name={name}
              scene={scene()}
              tick={tick}
              visitors={summary.value()?.results[0]?.metrics[0] ?? null}
              onTab={(dimension) => change({ tabs: { ...view().tabs, [name]: dimension } }, true)}
              onAll={() => change({ all: name })}
            />
          )}
        </For>
        <NowPanel live={live} />
      </div>
      <Show when={view().all} keyed>
        {(name) => <BreakdownDialog name={name} scene={scene()} onClose={() => change({ all: null })} />}
      </Show>
      <footer class="overview-foot">
        Days are those of {property().timezone.replaceAll("_", " ")}. No cookies, no sampling.{" "}
        <Show when={comparable() && wholeDays.value()}>Changes compare whole days: today is not over. </Show>
        <Show when={summary.value()?.meta.comparison_date_range && !comparable() && firstDay()}>
          {(day) => <>No comparison: this property has data since {formatRange(day(), day())}.</>}
        </Show>
      </footer>
    </main>
  );
}
