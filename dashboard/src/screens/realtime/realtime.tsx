// Realtime: who is on the property now, and what they do, as it happens.
import { createMemo, createSignal, type JSX, Show } from "solid-js";
import { formatClock, formatCount } from "../../data/format";
import type { LiveWatch } from "../../data/live-watch";
import type { LivePicture } from "../../data/property";
import { createShortcuts } from "../../data/shortcut";
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

interface Held {
  picture: LivePicture;
  at: number;
}

export function Realtime(): JSX.Element {
  const { property, live: running } = useProperty();
  /** What moves by itself can be held, to be read in peace. */
  const [held, setHeld] = createSignal<Held | null>(null);
  const live: LiveWatch = { ...running, value: createMemo(() => held()?.picture ?? running.value()) };
  const hold = (): void => {
    const picture = running.value();
    setHeld(held() || !picture ? null : { picture, at: Date.now() });
  };
  createShortcuts({ title: "Realtime", shortcuts: [{ key: "p", label: "Hold and go on", run: hold }] });

  return (
    <main class="overview realtime">
      <div class="overview-head">
        <div class="headline">
          <h1>
            <Show
              when={live.value()}
              fallback={
                <Show when={live.state() !== "error"} fallback="Realtime">
                  <span class="unseen">Realtime</span>
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
            {(shown) => <div class="live-status">Held at {formatClock(shown().at)}</div>}
          </Show>
          <button
            type="button"
            class="button button-small"
            aria-pressed={held() !== null}
            aria-disabled={!running.value()}
            onClick={hold}
          >
            <Icon name={held() ? "play" : "pause"} />
            Hold
          </button>
        </div>
      </div>
      <Show when={!live.value() && live.state() === "error"}>
        <Failure what="The live picture could not be loaded." error={live.error()} onRetry={live.retry} />
      </Show>
      <div class="live-stand" classList={{ "live-old": live.connection().state === "stale" || held() !== null }}>
        <LiveFigures live={live} />
        <div class="live-panels">
          <LiveMap live={live} />
          <LiveFeed live={live} />
          <LiveRows
            live={live}
            list="pages"
            title="Active pages"
            dimension="event:page"
            column="Page"
            empty="Nobody is reading a page right now."
          />
          <LiveRows
            live={live}
            list="sources"
            title="Sources"
            dimension="visit:source"
            column="Source"
            empty="Nobody has come in the last half hour."
          />
          <LiveRows
            live={live}
            list="countries"
            title="Countries"
            dimension="visit:country"
            column="Country"
            empty="Nobody has come in the last half hour."
          />
          <LiveRows
            live={live}
            list="devices"
            title="Devices"
            dimension="visit:device"
            column="Device"
            empty="Nobody has come in the last half hour."
          />
          <LiveRules siteId={property().site_id} live={live} />
        </div>
      </div>
    </main>
  );
}

function Sentence(props: { now: LivePicture }): JSX.Element {
  const page = (): string | undefined => props.now.pages[0]?.value;
  return (
    <Show when={props.now.active_30m > 0} fallback={<>Nobody has been here in the last half hour.</>}>
      <Show when={props.now.active_5m > 0} fallback={<>Nobody is here right now; </>}>
        <strong>
          {formatCount(props.now.active_5m)} {props.now.active_5m === 1 ? "visitor" : "visitors"}
        </strong>{" "}
        right now,{" "}
      </Show>
      {formatCount(props.now.active_30m)} in the last half hour.{" "}
      <Show when={page()}>
        {(path) => (
          <>
            Most are on <span class="headline-page">{path() === "/" ? "the home page" : path()}</span>.
          </>
        )}
      </Show>
    </Show>
  );
}
