// Realtime: current visitors and their actions, as they happen.
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import { formatClock, formatCount } from "../../data/format";
import type { LiveWatch } from "../../data/live-watch";
import type { LivePicture } from "../../data/property";
import { createShortcuts, KEYS } from "../../data/shortcut";
import { useProperty } from "../../frame/property-frame";
import { Icon } from "../../parts/icon";
import { Bone, Failure } from "../../parts/notice";
import { LiveFeed } from "./feed";
import { LiveFigures } from "./figures";
import { LiveMap } from "./map";
import { LiveRows } from "./rows";
import { LiveRules } from "./rules";
import { LiveStatus } from "./status";
import "./realtime.css";
import { words as frame } from "../../words/frame";
import { words } from "../../words/realtime";

interface Held {
  picture: LivePicture;
  at: number;
}

export function Realtime(): JSX.Element {
  const { property, live: running } = useProperty();
  /** The moving parts can be paused for reading. */
  const [held, setHeld] = createSignal<Held | null>(null);
  const live: LiveWatch = { ...running, value: createMemo(() => held()?.picture ?? running.value()) };
  const hold = (): void => {
    const picture = running.value();
    setHeld(held() || !picture ? null : { picture, at: Date.now() });
  };
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
      <Show when={!live.value() && live.state() === "error"}>
        <Failure what={words.loadFailed} error={live.error()} onRetry={live.retry} />
      </Show>
      <div class="live-stand" classList={{ "live-old": live.connection().state === "stale" || held() !== null }}>
        <LiveFigures live={live} />
        <div class="live-panels">
          <LiveMap live={live} />
          <LiveFeed live={live} />
          <LiveRows live={live} list="pages" dimension="event:page" {...words.lists.pages} />
          <LiveRows live={live} list="sources" dimension="visit:source" {...words.lists.sources} />
          <LiveRows live={live} list="countries" dimension="visit:country" {...words.lists.countries} />
          <LiveRows live={live} list="devices" dimension="visit:device" {...words.lists.devices} />
          <LiveRules siteId={property().site_id} live={live} />
        </div>
      </div>
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
