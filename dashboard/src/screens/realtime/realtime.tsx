// Realtime: current visitors and their actions, as they happen.
import { useSearchParams } from "@solidjs/router";
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import { localClock } from "../../data/calendar";
import { createTick } from "../../data/clock";
import { useFilters } from "../../data/filters/use-filters";
import { formatClock, formatCount } from "../../data/format";
import type { LiveWatch } from "../../data/live-watch";
import type { LivePicture } from "../../data/property";
import { createShortcuts, KEYS } from "../../data/shortcut";
import { Coverage } from "../../frame/coverage";
import { createFilterControls } from "../../frame/filters/filter-bar";
import { useProperty } from "../../frame/property-frame";
import { Icon } from "../../parts/icon";
import { Bone, Failure } from "../../parts/notice";
import { LiveFeed } from "./feed";
import { LiveFigures } from "./figures";
import { LiveGoals } from "./goals";
import { LiveMap } from "./map";
import { LiveRows } from "./rows";
import { LiveRules } from "./rules";
import { LiveStatus } from "./status";
import "./realtime.css";
import { words as frame } from "../../words/frame";
import { words } from "../../words/realtime";

/** The value of the parameter `feed` that shows every event. */
const ALL = "all";

const REFRESH = 60_000;

interface Held {
  picture: LivePicture;
  at: number;
}

export function Realtime(): JSX.Element {
  const { property, live: running } = useProperty();
  const minute = createTick(REFRESH);
  const [params, setParams] = useSearchParams<{ feed?: string }>();
  /** The moving parts can be paused for reading. */
  const [held, setHeld] = createSignal<Held | null>(null);
  const live: LiveWatch = { ...running, value: createMemo(() => held()?.picture ?? running.value()) };
  const hold = (): void => {
    const picture = running.value();
    setHeld(held() || !picture ? null : { picture, at: Date.now() });
  };
  const today = createMemo(() => {
    minute();
    return localClock(Date.now(), property().timezone).slice(0, 10);
  });
  const scene = () => ({ siteId: property().site_id, today: today() });
  const filters = useFilters();
  const controls = createFilterControls(filters, () => ({ ...scene(), range: "day" }));
  createShortcuts({
    title: words.title,
    shortcuts: [{ key: KEYS.pause, label: frame.shortcuts.pause, run: hold }],
  });

  return (
    <main class="overview realtime">
      <div class="overview-head">
        <div class="headline">
          <h1>
            <Show
              when={live.value()}
              fallback={
                <Show when={live.state() !== "error"} fallback={words.title}>
                  <span class="unseen">{words.title}</span>
                  <Bone class="bone-headline" />
                </Show>
              }
            >
              {(now) => <Sentence now={now()} />}
            </Show>
          </h1>
        </div>
        <div class="live-tools">
          <Show when={held()} fallback={<LiveStatus live={running} />}>
            {(shown) => <div class="live-status">{words.pausedAt(formatClock(shown().at))}</div>}
          </Show>
          <button type="button" class="button button-small" aria-disabled={!running.value()} onClick={hold}>
            <Icon name={held() ? "play" : "pause"} />
            {held() ? words.resume : words.pause}
          </button>
        </div>
      </div>
      <controls.Chips />
      <Show when={filters.list().length > 0}>
        <p class="panel-note live-note">{words.everybody}</p>
      </Show>
      <Show when={!live.value() && live.state() === "error"}>
        <Failure what={words.loadFailed} error={live.error()} onRetry={live.retry} />
      </Show>
      <div class="live-stand" classList={{ "live-old": live.connection().state === "stale" || held() !== null }}>
        <LiveFigures live={live} />
        <div class="live-panels">
          <LiveMap live={live} />
          <LiveFeed
            live={live}
            isAll={params.feed === ALL}
            onAll={(isAll) => setParams({ feed: isAll ? ALL : undefined }, { replace: true, scroll: false })}
          />
          <LiveGoals siteId={property().site_id} live={live} />
          <LiveRows live={live} list="pages" dimension="event:page" {...words.lists.pages} />
          <LiveRows live={live} list="sources" dimension="visit:source" {...words.lists.sources} />
          <LiveRows live={live} list="countries" dimension="visit:country" {...words.lists.countries} />
          <LiveRows live={live} list="devices" dimension="visit:device" {...words.lists.devices} />
          <LiveRules siteId={property().site_id} live={live} />
        </div>
      </div>
      <Coverage scene={{ ...scene(), from: today(), to: today(), filters: [] }} tick={minute}>
        {words.foot}
      </Coverage>
    </main>
  );
}

function Sentence(props: { now: LivePicture }): JSX.Element {
  const page = (): string | undefined => props.now.pages[0]?.value;
  return (
    <Show when={props.now.active_30m > 0} fallback={words.nobody}>
      <Show when={props.now.active_5m > 0} fallback={words.nobodyNow}>
        <strong>{words.visitors(props.now.active_5m, formatCount(props.now.active_5m))}</strong>
        {words.rightNow}
      </Show>
      {words.halfHour(formatCount(props.now.active_30m))}
      <Show when={page()}>
        {(path) => (
          <>
            {words.topPage}
            <span class="headline-page">{path() === "/" ? words.homePage : path()}</span>
            {words.topPageEnd}
          </>
        )}
      </Show>
    </Show>
  );
}
