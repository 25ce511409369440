// The overview of a property: one sentence, eight figures, one line and six panels.
import { A, useSearchParams } from "@solidjs/router";
import { createMemo, For, type JSX, Show } from "solid-js";
import { loadAnomalies, loadForecast } from "../../data/anomaly";
import { createAnswer, createAnswers, createLoaded } from "../../data/answer";
import { localClock } from "../../data/calendar";
import { createTick } from "../../data/clock";
import { formatRange } from "../../data/format";
import { PANEL_NAMES } from "../../data/panel";
import { isRunning, PERIODS, type PeriodName } from "../../data/period";
import {
  beginningQuestion,
  firstDayOf,
  haveSameVisitors,
  isComparable,
  periodRow,
  type Scene,
  summaryQuestions,
  trendQuestions,
} from "../../data/question";
import { createShortcuts, KEYS } from "../../data/shortcut";
import { type Params, readView, type View, writeView } from "../../data/view";
import { BotsNote, BotsSwitch } from "../../frame/bots-switch";
import { PeriodPicker } from "../../frame/period-picker";
import { useProperty } from "../../frame/property-frame";
import { words as frame } from "../../words/frame";
import { words } from "../../words/overview";
import { BreakdownDialog } from "./breakdown-dialog";
import { BreakdownPanel } from "./breakdown-panel";
import { Cards } from "./cards";
import { anomaliesAsk, forecastAsk } from "./forecast";
import { Headline } from "./headline";
import { NowPanel } from "./now-panel";
import { Trend } from "./trend";

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
  /** A past period needs no refresh. */
  const tick = (): number => (isRunning(view().period, today()) ? minute() : 0);

  const change = (part: Partial<View>, replace = false): void =>
    setParams(writeView({ ...view(), ...part }), { replace, scroll: false });

  createShortcuts({
    title: frame.shortcuts.period,
    shortcuts: [
      ...(Object.keys(PERIODS) as PeriodName[]).map((name) => ({
        key: PERIODS[name].key,
        label: PERIODS[name].label,
        run: () => change({ period: { name } }),
      })),
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

  const summary = createAnswers(scene, summaryQuestions, tick);
  const trend = createAnswers(scene, trendQuestions, tick);
  const forecast = createLoaded(() => forecastAsk(scene()), loadForecast, tick);
  const anomalies = createLoaded(() => anomaliesAsk(scene()), loadAnomalies, tick);
  const beginning = createAnswer(scene, beginningQuestion);
  const comparable = createMemo(() => isComparable(summary.value()?.period, beginning.value()));
  const firstDay = (): string | null | undefined => firstDayOf(beginning.value());
  const visitorsOf = (of: Scene): number | null => {
    const shown = summary.shown();
    return shown && haveSameVisitors(shown.key, of) ? (periodRow(shown.value)?.metrics[0] ?? null) : null;
  };
  /** The view of the shown figures, or the requested view without figures. */
  const shownView = (): View => summary.shown()?.key.view ?? view();
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
          period={view().period}
          compare={view().compare}
          today={today()}
          onChange={change}
          more={<BotsSwitch without={view().withoutBots} onChange={(withoutBots) => change({ withoutBots })} />}
        />
      </div>
      <Show when={shownView().withoutBots}>
        <BotsNote onEnd={() => change({ withoutBots: false })}>{words.botsExcluded}</BotsNote>
      </Show>
      <section class="sheet-card" aria-label={words.summary}>
        <Cards
          summary={summary}
          comparable={comparable()}
          picked={view().metric}
          onPick={(metric) => change({ metric })}
        />
        <Trend
          beginning={beginning}
          trend={trend}
          forecast={forecast}
          anomalies={anomalies}
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
              visitorsOf={visitorsOf}
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
        {words.foot.timezone(property().timezone.replaceAll("_", " "))}{" "}
        <Show when={comparable() && summary.value()?.wholeDays}>{words.foot.wholeDays} </Show>
        <Show when={summary.value()?.period.meta.comparison_date_range && !comparable() && firstDay()}>
          {(day) => words.foot.noComparison(formatRange(day(), day()))}
        </Show>
      </footer>
    </main>
  );
}
