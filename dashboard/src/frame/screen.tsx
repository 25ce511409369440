// Shared by the insight screens: the days in the URL, the head with the period picker, panels, empty states.
import { A, useLocation, useSearchParams } from "@solidjs/router";
import { type Accessor, createMemo, For, type JSX, Show } from "solid-js";
import { MOST_INSIGHT_DAYS } from "../../../workers/domain/counts/insight";
import { MEASUREMENTS, type Measurement } from "../../../workers/domain/events/measurement";
import type { LoadedFor } from "../data/answer";
import { localClock } from "../data/calendar";
import { createTick } from "../data/clock";
import { type Filters, useFilters } from "../data/filters/use-filters";
import { formatRange } from "../data/format";
import type { InsightScene } from "../data/insight";
import {
  type DateRange,
  daysOf,
  isOfHours,
  isRunning,
  PERIODS,
  type Period,
  type PeriodName,
  toDateRange,
} from "../data/period";
import { nowIn } from "../data/periods/moment";
import { stepPeriod } from "../data/periods/step";
import { createShortcuts } from "../data/shortcut";
import {
  type Params,
  readPeriod,
  readView,
  STANDARD_PERIOD,
  type View,
  writeComparison,
  writePeriod,
} from "../data/view";
import { LoadedBody } from "../parts/loaded";
import { Bone, Empty } from "../parts/notice";
import { Coverage } from "./coverage";
import { createFilterControls, type FilterControls } from "./filters/filter-bar";
import { PeriodPicker, stepShortcuts } from "./period-picker";
import { useProperty } from "./property-frame";
import "../style/insight.css";
import { words } from "../words/frame";

const REFRESH = 60_000;
/** Insight is limited to a year of days, has no first day and no hours, so it does not support these periods. */
const WITHOUT: readonly PeriodName[] = ["all", "24h"];

/** The period of a link, with whole days instead of hours. */
function toDays(period: Period, today: string): Period {
  if (isOfHours(period)) return { name: "custom", ...daysOf(period, today, MOST_INSIGHT_DAYS) };
  return period.name === "all" ? { name: STANDARD_PERIOD } : period;
}

export interface Screen {
  /** Everything that the URL says, for screens of queries. */
  view: Accessor<View>;
  /** The property's local time. */
  clock: Accessor<string>;
  /** The period as queries have it. */
  range: Accessor<DateRange>;
  /** Periods that the screen does not support. */
  without: readonly PeriodName[];
  scene: Accessor<InsightScene>;
  /** Changes while the period is running, so that the same request is sent again. */
  tick: Accessor<number>;
  period: Accessor<Period>;
  today: Accessor<string>;
  /** Null on a screen whose figures are always of everybody. */
  filters: Filters | null;
  controls: FilterControls | null;
  /** The parameter in the URL; undefined if absent. */
  param: (name: string) => string | undefined;
  change: (params: Params, replace?: boolean) => void;
  /** The URL of this screen with some parameters changed. */
  hrefWith: (params: Params) => string;
}

/**
 * The state of a screen in the URL, and the shortcut keys of its periods.
 * @param options.canFilter whether filters hold here.
 * @param options.isOfQueries whether the figures are answers to queries, which know every period.
 */
export function createScreen({
  canFilter = false,
  isOfQueries = false,
}: {
  canFilter?: boolean;
  isOfQueries?: boolean;
} = {}): Screen {
  const { property } = useProperty();
  const location = useLocation();
  const [params, setParams] = useSearchParams();
  const minute = createTick(REFRESH);
  const clock = createMemo(() => {
    minute();
    return localClock(Date.now(), property().timezone);
  });
  const today = createMemo(() => clock().slice(0, 10));
  const view = createMemo(() => readView(params as Params));
  const period = createMemo(
    (): Period => (isOfQueries ? view().period : toDays(readPeriod(params as Params), today())),
    undefined,
    { equals: (one, other) => JSON.stringify(one) === JSON.stringify(other) },
  );
  const filters = canFilter ? useFilters() : null;
  const days = createMemo(() => daysOf(period(), today(), MOST_INSIGHT_DAYS));
  const scene = createMemo(
    (): InsightScene => ({
      siteId: property().site_id,
      ...days(),
      ...(filters && filters.list().length > 0 && { filters: filters.list() }),
    }),
  );
  const range = createMemo((): DateRange => {
    const { from, to } = days();
    return isOfQueries ? toDateRange(period(), today()) : [from, to];
  });
  const controls =
    filters &&
    createFilterControls(filters, () => ({
      siteId: property().site_id,
      today: today(),
      range: range(),
    }));
  const without = isOfQueries ? [] : WITHOUT;
  const change = (next: Params, replace = false): void => setParams(next, { replace, scroll: false });
  const names = (Object.keys(PERIODS) as PeriodName[]).filter((name) => !without.includes(name));
  createShortcuts({
    title: words.shortcuts.period,
    shortcuts: [
      ...names.map((name) => ({
        key: PERIODS[name].key,
        label: PERIODS[name].label,
        run: () => change(writePeriod({ name })),
      })),
      ...stepShortcuts((direction) => {
        const next = stepPeriod(period(), direction, nowIn(property().timezone, Date.now()));
        if (next) change(writePeriod(next));
      }),
    ],
  });
  return {
    view,
    clock,
    range,
    without,
    scene,
    tick: () => (isRunning(period(), today()) ? minute() : 0),
    period,
    today,
    filters,
    controls,
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

/** The period of a screen, and the button that filters it. */
export function ScreenPicker(props: {
  screen: Screen;
  /** Whether the figures are compared with another period. */
  isCompared?: boolean;
  note?: string;
  more?: JSX.Element;
}): JSX.Element {
  return (
    <PeriodPicker
      period={props.screen.period()}
      comparison={props.isCompared ? props.screen.view() : undefined}
      today={props.screen.today()}
      without={props.screen.without}
      before={props.screen.controls?.Button()}
      more={props.more}
      note={props.note}
      onChange={({ period, ...comparison }) =>
        props.screen.change({
          ...(period && writePeriod(period)),
          ...(props.isCompared && writeComparison({ ...props.screen.view(), ...comparison })),
        })
      }
    />
  );
}

/** The title, the period and the filters of a screen. */
export function ScreenHead(props: { title: string; lead: string; screen: Screen; more?: JSX.Element }): JSX.Element {
  const isCut = (): boolean => {
    const { period: shown, without } = props.screen;
    const period = shown();
    return without.length > 0 && period.name === "custom" && period.from !== props.screen.scene().from;
  };
  return (
    <>
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
        <ScreenPicker screen={props.screen} more={props.more} />
      </div>
      {props.screen.controls?.Chips()}
    </>
  );
}

/** What the figures of a screen include, and what they leave out. */
export const ScreenFoot = (props: { screen: Screen; withoutBots?: boolean }): JSX.Element => (
  <Coverage
    scene={{ filters: [], ...props.screen.scene(), today: props.screen.today(), range: props.screen.range() }}
    withoutBots={props.withoutBots}
    tick={props.screen.tick}
  />
);

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
