// The overview of a property: one sentence, eight figures, one line and six panels.
import { A, useNavigate } from "@solidjs/router";
import { createMemo, For, type JSX, Show } from "solid-js";
import { loadAnomalies, loadForecast } from "../../data/anomaly";
import { createAnswer, createAnswers, createLoaded, createRetry } from "../../data/answer";
import { daysIn, localClock } from "../../data/calendar";
import { createOpenHour, createTick } from "../../data/clock";
import { formatAmounts, isRevenue } from "../../data/detail/money";
import { useFilters } from "../../data/filters/use-filters";
import { formatRange } from "../../data/format";
import { PANEL_NAMES, type PanelName } from "../../data/panel";
import { daysOf, isRunning, PERIODS, type PeriodName, toDateRange } from "../../data/period";
import { nowIn } from "../../data/periods/moment";
import { changesText } from "../../data/periods/names";
import { stepPeriod } from "../../data/periods/step";
import {
  type CardValues,
  cardFigures,
  cardMetricsOf,
  chartMetricsOf,
  firstDayOf,
  haveSameVisitors,
  isComparable,
  periodRow,
  revenueQuestions,
  type Scene,
  summaryQuestions,
  trendQuestions,
} from "../../data/question";
import { createSegments, meaningVersion } from "../../data/saved/changes";
import type { ChartMetric } from "../../data/saved/charted";
import { versusQuestion } from "../../data/saved/versus";
import { createShortcuts, KEYS } from "../../data/shortcut";
import type { View } from "../../data/view";
import { BotsNote, BotsSwitch } from "../../frame/bots-switch";
import { Coverage, type CoverageScene } from "../../frame/coverage";
import { createFilterControls } from "../../frame/filters/filter-bar";
import { PeriodPicker, stepShortcuts } from "../../frame/period-picker";
import { useProperty } from "../../frame/property-frame";
import { GoalsPanel } from "../../panels/goals/goals-panel";
import { onDemand } from "../../panels/on-demand";
import { FilteredPage } from "../../panels/page-link";
import { words as frame } from "../../words/frame";
import { words } from "../../words/overview";
import { BreakdownPanel } from "./breakdown-panel";
import { Cards } from "./cards";
import { anomaliesAsk, forecastAsk } from "./forecast";
import { Headline } from "./headline";
import { More } from "./more/more";
import { createNotes } from "./notes/notes";
import { NowPanel } from "./now-panel";
import { createView } from "./periods/view";
import { Trend } from "./trend";

const REFRESH = 60_000;

/** Loaded when it is opened first. */
const BreakdownDialog = onDemand(() => import("./breakdown-dialog").then((file) => file.BreakdownDialog));

