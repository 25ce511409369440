// Shared by the insight screens: the days in the URL, the head with the period picker, panels, empty states.
import { A, useLocation, useSearchParams } from "@solidjs/router";
import { type Accessor, createMemo, For, type JSX, Show } from "solid-js";
import { MOST_INSIGHT_DAYS } from "../../../workers/domain/counts/insight";
import { MEASUREMENTS, type Measurement } from "../../../workers/domain/events/measurement";
import type { LoadedFor } from "../data/answer";
import { localClock } from "../data/calendar";
import { createTick } from "../data/clock";
import { formatRange } from "../data/format";
import type { InsightScene } from "../data/insight";
import { daysOf, isRunning, PERIODS, type Period, type PeriodName } from "../data/period";
import { createShortcuts } from "../data/shortcut";
import { type Params, readPeriod, STANDARD_PERIOD, writePeriod } from "../data/view";
import { LoadedBody } from "../parts/loaded";
import { Bone, Empty } from "../parts/notice";
import { PeriodPicker } from "./period-picker";
import { useProperty } from "./property-frame";
import "../style/insight.css";
import { words } from "../words/frame";

const REFRESH = 60_000;
/** Insight is limited to a year of days and has no first day, so it does not support this period. */
const WITHOUT: PeriodName = "all";

export interface Screen {
  scene: Accessor<InsightScene>;
  /** Changes while the period is running, so that the same request is sent again. */
  tick: Accessor<number>;
  period: Accessor<Period>;
  today: Accessor<string>;
  /** The parameter in the URL; undefined if absent. */
  param: (name: string) => string | undefined;
  change: (params: Params, replace?: boolean) => void;
  /** The URL of this screen with some parameters changed. */
  hrefWith: (params: Params) => string;
}

/** The state of a screen in the URL, and the shortcut keys of its periods. */
export function createScreen(): Screen {
  const { property } = useProperty();
  const location = useLocation();
  const [params, setParams] = useSearchParams();
  const minute = createTick(REFRESH);
  const today = createMemo(() => {
    minute();
    return localClock(Date.now(), property().timezone).slice(0, 10);
  });
  const period = createMemo((): Period => {
    const read = readPeriod(params as Params);
    return read.name === WITHOUT ? { name: STANDARD_PERIOD } : read;
  });
  const scene = createMemo(() => ({
    siteId: property().site_id,
    ...daysOf(period(), today(), MOST_INSIGHT_DAYS),
  }));
  const change = (next: Params, replace = false): void => setParams(next, { replace, scroll: false });
  const names = (Object.keys(PERIODS) as PeriodName[]).filter((name) => name !== WITHOUT);
  createShortcuts({
    title: words.shortcuts.period,
    shortcuts: names.map((name) => ({
      key: PERIODS[name].key,
      label: PERIODS[name].label,
      run: () => change(writePeriod({ name })),
    })),
  });
  return {
    scene,
    tick: () => (isRunning(period(), today()) ? minute() : 0),
    period,
    today,
    param: (name) => (params as Params)[name] || undefined,
    change,
    hrefWith: (next) => {
      const query = new URLSearchParams(location.search);
      for (const [name, value] of Object.entries(next)) {
        if (value === undefined) query.delete(name);
        else query.set(name, value);
      }
      return `${location.pathname}${query.size > 0 ? `?${query}` : ""}`;
    },
  };
}

export function ScreenHead(props: { title: string; lead: string; screen: Screen; more?: JSX.Element }): JSX.Element {
  const isCut = (): boolean => {
    const period = props.screen.period();
    return period.name === "custom" && period.from !== props.screen.scene().from;
  };
  return (
    <div class="overview-head">
      <div class="screen-title">
        <h1>{props.title}</h1>
        <p class="lead">{props.lead}</p>
        <Show when={isCut()}>
          <p class="panel-note">
            {words.periodCut(MOST_INSIGHT_DAYS, formatRange(props.screen.scene().from, props.screen.scene().to))}
          </p>
        </Show>
      </div>
      <PeriodPicker
        period={props.screen.period()}
        today={props.screen.today()}
        without={WITHOUT}
        more={props.more}
        onChange={(part) => "period" in part && props.screen.change(writePeriod(part.period))}
      />
    </div>
  );
}

/** A panel for loaded data. */
export function LoadedPanel<T, K>(props: {
  title: string;
  loaded: LoadedFor<T, K>;
  /** Number of rows in the skeleton. */
  bones?: number;
  end?: JSX.Element;
  class?: string;
  children: (value: Accessor<T>, key: Accessor<K>) => JSX.Element;
}): JSX.Element {
  return (
    <section class={`panel ${props.class ?? ""}`} aria-label={props.title}>
      <header class="panel-head">
        <h2>{props.title}</h2>
        {props.end}
      </header>
      <LoadedBody
        class="panel-free"
        loaded={props.loaded}
        failure={words.loadFailed(props.title)}
        bones={<Bones count={props.bones ?? 6} />}
      >
        {props.children}
      </LoadedBody>
    </section>
  );
}

/** Widths of skeleton rows, decreasing like those of real rows. */
const WIDTHS = ["w80", "w60", "w50", "w40", "w40", "w30", "w30", "w20"];

export const Bones = (props: { count: number }): JSX.Element => (
  <div class="bones">
    <For each={Array.from({ length: props.count }, (_, index) => WIDTHS[Math.min(index, WIDTHS.length - 1)])}>
      {(width) => <Bone class={width} />}
    </For>
  </div>
);

/** An empty state: either the measurement is off, which the owner can change, or nothing happened. */
export function NothingMeasured(props: { what: string; measurements: readonly Measurement[] }): JSX.Element {
  const { property } = useProperty();
  const off = (): Measurement[] =>
    props.measurements.filter((name) => !property().streams.some((stream) => stream.measurements[name]));
  const turnOn = () => words.turnOn(off().map((name) => MEASUREMENTS[name].label));
  return (
    <Show when={off().length > 0} fallback={<Empty title={words.noneInPeriod(props.what)}>{words.measured}</Empty>}>
      <Empty title={words.noneYet(props.what)}>
        {turnOn().before}
        <A href={`/p/${property().site_id}/settings/streams`}>{turnOn().link}</A>
        {turnOn().after}
      </Empty>
    </Show>
  );
}