export function Overview(): JSX.Element {
  const { property, live } = useProperty();
  const minute = createTick(REFRESH);
  const clock = createMemo(() => {
    minute();
    return localClock(Date.now(), property().timezone);
  });
  const today = createMemo(() => clock().slice(0, 10));
  const { view, period, beginning, change, hrefOf } = createView(() => ({
    siteId: property().site_id,
    today: today(),
  }));
  const hour = createOpenHour(
    () => view().period,
    () => property().timezone,
    clock,
  );
  const scene = createMemo(
    (): Scene => ({
      siteId: property().site_id,
      today: today(),
      view: view(),
      ...hour(),
    }),
  );
  /** A past period needs no refresh. */
  const tick = (): number => (isRunning(view().period, today()) ? minute() : 0) + meaningVersion();

  const navigate = useNavigate();
  /** True after this page opened the dialog itself, so that its history entry can be taken back. */
  let hasOpened = false;
  const openAll = (name: PanelName): void => {
    hasOpened = true;
    change({ all: name });
  };
  const closeAll = (): void => {
    if (hasOpened) navigate(-1);
    else change({ all: null }, true);
    hasOpened = false;
  };

  createShortcuts({
    title: frame.shortcuts.period,
    shortcuts: [
      ...(Object.keys(PERIODS) as PeriodName[]).map((name) => ({
        key: PERIODS[name].key,
        label: PERIODS[name].label,
        run: () => change({ period: { name } }),
      })),
      ...stepShortcuts((direction) => {
        const next = stepPeriod(view().period, direction, nowIn(property().timezone, Date.now()));
        if (next) change({ period: next });
      }),
      {
        key: KEYS.comparison,
        label: frame.shortcuts.comparison,
        run: () => change({ compare: view().compare === "none" ? "previous" : "none" }),
      },
      {
        key: KEYS.bots,
        label: frame.shortcuts.bots,
        run: () => change({ withoutBots: !view().withoutBots }),
      },
      { key: KEYS.table, label: frame.shortcuts.table, run: () => change({ table: !view().table }, true) },
    ],
  });

  const filters = useFilters();
  const controls = createFilterControls(
    filters,
    () => ({
      siteId: property().site_id,
      today: today(),
      range: toDateRange(view().period, today()),
    }),
    () => ({ value: view().vs, set: (vs) => change({ vs }) }),
  );

  const summary = createAnswers(scene, summaryQuestions, tick);
  const revenue = createAnswers(scene, revenueQuestions, tick);
  createRetry(revenue, summary);
  const trend = createAnswers(scene, trendQuestions, tick);
  const forecast = createLoaded(() => forecastAsk(scene()), loadForecast, tick);
  const anomalies = createLoaded(() => anomaliesAsk(scene()), loadAnomalies, tick);
  const versus = createAnswer(
    () => (view().vs === null ? null : scene()),
    (asked) => versusQuestion(asked)!,
    tick,
  );
  const segments = createSegments(() => property().site_id);
  const notes = createNotes(property, () => view().period, today);
  const comparable = createMemo(() => isComparable(summary.value()?.period, beginning.value()));
  const firstDay = (): string | null | undefined => firstDayOf(beginning.value());
  const visitorsOf = (of: Scene): number | null => {
    const shown = summary.shown();
    return shown && haveSameVisitors(shown.key, of) ? (periodRow(shown.value)?.metrics[0] ?? null) : null;
  };
  /** The view of the shown figures, or the requested view without figures. */
  const shownView = (): View => summary.shown()?.key.view ?? view();
  const figures = createMemo((): CardValues | undefined => {
    const [shown, more] = [summary.shown(), revenue.shown()];
    // Revenue may arrive a moment later.
    return shown && cardFigures(shown.value, more?.key === shown.key ? more.value : null, shown.key);
  });
  const hasRevenue = (): boolean => figures()?.shown.now.some(isRevenue) === true;
  /** Amounts in currencies without a rate, which revenue leaves out. */
  const unconverted = () => (revenue.value()?.period ?? summary.value()?.period)?.meta.unconverted_revenue;
  /** The metrics of the cards: revenue only where the shown period has any. */
  const cardMetrics = createMemo((): readonly ChartMetric[] => {
    const { filters } = shownView();
    return cardMetricsOf(filters, hasRevenue());
  });
  const coverage = createMemo((): CoverageScene => {
    const most = daysIn(firstDay() ?? today(), today());
    const { filters, period } = view();
    return {
      siteId: property().site_id,
      today: today(),
      filters,
      ...daysOf(period, today(), Math.max(1, most)),
      range: toDateRange(period, today()),
    };
  });
  const nothingToCompare = (): string | undefined => {
    const day = summary.value()?.period.meta.comparison_date_range && !comparable() && firstDay();
    return day ? frame.period.noData(formatRange(day, day)) : undefined;
  };
  /** Without any event, the page explains how to get the first one. */
  const isNew = (): boolean => {
    const shown = summary.value();
    return (
      live.value()?.last_event_at === null &&
      shown !== undefined &&
      periodRow(shown)?.metrics.every((value) => !value) === true
    );
  };

  return (
    <main class="overview">
      <Show when={isNew()}>
        <aside class="welcome">
          <div>
            <h2>{words.noEvent}</h2>
            <p>{words.noEventHint}</p>
          </div>
          <A
            class="button button-main"
            href={
              property().streams.length > 0 ? `/new/${property().site_id}/install` : `/new/${property().site_id}/stream`
            }
          >
            {property().streams.length > 0 ? words.installTag : words.addStream}
          </A>
        </aside>
      </Show>
      <div class="overview-head">
        <Headline scene={scene()} summary={summary} comparable={comparable()} tick={tick} />
        <PeriodPicker
          period={period()}
          comparison={view()}
          today={today()}
          onChange={change}
          note={nothingToCompare()}
          before={<controls.Button />}
          more={<BotsSwitch without={view().withoutBots} onChange={(withoutBots) => change({ withoutBots })} />}
        />
      </div>
      <controls.Chips />
      <FilteredPage filters={filters.list()} />
      <Show when={shownView().withoutBots}>
        <BotsNote onEnd={() => change({ withoutBots: false })}>{words.botsExcluded}</BotsNote>
      </Show>
      <section class="sheet-card" aria-label={words.summary}>
        <Cards
          summary={summary}
          figures={figures()}
          metrics={cardMetrics()}
          comparable={comparable()}
          picked={view().metric}
          second={view().second}
          onPick={(metric) => change({ metric })}
          onSecond={(second) => change({ second })}
        />
        <Trend
          beginning={beginning}
          trend={trend}
          forecast={forecast}
          anomalies={anomalies}
          timezone={property().timezone}
          scene={scene()}
          clock={clock()}
          metrics={chartMetricsOf(shownView().filters, hasRevenue())}
          change={change}
          hrefOf={hrefOf}
          notes={notes}
          versus={versus}
          segments={segments.value() ?? []}
          onVersusEnd={() => change({ vs: null })}
        />
      </section>
      <div class="panels">
        <GoalsPanel property={property()} scene={scene()} tick={tick} />
        <For each={PANEL_NAMES}>
          {(name) => (
            <BreakdownPanel
              name={name}
              scene={scene()}
              tick={tick}
              visitorsOf={visitorsOf}
              onTab={(dimension) => change({ tabs: { ...view().tabs, [name]: dimension } }, true)}
              onAll={() => openAll(name)}
              onGroup={(isGrouped) => change({ isGrouped }, true)}
            />
          )}
        </For>
        <NowPanel live={live} />
      </div>
      <Show when={!isNew()}>
        <More scene={scene()} tick={tick} />
      </Show>
      <Show when={view().all} keyed>
        {(name) => <BreakdownDialog name={name} scene={scene()} onClose={closeAll} />}
      </Show>
      <Coverage scene={coverage()} withoutBots={shownView().withoutBots} tick={tick}>
        {words.foot.timezone(property().timezone.replaceAll("_", " "))}{" "}
        <Show when={hasRevenue() && unconverted()}>
          {(amounts) => <>{words.foot.unconverted(formatAmounts(amounts()))} </>}
        </Show>
        <Show when={comparable() && summary.shown()}>
          {(shown) => <>{changesText(shown().value.wholeDays, shown().key)}</>}
        </Show>
      </Coverage>
    </main>
  );
}
